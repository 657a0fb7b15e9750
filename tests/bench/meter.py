"""A TCP proxy before the product that weighs what comes down to a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

CHUNK: Final = 65_536


class Meter:
    """`http` and `sockets`: bytes so far, of requests' answers with their heads, and of WebSockets."""

    def __init__(self) -> None:
        self.http = self.sockets = 0
        self.port = 0
        self.target = 0  # the product's port

    async def carry(self, browser: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        product, up = await asyncio.open_connection("127.0.0.1", self.target)
        with suppress(OSError):  # either side may go at any time
            await asyncio.gather(_copy(browser, up), self._weigh(product, down))
        for writer in (up, down):
            writer.close()

    async def _weigh(self, product: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        """A connection that is upgraded was opened for that: browsers do not do it to one in use."""
        chunk = await product.read(CHUNK)
        upgraded = chunk.startswith(b"HTTP/1.1 101")
        while chunk:
            if upgraded:
                self.sockets += len(chunk)
            else:
                self.http += len(chunk)
            down.write(chunk)
            await down.drain()
            chunk = await product.read(CHUNK)
        down.write_eof()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await source.read(CHUNK):
        target.write(chunk)
        await target.drain()
    target.write_eof()


@asynccontextmanager
async def metered() -> AsyncIterator[Meter]:
    meter = Meter()
    server = await asyncio.start_server(meter.carry, "127.0.0.1", 0)
    meter.port = server.sockets[0].getsockname()[1]
    try:
        yield meter
    finally:
        server.close()
