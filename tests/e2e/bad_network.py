"""A phone's bad network: its UDP loses, is slow or blocked; its TCP is slow or cut, and comes back late.

    async with bad_network(product) as network:
        await network.carry(phone)
        await open_link(phone, network.seen_from_there(link))
        network.udp.up.loss = 0.2
        async with network.cut_for(10):
            await expect(...)

The phone reaches the product by the other address of the loopback, where this module listens; its media goes
to the doors of a `Line`, which stand in the relay's answers instead of the relay's own addresses.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from playwright.async_api import Page

from tests.e2e.stage import Product
from tests.media.lossy import Line

CHUNK: Final = 4096  # bytes
HERE: Final = "::1"  # our pages go by this name too, at the same port
NAMES: Final = ("127.0.0.1", f"[{HERE}]")

_THROUGH = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  async setRemoteDescription({ type, sdp }) {
    return super.setRemoteDescription({ type, sdp: await window.throughTheLine(sdp) });
  }
};
"""


class Network:
    """`rate`: bit/s of TCP each way, 0 for no limit. `udp`: see `tests.media.lossy`."""

    def __init__(self, product: Product, udp: Line) -> None:
        self.udp = udp
        self.rate = 0
        self._product = product
        self._open = asyncio.Event()
        self._open.set()
        self._over = asyncio.Event()
        self._free_at = 0.0  # when all that waits has left
        self._streams: set[asyncio.StreamWriter] = set()
        self._carried: set[asyncio.Task[None]] = set()

    async def carry(self, phone: Page) -> None:
        """Before the phone's first page."""

        async def through(answer: str) -> str:
            return self.udp.through(answer)

        await phone.expose_function("throughTheLine", through)
        await phone.context.add_init_script(_THROUGH)

    def seen_from_there(self, link: str) -> str:
        return link.replace(*NAMES)

    def block_udp(self) -> None:
        self.udp.cut()

    def narrow(self, rate: int) -> None:
        """So many bit/s of UDP and of TCP, each way; 0 for no limit."""
        self.rate = self.udp.up.rate = self.udp.down.rate = rate

    @contextlib.asynccontextmanager
    async def cut_for(self, seconds: float) -> AsyncIterator[None]:
        """Nothing gets through for so long, and nobody is told."""
        mending = asyncio.get_running_loop().time() + seconds
        self.cut()
        yield
        await asyncio.sleep(mending - asyncio.get_running_loop().time())
        self.mend()

    def cut(self) -> None:
        self.udp.cut()
        self._open.clear()

    def mend(self) -> None:
        self.udp.cut(False)
        self._open.set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carried.add(task)
        async with self._held(writer):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._product.port)
            async with self._held(far_writer):
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    @contextlib.asynccontextmanager
    async def _held(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        """Gone when this ends, whatever it still had to send; at once when all is over."""
        self._streams.add(writer)
        if self._over.is_set():
            writer.transport.abort()
        try:
            with contextlib.suppress(OSError):
                yield
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(CHUNK):
            if not self._open.is_set():
                lost_at = loop.time()
                await self._open.wait()
                # TCP doubles its wait at each try: it sleeps on for as long again at the most.
                await self._sleep(loop.time() - lost_at)
            if self.rate:
                self._free_at = max(self._free_at, loop.time()) + len(data) * 8 / self.rate
                await self._sleep(self._free_at - loop.time())
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _sleep(self, seconds: float) -> None:
        """Or until it is all over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    async def close(self) -> None:
        """Nobody may be listening for more connections."""
        self._over.set()
        self._open.set()
        for stream in self._streams:
            stream.transport.abort()
        while ongoing := {task for task in self._carried if not task.done()}:
            await asyncio.wait(ongoing)


@contextlib.asynccontextmanager
async def bad_network(product: Product) -> AsyncIterator[Network]:
    async with Line() as udp:
        network = Network(product, udp)
        server = await asyncio.start_server(network.accept, HERE, product.port)
        try:
            yield network
        finally:
            server.close()
            await network.close()
