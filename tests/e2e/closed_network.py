"""A network from which only TCP to a few ports gets out: no UDP, no other address. For a whole browser.

    async with closed_network(folder, product.port, turn.tls_port) as executable:
        async with chromium(executable=executable) as browser: ...

The browser runs in a network namespace that has nothing but its own loopback. There, this module listens on
the ports, and hands each connection out by a Unix socket, which no namespace holds back.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shlex
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.e2e.browsers import CHROMIUM
from tests.servers import LOOPBACK

ROOT: Final = Path(__file__).parents[2]
SET_FLAGS: Final = 0x8914  # SIOCSIFFLAGS, netdevice(7)
UP: Final = 0x1  # IFF_UP
REMOTE_CONTROL: Final = (3, 4)  # the pipes by which Playwright drives a browser

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def closed_network(folder: Path, *ports: int) -> AsyncIterator[str]:
    """The path of a Chromium inside, which reaches these TCP ports of our loopback and nothing else."""
    carried: set[asyncio.Task[None]] = set()
    async with contextlib.AsyncExitStack() as stack:
        for port in ports:
            way = partial(_carry, partial(asyncio.open_connection, LOOPBACK, port), carried)
            await stack.enter_async_context(await asyncio.start_unix_server(way, folder / str(port)))
        yield str(_executable(folder, ports))
    if carried:
        await asyncio.wait(carried)


def _executable(folder: Path, ports: tuple[int, ...]) -> Path:
    alone = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--net", "--user", "--map-root-user"]
    command = [*alone, sys.executable, "-m", __name__, str(folder), ",".join(map(str, ports))]
    path = folder / "chromium-inside"
    path.write_text(f'#!/bin/sh\ncd {shlex.quote(str(ROOT))}\nexec {shlex.join(command)} "$@"\n')
    path.chmod(0o700)
    return path


async def _carry(
    onward: Callable[[], Awaitable[Stream]],
    carried: set[asyncio.Task[None]],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    task = asyncio.current_task()
    assert task is not None
    carried.add(task)
    task.add_done_callback(carried.discard)
    with contextlib.closing(writer), contextlib.suppress(OSError):
        far_reader, far_writer = await onward()
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one end closes; then the other one is closed, too."""
    with contextlib.closing(writer), contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


# ---------------------------------------------------------------- inside
async def _inside(folder: Path, ports: list[int], arguments: list[str]) -> int:
    """Run the browser. Returns its exit status."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        fcntl.ioctl(door, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))
    for port in ports:
        way = partial(_carry, partial(asyncio.open_unix_connection, folder / str(port)), set())
        await asyncio.start_server(way, LOOPBACK, port)
    browser = await asyncio.create_subprocess_exec(CHROMIUM, *arguments, pass_fds=REMOTE_CONTROL)
    return await browser.wait()


if __name__ == "__main__":
    _, where, numbers, *given = sys.argv
    sys.exit(asyncio.run(_inside(Path(where), [int(number) for number in numbers.split(",")], given)))
