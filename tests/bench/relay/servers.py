"""A relay in a process of its own: ours, or aiortc's `MediaRelay`, which decodes and encodes again.

`python -m tests.bench.relay.servers ours|media-relay` answers on its standard input (`children.py`).
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from collections import defaultdict
from typing import Any, Final

import aioice.ice
import uvloop
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from media.relay import EmbeddedRelay
from signaling.messages.relay import RelayEvent
from tests.bench.children import Answer, serve
from tests.bench.relay.place import ADDRESS

LIBC: Final = ctypes.CDLL(None)


class Ours:
    def __init__(self) -> None:
        self._relay = EmbeddedRelay(addresses=(ADDRESS,))

    async def open(self) -> None:
        await self._relay.open(self._hear)

    async def close(self) -> None:
        await self._relay.close()

    def answers(self) -> dict[str, Answer]:
        return {
            "publish": self._publish,
            "view": self._view,
            "end": self._end,
            "held": self._held,
        }

    async def _publish(self, request: dict[str, Any]) -> dict[str, Any]:
        session: str = request["session"]
        return {"sdp": await self._relay.publish(session, session, request["sdp"])}

    async def _view(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"sdp": await self._relay.view(request["session"], request["name"], request["sdp"])}

    async def _end(self, request: dict[str, Any]) -> dict[str, Any]:
        await self._relay.end(request["session"])
        return {}

    async def _held(self, _request: dict[str, Any]) -> dict[str, Any]:
        """What is in use: garbage is collected, and what the allocator keeps for later is given back."""
        gc.collect()
        LIBC.malloc_trim(0)
        return {"tasks": len(asyncio.all_tasks()), "objects": len(gc.get_objects())}

    async def _hear(self, event: RelayEvent) -> None:
        """Nobody asks."""


class Aiortc:
    """The way of aiortc's examples, with its track of each session."""

    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._tracks: defaultdict[str, asyncio.Future[MediaStreamTrack]] = defaultdict(asyncio.Future)
        self._connections: list[RTCPeerConnection] = []

    async def open(self) -> None:
        """aioice leaves the loopback out."""
        aioice.ice.get_host_addresses = lambda **_: [ADDRESS]

    async def close(self) -> None:
        await asyncio.gather(*(pc.close() for pc in self._connections))

    def answers(self) -> dict[str, Answer]:
        return {"publish": self._publish, "view": self._view}

    async def _publish(self, request: dict[str, Any]) -> dict[str, Any]:
        pc = self._connection()
        pc.on("track", self._tracks[request["session"]].set_result)
        return await self._answer(pc, request["sdp"])

    async def _view(self, request: dict[str, Any]) -> dict[str, Any]:
        pc = self._connection()
        pc.addTrack(self._relay.subscribe(await self._tracks[request["session"]]))
        return await self._answer(pc, request["sdp"])

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
        await serve(relay.answers())
    finally:
        await relay.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
