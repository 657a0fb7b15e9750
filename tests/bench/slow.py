"""A line as slow as a phone's in a village: a TCP proxy before the product."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

CHUNK: Final = 1400  # bytes, about a packet
_REQUEST: Final = re.compile(rb"^[A-Z]+ (\S+) HTTP/1\.1\r\n")


class SlowLine:
    """`rate`: bytes a second down, of all connections together; `delay`: seconds one way.

    A connection costs a round trip before its first byte, as TCP's handshake does. What goes up is delayed
    and not rationed: a page asks for little. `requests`: the paths asked for so far.
    """

    def __init__(self, rate: float, delay: float) -> None:
        self.port = 0
        self.target = 0  # the product's port
        self.requests: list[str] = []
        self._rate = rate
        self._delay = delay
        self._free_at = 0.0  # when the line down has sent what it was given

    async def carry(self, browser: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * self._delay)
        product, up = await asyncio.open_connection("127.0.0.1", self.target)
        with suppress(OSError):  # either side may go at any time
            await asyncio.gather(self._up(browser, up), self._down(product, down))
        for writer in (up, down):
            writer.close()

    async def _up(self, browser: asyncio.StreamReader, up: asyncio.StreamWriter) -> None:
        while chunk := await browser.read(65_536):
            if asked := _REQUEST.match(chunk):
                self.requests.append(asked[1].decode())
            await asyncio.sleep(self._delay)
            up.write(chunk)
        up.write_eof()

    async def _down(self, product: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        """What was read waits its turn on the line; then it is under way, beside what follows."""
        arriving: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        deliver = asyncio.create_task(_deliver(arriving, down))
        while chunk := await product.read(CHUNK):
            now = asyncio.get_running_loop().time()
            self._free_at = max(self._free_at, now) + len(chunk) / self._rate
            arriving.put_nowait((self._free_at + self._delay, chunk))
            await asyncio.sleep(self._free_at - now)
        arriving.put_nowait((0, b""))
        await deliver


async def _deliver(arriving: asyncio.Queue[tuple[float, bytes]], down: asyncio.StreamWriter) -> None:
    while True:
        at, chunk = await arriving.get()
        if not chunk:
            down.write_eof()
            return
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        down.write(chunk)


@asynccontextmanager
async def slow_line(rate: float, delay: float) -> AsyncIterator[SlowLine]:
    line = SlowLine(rate, delay)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
