"""Calls between load peers, through a relay or straight, all in processes of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.bench import clip
from tests.bench.children import Child, child

Kind = Literal["ours", "media-relay"]


class Load:
    """One process of phones, one of consoles."""

    def __init__(self, phones: Child, consoles: Child) -> None:
        self.phones = phones
        self.consoles = consoles

    async def straight(self) -> None:
        """One call without a relay."""
        offer = await self.phones.ask("phone", name="phone")
        answer = await self.consoles.ask("console", name="console", sdp=offer["sdp"])
        await self.phones.ask("answer", name="phone", sdp=answer["sdp"])

    async def through(self, relay: Child, calls: int = 1) -> None:
        for number in range(calls):
            session = f"session {number}"
            offer = await self.phones.ask("phone", name=session)
            answer = await relay.ask("publish", session=session, sdp=offer["sdp"])
            await self.phones.ask("answer", name=session, sdp=answer["sdp"])
            offer = await self.consoles.ask("console", name=session)
            answer = await relay.ask("view", session=session, sdp=offer["sdp"])
            await self.consoles.ask("answer", name=session, sdp=answer["sdp"])

    async def close(self) -> None:
        await self.phones.ask("close")
        await self.consoles.ask("close")


@asynccontextmanager
async def load() -> AsyncIterator[Load]:
    async with AsyncExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory())) / "clip"
        clip.write(path)
        phones = await stack.enter_async_context(child("tests.bench.peers", str(path)))
        consoles = await stack.enter_async_context(child("tests.bench.peers", str(path)))
        yield Load(phones, consoles)


@asynccontextmanager
async def relay(kind: Kind) -> AsyncIterator[Child]:
    async with child("tests.bench.relays", kind) as made:
        yield made
