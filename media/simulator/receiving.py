"""A viewer without decoder: it counts what comes, and asks for what does not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from aiortc import RTCIceServer, RTCSessionDescription

from media import rtcp
from media.codecs import VIDEO_CLOCK
from media.keyframe_starts import starts_keyframe
from media.losses import Arrival, Losses
from media.reception import Statistics
from media.rtp import Packet, distance, parse, unwrap_repair
from media.simulator.agreement import prefer, read, with_feedback
from media.simulator.peer import Peer
from media.transport_feedback import Arrivals

REPORT_EVERY: Final = 1.0  # seconds between two receiver reports
KEYFRAME_EVERY: Final = 0.3  # seconds between two requests for a keyframe
PATIENCE: Final = 1.0  # seconds; a viewer skips what did not come within them


class Seen(msgspec.Struct):
    """What came to a viewer."""

    packets: int = 0  # of the picture, each once
    missed: int = 0  # packets that did not come in their turn
    reordered: int = 0  # of those, the ones that came late by themselves
    recovered: int = 0  # of those, the ones that came as a repair
    lost: int = 0  # of those, the ones that never came
    frames: int = 0  # that a decoder could show
    keyframes: int = 0  # of those
    foreign: int = 0  # packets that nobody agreed on


class _Order:
    """Puts packets back into their order; knows by sequence numbers only."""

    def __init__(self, sequence: int) -> None:
        self.since = 0.0  # when the gap opened, while there is one
        self._next = sequence
        self._behind: dict[int, Packet] = {}  # packets behind a gap, by their sequence number

    def __bool__(self) -> bool:
        """Whether there is a gap."""
        return bool(self._behind)

    def add(self, packet: Packet, now: float) -> list[Packet]:
        """The packets whose turn it is now."""
        if packet.sequence != self._next:
            if not self._behind:
                self.since = now
            self._behind[packet.sequence] = packet
            return []
        turn, behind = [packet], self._behind
        following = (packet.sequence + 1) & 0xFFFF
        while behind and following in behind:
            turn.append(behind.pop(following))
            following = (following + 1) & 0xFFFF
        self._next, self.since = following, now
        return turn

    def skip(self, now: float) -> tuple[int, list[Packet]]:
        """Give the gap up: how many packets it was, and those whose turn it is then."""
        following = min(self._behind, key=lambda sequence: distance(sequence, self._next))
        lost, self._next = distance(following, self._next), following
        return lost, self.add(self._behind.pop(following), now)


class ReceivingPeer(Peer):
    """`on_frame` gets the packets of each frame that a decoder could show, in order, with when the last one
    came in seconds of the monotonic clock. `limit`: what it says its line carries, in bit/s.

    Lost packets are asked for at once and every 100 ms; what does not come within a second is skipped, and a
    keyframe asked for.
    """

    def __init__(
        self,
        codecs: Sequence[str] = ("H264", "VP8"),
        on_frame: Callable[[list[Packet], float], None] = lambda _packets, _now: None,
        *,
        addresses: Sequence[str] = (),
        ice_servers: Sequence[RTCIceServer] = (),
        limit: int = 3_000_000,
    ) -> None:
        super().__init__(addresses, ice_servers)
        self.seen = Seen()
        self.limit = limit
        self._codecs = codecs
        self._on_frame = on_frame
        self._ssrc = random.getrandbits(31)  # ours, in RTCP
        self._statistics: Statistics | None = None
        self._losses, self._order, self._arrivals = Losses(), _Order(0), Arrivals()
        self._frame: list[Packet] = []
        self._broken = False  # the present frame lacks a packet for good
        self._lost_picture = True  # nothing can be shown before a keyframe
        self._report_at = self._keyframe_at = 0.0

    async def offer(self) -> str:
        video = self.pc.addTransceiver("video", direction="recvonly")
        prefer(video, self._codecs)
        self.enter(video)
        return await super().offer()

    async def accept(self, offer: str) -> str:
        """The answer to a relay that offers, or to a phone without any relay."""
        agreement = read(offer)
        await self.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        self.enter(self.pc.getTransceivers()[0])
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        self.path.listen()
        self.agree(agreement)
        text = self.pc.localDescription.sdp
        return with_feedback(text, agreement.transport) if agreement.transport else text

    # ------------------------------------------------------------ from the connection
    def received(self, data: bytes, now: float) -> None:
        packet = parse(data, self.agreement.transport)
        if packet is None:
            return
        if packet.transport_sequence >= 0:
            self._arrivals.add((packet.transport_sequence,), now)
        if packet.payload_type in self.agreement.codecs:
            self._count(packet, now)
            self._take(packet, now, repaired=False)
            return
        kind = self.agreement.repairs.get(packet.payload_type)
        if kind is None:
            self.seen.foreign += 1
        elif self._statistics is not None and unwrap_repair(packet, kind, self._statistics.ssrc) is not None:
            self._take(packet, now, repaired=True)

    def heard(self, compound: bytes, now: float) -> None:
        for report in rtcp.parse(compound):
            if isinstance(report, rtcp.SenderReport) and self._statistics is not None:
                self._statistics.heard(report, now)

    def tick(self, now: float) -> None:
        statistics = self._statistics
        if statistics is None:
            return
        if self._order and now - self._order.since > PATIENCE:
            self._skip(now)
        feedback = self._repair_requests(statistics.ssrc, now)
        if self._lost_picture and now - self._keyframe_at >= KEYFRAME_EVERY:
            self._keyframe_at = now
            feedback.append(rtcp.picture_loss(self._ssrc, statistics.ssrc))
        if (arrivals := self._arrivals.take()) is not None:
            feedback.append(rtcp.transport_feedback(self._ssrc, statistics.ssrc, arrivals))
        receptions = []
        if now - self._report_at >= REPORT_EVERY:
            self._report_at = now
            receptions.append(statistics.report(now))
            if not self.agreement.transport:
                feedback.append(rtcp.bitrate_limit(self._ssrc, statistics.ssrc, self.limit))
        self._send(feedback, receptions)

    # ------------------------------------------------------------ packets
    def _count(self, packet: Packet, now: float) -> None:
        if self._statistics is None or self._statistics.ssrc != packet.ssrc:
            self._statistics = Statistics(packet.ssrc, packet.sequence, VIDEO_CLOCK)
            self._losses = Losses()
            self._start(packet)
        self._statistics.add(packet.sequence, packet.timestamp, now)

    def _start(self, packet: Packet) -> None:
        """What came before has nothing to do with it."""
        self._order = _Order(packet.sequence)
        self._frame, self._broken, self._lost_picture = [], False, True

    def _take(self, packet: Packet, now: float, *, repaired: bool) -> None:
        missing = len(self._losses)
        arrival = self._losses.add(packet.sequence, now)
        if arrival is Arrival.REPEATED:
            return
        self.seen.packets += 1
        if arrival is Arrival.JUMPED:
            self._start(packet)
        elif arrival is Arrival.LATE:
            self.seen.recovered += repaired
            self.seen.reordered += not repaired
        elif arrival is Arrival.GAP:
            self.seen.missed += len(self._losses) - missing
        for following in self._order.add(packet, now):
            self._append(following, now)
        if arrival is Arrival.GAP and self._statistics is not None:
            self._send(self._repair_requests(self._statistics.ssrc, now))

    def _skip(self, now: float) -> None:
        lost, packets = self._order.skip(now)
        self.seen.lost += lost
        self._broken = self._lost_picture = True
        self._losses.give_up(now)
        for packet in packets:
            self._append(packet, now)

    def _append(self, packet: Packet, now: float) -> None:
        """The next packet of the stream."""
        self._frame.append(packet)
        if not packet.marker:
            return
        frame, self._frame = self._frame, []
        broken, self._broken = self._broken, False
        codec = self.agreement.codecs[packet.payload_type]
        if not broken and starts_keyframe(codec, frame[0].data, frame[0].start, frame[0].end):
            self._lost_picture = False
            self.seen.keyframes += 1
        if not self._lost_picture:
            self.seen.frames += 1
            self._on_frame(frame, now)

    # ------------------------------------------------------------ feedback
    def _repair_requests(self, source: int, now: float) -> list[bytes]:
        lost = self._losses.due(now)
        return [rtcp.nack(self._ssrc, source, lost)] if lost else []

    def _send(self, feedback: list[bytes], receptions: Sequence[rtcp.Reception] = ()) -> None:
        if feedback or receptions:
            self.path.send_rtcp(rtcp.receiver_report(self._ssrc, receptions) + b"".join(feedback))
