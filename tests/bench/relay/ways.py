"""Ways from a phone to its viewers: our relay, and those it is compared with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from tests.bench.children import Child, child


class Viewer(Protocol):
    """A console of the load, which offers, or answers to an offer."""

    async def offer(self) -> str: ...
    async def answered(self, text: str) -> None: ...
    async def accept(self, offer: str) -> str: ...


class Way(Protocol):
    """One relay that runs, in processes of its own."""

    pid: int
    viewers_wait: bool  # whether a viewer can be connected before the phone comes

    async def publish(self, session: str, offer: str) -> str:
        """A phone's offer; returns the answer. The session's picture is its."""

    async def view(self, session: str, name: str, viewer: Viewer) -> None:
        """Connect a viewer to the picture of a session. `name` is the viewer's own."""

    async def end(self, session: str) -> None:
        """Forget a session and its peers."""


OpenWay = Callable[[], AbstractAsyncContextManager[Way]]


class Served:
    """A relay of Python in `servers.py`."""

    viewers_wait = True

    def __init__(self, process: Child) -> None:
        self._process = process
        self.pid = process.pid

    async def publish(self, session: str, offer: str) -> str:
        return str((await self._process.ask("publish", session=session, sdp=offer))["sdp"])

    async def view(self, session: str, name: str, viewer: Viewer) -> None:
        answer = await self._process.ask("view", session=session, name=name, sdp=await viewer.offer())
        await viewer.answered(answer["sdp"])

    async def end(self, session: str) -> None:
        await self._process.ask("end", session=session)

    async def held(self) -> dict[str, Any]:
        """What the process holds: tasks, objects ..."""
        return await self._process.ask("held")


@asynccontextmanager
async def _served(kind: str) -> AsyncIterator[Served]:
    async with child("tests.bench.relay.servers", kind) as process:
        yield Served(process)


def ours() -> AbstractAsyncContextManager[Served]:
    return _served("ours")


def media_relay() -> AbstractAsyncContextManager[Served]:
    """aiortc's own, which decodes, and encodes again for each viewer."""
    return _served("media-relay")
