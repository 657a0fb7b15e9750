"""A relay in a process of its own: ours, or aiortc's `MediaRelay`, which decodes and encodes again.

`python -m tests.bench.relays ours|media-relay` answers on its standard input (`children.py`).
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from typing import Any, Final

import uvloop
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from media.relay import EmbeddedRelay
from signaling.messages.relay import RelayEvent
from tests.bench.children import serve
from tests.bench.peers import on_loopback


class Ours:
    def __init__(self) -> None:
        self._relay = EmbeddedRelay(addresses=("127.0.0.1",))

    async def open(self) -> None:
        await self._relay.open(self._hear)

    async def publish(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"sdp": await self._relay.publish(request["session"], "phone", request["sdp"])}

    async def view(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"sdp": await self._relay.view(request["session"], "console", request["sdp"])}

    async def close(self) -> None:
        await self._relay.close()

    async def _hear(self, event: RelayEvent) -> None:
        """Nobody asks."""


class Aiortc:
    """The way of aiortc's examples, with its track of each session."""

    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._tracks: defaultdict[str, asyncio.Future[MediaStreamTrack]] = defaultdict(asyncio.Future)
        self._connections: list[RTCPeerConnection] = []

    async def open(self) -> None:
        on_loopback()

    async def publish(self, request: dict[str, Any]) -> dict[str, Any]:
        pc = self._connection()
        pc.on("track", self._tracks[request["session"]].set_result)
        return await self._answer(pc, request["sdp"])

    async def view(self, request: dict[str, Any]) -> dict[str, Any]:
        pc = self._connection()
        pc.addTrack(self._relay.subscribe(await self._tracks[request["session"]]))
        return await self._answer(pc, request["sdp"])

    async def close(self) -> None:
        await asyncio.gather(*(pc.close() for pc in self._connections))

    def _connection(self) -> RTCPeerConnection:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections.append(pc)
        return pc

    async def _answer(self, pc: RTCPeerConnection, offer: str) -> dict[str, Any]:
        await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        return {"sdp": pc.localDescription.sdp}


RELAYS: Final[dict[str, type[Ours] | type[Aiortc]]] = {"ours": Ours, "media-relay": Aiortc}


async def main(kind: str) -> None:
    relay = RELAYS[kind]()
    await relay.open()
    try:
        await serve({"publish": relay.publish, "view": relay.view})
    finally:
        await relay.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
