"""Peers that cost little: real connections, and frames that were encoded long before.

A stock `RTCPeerConnection` signals; media goes past it (`entry.py`). `sending.py` has a phone without camera
and encoder, `receiving.py` a viewer without decoder; both give the feedback that browsers give.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Final

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)

from media.simulator.agreement import Agreement, read, with_feedback
from media.simulator.entry import MediaPath
from media.tasks import end

TICK: Final = 0.1  # seconds; transport-wide feedback, repeated NACKs
CONNECTED_WITHIN: Final = 15.0  # seconds


class Peer:
    """One peer connection that offers, as browsers do.

    `addresses`: the local ones to offer, which may be the loopback; all of the machine but that when empty.
    """

    path: MediaPath
    agreement: Agreement

    def __init__(self, addresses: Sequence[str], ice_servers: Sequence[RTCIceServer]) -> None:
        self.pc = RTCPeerConnection(
            RTCConfiguration(iceServers=list(ice_servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._addresses = addresses
        self._ticker: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self.pc.on("connectionstatechange", self._changed.set)

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        self.path.listen()
        return with_feedback(self.pc.localDescription.sdp)

    async def answered(self, text: str) -> None:
        """Raises ConnectionError when the other end takes nothing that we have."""
        self.agree(read(text))
        await self.pc.setRemoteDescription(RTCSessionDescription(text, "answer"))

    async def connected(self) -> None:
        """Returns once media can flow. Raises ConnectionError, TimeoutError."""
        async with asyncio.timeout(CONNECTED_WITHIN):
            while not self.path.is_up:
                if self.pc.connectionState in {"failed", "closed"}:
                    raise ConnectionError(self.pc.connectionState)
                self._changed.clear()
                await self._changed.wait()

    async def close(self) -> None:
        if self._ticker is not None:
            await end([self._ticker])
        await self.pc.close()

    # ------------------------------------------------------------ for the two kinds of peers
    def enter(self, video: RTCRtpTransceiver) -> None:
        """Take the media of that transceiver over."""
        self.path = MediaPath(video, self.received, self.heard)
        if self._addresses:
            self.path.gather_on(self._addresses)

    def agree(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self._ticker = asyncio.create_task(self._tick(), name="simulated peer")

    def received(self, data: bytes, now: float) -> None:
        """One RTP packet."""

    def heard(self, compound: bytes, now: float) -> None:
        """RTCP."""

    def tick(self, now: float) -> None:
        """Ten times a second while media can flow."""

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            if self.path.is_up:
                self.tick(monotonic())
