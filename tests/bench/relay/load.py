"""The load: a process of phones, one of consoles, and the calls between them, through a relay or straight."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.bench import clip
from tests.bench.children import Child, child
from tests.bench.relay.ways import Way


class Console:
    """One viewer, in the consoles' process."""

    def __init__(self, consoles: Child, name: str) -> None:
        self.name = name
        self._consoles = consoles

    async def offer(self) -> str:
        return str((await self._consoles.ask("console", name=self.name))["sdp"])

    async def accept(self, offer: str) -> str:
        return str((await self._consoles.ask("console", name=self.name, sdp=offer))["sdp"])

    async def answered(self, text: str) -> None:
        await self._consoles.ask("console_answered", name=self.name, sdp=text)

    async def connected(self) -> None:
        await self._consoles.ask("console_connected", name=self.name)

    async def pictured(self) -> float:
        """When its first picture was whole, in seconds of the monotonic clock."""
        return float((await self._consoles.ask("pictured", name=self.name))["at"])

    async def close(self) -> None:
        await self._consoles.ask("close", name=self.name)


class Load:
    """`phones` and `consoles` answer what `peers.py` says. Sessions are named by whoever calls."""

    def __init__(self, phones: Child, consoles: Child) -> None:
        self.phones = phones
        self.consoles = consoles

    async def calls(self, way: Way | None, first: int, last: int, viewers: int = 1) -> None:
        """Sessions with these numbers, `last` not included, each once its viewers have a picture.

        Without a way, each phone is connected to its console directly.
        """
        for number in range(first, last):
            session = f"session {number}"
            if way is None:
                consoles = [await self._straight(session)]
            else:
                await self.phone(way, session)
                consoles = [await self.console(way, session, f"{session}.{at}") for at in range(viewers)]
            for console in consoles:
                await console.pictured()

    async def phone(self, way: Way, session: str) -> float:
        """A phone that sends. Returns when its offer was there."""
        offer = await self.phones.ask("phone", name=session)
        began = monotonic()
        answer = await way.publish(session, offer["sdp"])
        await self.phones.ask("phone_answered", name=session, sdp=answer)
        return began

    async def console(self, way: Way, session: str, name: str) -> Console:
        console = Console(self.consoles, name)
        await way.view(session, name, console)
        return console

    async def close(self) -> None:
        await self.phones.ask("close")
        await self.consoles.ask("close")

    async def _straight(self, session: str) -> Console:
        console = Console(self.consoles, session)
        offer = await self.phones.ask("phone", name=session)
        answer = await console.accept(offer["sdp"])
        await self.phones.ask("phone_answered", name=session, sdp=answer)
        return console


@asynccontextmanager
async def load() -> AsyncIterator[Load]:
    async with AsyncExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory())) / "clip"
        clip.write(path)
        phones = await stack.enter_async_context(child("tests.bench.relay.peers", str(path)))
        consoles = await stack.enter_async_context(child("tests.bench.relay.peers", str(path)))
        yield Load(phones, consoles)
