"""Lines of the standard input, whatever it is: a pipe, a file, a terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from threading import Thread


async def lines() -> AsyncIterator[str]:
    """Each line that is not empty, as it comes, until the end of the input."""
    loop, chunks = asyncio.get_running_loop(), asyncio.Queue[bytes]()
    # A daemon, and past the buffer of sys.stdin: a read that never ends must not keep the process.
    Thread(target=_read, args=(sys.stdin.fileno(), loop, chunks), daemon=True).start()
    rest = b""
    while chunk := await chunks.get():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if text := line.decode(errors="replace").strip():
                yield text
    if text := rest.decode(errors="replace").strip():
        yield text


def _read(file: int, loop: asyncio.AbstractEventLoop, chunks: asyncio.Queue[bytes]) -> None:
    chunk = b"-"
    while chunk and not loop.is_closed():
        chunk = os.read(file, 4096)
        loop.call_soon_threadsafe(chunks.put_nowait, chunk)
