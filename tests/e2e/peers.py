"""Phones and viewers in pages of real browsers, with offers of their own making, straight on a relay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from media.relay import EmbeddedRelay

SCRIPT: Final = Path(__file__).with_name("peer.js").read_text(encoding="utf-8")
SESSION: Final = "visio"


class Window(Protocol):
    """A page of any browser."""

    async def evaluate(self, expression: str) -> Any:
        """The awaited value of a JavaScript expression."""


class PagePeer:
    """One end of a call. A page that reloads becomes another one: `load` again."""

    def __init__(self, window: Window, relay: EmbeddedRelay, participant: str) -> None:
        self._window = window
        self._relay = relay
        self.participant = participant

    async def load(self) -> PagePeer:
        await self._window.evaluate(f"(() => {{ {SCRIPT} }})()")
        return self

    async def publish(self, colour: str, codecs: Sequence[str] = ()) -> None:
        """Send a picture of that colour. `codecs`: patterns of `mimeType fmtp`; none for all."""
        offer = await self._call("publish", colour, list(codecs))
        await self._call("accept", await self._relay.publish(SESSION, self.participant, offer))

    async def view(self, codecs: Sequence[str] = ()) -> None:
        offer = await self._call("view", list(codecs))
        await self._call("accept", await self._relay.view(SESSION, self.participant, offer))

    async def flip(self, colour: str) -> None:
        """Send another picture over the same connection."""
        await self._call("flip", colour)

    async def sees(self, colour: str) -> None:
        """Returns once it shows a picture of that colour."""
        await self._call("sees", colour)

    async def hears_the_end(self) -> None:
        """Returns once the relay has hung up."""
        await self._call("hearsTheEnd")

    async def codec(self) -> str:
        """Of what it sends or receives: `video/VP8 parameters`."""
        return str(await self._call("codec"))

    async def identity(self) -> str:
        """The same for as long as track and connection of a viewer are."""
        return str(await self._call("identity"))

    async def _call(self, name: str, *arguments: Any) -> Any:
        return await self._window.evaluate(f"peer.{name}({', '.join(map(json.dumps, arguments))})")
