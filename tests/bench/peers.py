"""The load: phones that send a clip and consoles that count, in a process of their own.

`python -m tests.bench.peers CLIP` answers on its standard input (`children.py`). The peers are stock aiortc
on the loopback but for two entries of aiortc 1.16 that are not public: a request for a keyframe starts the
clip anew, and what a console receives is timed instead of decoded.
"""

from __future__ import annotations

import asyncio
import sys
from fractions import Fraction
from pathlib import Path
from struct import Struct
from time import monotonic
from typing import Any

import aioice.ice
import av
import uvloop
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket

from tests.bench import clip
from tests.bench.children import serve

# Behind each frame, the clock when it left its encoder: `monotonic` is the same for all processes of Linux.
STAMP = Struct("!d")
DESCRIPTOR = 4  # bytes before the frame's own in each packet (RFC 7741, 4.2), with a picture id of 15 bits
CONNECTED_WITHIN = 15.0  # seconds


class Clip(MediaStreamTrack):
    """Encoded frames at their pace, each stamped."""

    kind = "video"

    def __init__(self, frames: list[bytes]) -> None:
        super().__init__()
        self._frames = frames
        self._start = monotonic()
        self._count = self._next = 0

    async def recv(self) -> av.Packet[Any]:
        self._count = max(self._count + 1, int((monotonic() - self._start) * clip.RATE))
        await asyncio.sleep(self._start + self._count / clip.RATE - monotonic())
        frame, self._next = self._frames[self._next], (self._next + 1) % len(self._frames)
        packet = av.Packet(frame + STAMP.pack(monotonic()))
        packet.pts, packet.time_base = self._count, Fraction(1, clip.RATE)
        return packet

    def restart(self) -> None:
        """From the keyframe on."""
        self._next = 0


class Peer:
    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def answer(self, text: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(text, "answer"))

    async def connected(self) -> None:
        async with asyncio.timeout(CONNECTED_WITHIN):
            while self.pc.connectionState != "connected":  # noqa: ASYNC110 - aiortc has an event, not a future
                await asyncio.sleep(0.01)


class Phone(Peer):
    def __init__(self, frames: list[bytes]) -> None:
        super().__init__()
        track = Clip(frames)
        video = self.pc.addTransceiver(track, direction="sendonly")
        _only_vp8(video)
        self.pc.createDataChannel("control")
        video.sender._send_keyframe = track.restart  # type: ignore[method-assign]


class Console(Peer):
    """Takes down when the last packet of each frame came, and what it ended with: the stamp, unless a relay
    encoded the frame again."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[tuple[float, bytes]] = []
        self._watch(self.pc.addTransceiver("video", direction="recvonly"))

    def delays(self) -> list[float]:
        """Seconds from the stamp to the arrival; without the few whose stamp lies in two packets."""
        whole = [frame for frame in self.frames if len(frame[1]) == STAMP.size]
        return [arrived - float(STAMP.unpack(tail)[0]) for arrived, tail in whole]

    async def accept(self, text: str) -> str:
        """Straight from a phone, without a relay."""
        await self.pc.setRemoteDescription(RTCSessionDescription(text, "offer"))
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return self.pc.localDescription.sdp

    def _watch(self, video: RTCRtpTransceiver) -> None:
        _only_vp8(video)

        async def receive(packet: RtpPacket, **_: int) -> None:
            if packet.marker:
                self.frames.append((monotonic(), packet.payload[DESCRIPTOR:][-STAMP.size :]))

        video.receiver._handle_rtp_packet = receive  # type: ignore[method-assign,assignment]


class Peers:
    def __init__(self, frames: list[bytes]) -> None:
        self._frames = frames
        self._peers: dict[str, Peer] = {}

    async def phone(self, request: dict[str, Any]) -> dict[str, Any]:
        peer = self._peers[request["name"]] = Phone(self._frames)
        return {"sdp": await peer.offer()}

    async def console(self, request: dict[str, Any]) -> dict[str, Any]:
        peer = self._peers[request["name"]] = Console()
        return {"sdp": await (peer.accept(request["sdp"]) if "sdp" in request else peer.offer())}

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        peer = self._peers[request["name"]]
        await peer.answer(request["sdp"])
        await peer.connected()
        return {}

    async def forget(self, request: dict[str, Any]) -> dict[str, Any]:
        for console in self._consoles():
            console.frames.clear()
        return {}

    async def frames(self, request: dict[str, Any]) -> dict[str, Any]:
        """How many came whole to all consoles since the last `forget`."""
        return {"frames": sum(len(console.frames) for console in self._consoles())}

    async def delays(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"delays": [delay for console in self._consoles() for delay in console.delays()]}

    async def close(self, request: dict[str, Any]) -> dict[str, Any]:
        peers, self._peers = self._peers, {}
        await asyncio.gather(*(peer.pc.close() for peer in peers.values()))
        return {}

    def _consoles(self) -> list[Console]:
        return [peer for peer in self._peers.values() if isinstance(peer, Console)]


def _only_vp8(video: RTCRtpTransceiver) -> None:
    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences([codec for codec in codecs if codec.mimeType in ("video/VP8", "video/rtx")])


def on_loopback() -> None:
    """aioice leaves the loopback out, and may find another address slow or missing."""
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]


async def main(path: Path) -> None:
    on_loopback()
    peers = Peers(clip.read(path))
    await serve(
        {
            "phone": peers.phone,
            "console": peers.console,
            "answer": peers.answer,
            "forget": peers.forget,
            "frames": peers.frames,
            "delays": peers.delays,
            "close": peers.close,
        }
    )


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
