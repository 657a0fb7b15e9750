"""One connection of a phone: its packets in, our feedback out. What is genuine and new goes to its stream."""

from __future__ import annotations

import random
from typing import Protocol

from aiortc import RTCDataChannel

from media import rtcp
from media.bitrate import CEILING, LossEstimate
from media.codecs import Codec
from media.connection import Connection, Site
from media.history import History
from media.keyframes import KeyframeRequests
from media.layers import has_layers
from media.losses import Arrival, Losses
from media.reception import Statistics
from media.rtp import Packet, parse, unwrap_repair
from media.sdp import COLOR_SPACE, TRANSPORT_WIDE, Offer
from media.transport_feedback import Arrivals

LIMIT_EVERY = 0.5  # seconds between two REMB
RECENT = 32  # packets that tell whether there are layers: some frames' worth
REPORT_EVERY = 1.0  # seconds between two receiver reports


class Sink(Protocol):
    """The stream behind a publisher."""

    def up(self, publisher: Publisher, now: float) -> None: ...
    def forward(self, publisher: Publisher, packets: list[Packet], now: float) -> None:
        """Those that arrived together, in their order."""

    def restarted(self, publisher: Publisher, now: float) -> None:
        """What follows has nothing to do with what came before: another source, or a long gap."""

    def channel(self, channel: RTCDataChannel) -> None: ...
    def lost(self, publisher: Publisher, now: float) -> None: ...
    def waits(self) -> bool:
        """Whether a viewer waits for a keyframe."""

    def limit(self, publisher: Publisher, sending: int, now: float) -> int:
        """What it may send for its viewers' sake, given what it sends; both in bit/s."""


class Publisher:
    def __init__(self, offer: Offer, codec: Codec, site: Site, sink: Sink, start_bitrate: int) -> None:
        self.offered = offer.codecs
        self.codec = codec
        self.history = History()
        self._sink = sink
        self._counters = site.counters
        self._ssrc = random.getrandbits(31) | 1  # ours, in RTCP
        self._losses = Losses()
        self._statistics: Statistics | None = None
        self._keyframes = KeyframeRequests()
        speaks_transport_wide = TRANSPORT_WIDE in offer.extensions and "transport-cc" in codec.feedback
        self._transport_id = offer.extensions[TRANSPORT_WIDE] if speaks_transport_wide else 0
        self._color_id = offer.extensions.get(COLOR_SPACE, 0)
        self._arrivals = Arrivals()
        self._estimate = None if speaks_transport_wide else LossEstimate(start_bitrate * 1000)
        self._octets = 0  # since the last REMB
        self._media_type = codec.payload_type
        self._source = -1  # the SSRC we follow
        self._fresh: list[Packet] = []  # of this burst: genuine and new, not passed on yet
        self._in_order = 0  # how many of them the statistics have not counted yet
        self._limit_at = self._report_at = 0.0
        self.connection = Connection(offer, site, self)

    # ------------------------------------------------------------ from the connection
    def connected(self, now: float) -> None:
        self._limit_at, self._report_at = now + LIMIT_EVERY, now + REPORT_EVERY
        self._sink.up(self, now)

    def received(self, burst: list[bytes], now: float) -> None:
        """Nearly every packet is the next one of our source: it takes the short way."""
        transport_sequences: list[int] = []
        octets = 0
        for data in burst:
            packet = parse(data, self._transport_id, self._color_id)
            if packet is None:
                self._counters.dropped_malformed += 1
                continue
            octets += len(data)
            if packet.transport_sequence >= 0:
                transport_sequences.append(packet.transport_sequence)
            losses = self._losses
            if (
                packet.sequence == losses.expected
                and packet.payload_type == self._media_type
                and packet.ssrc == self._source
            ):
                losses.expected = (packet.sequence + 1) & 0xFFFF
                self._in_order += 1
                self._fresh.append(packet)
            else:
                self._take(packet, now)
        self._counters.packets_in += len(burst)
        self._counters.bytes_in += octets
        self._octets += octets
        self._arrivals.add(transport_sequences, now)
        self._pass_on(now)
        if self._losses.due_at <= now:  # only now: what overtook others in the same burst is no loss
            self._send([*self._repair_requests(now)])

    def heard(self, reports: list[rtcp.Report], now: float) -> None:
        for report in reports:
            if isinstance(report, rtcp.SenderReport) and self._statistics is not None:
                self._statistics.heard(report, now)

    def channel(self, channel: RTCDataChannel) -> None:
        self._sink.channel(channel)

    def gone(self, now: float) -> None:
        self._sink.lost(self, now)

    # ------------------------------------------------------------ packets
    def _original(self, packet: Packet, now: float) -> Packet | None:
        """The packet as the phone first sent it; None for padding and for payload types never agreed on."""
        statistics = self._statistics
        if packet.payload_type == self._media_type:
            if statistics is None or packet.ssrc != self._source:
                statistics = self._begin(packet, now)
            statistics.add(packet.sequence, packet.timestamp, now)
            return packet
        if packet.payload_type == self.codec.repair_type and statistics is not None:
            return unwrap_repair(packet, self._media_type, self._source)
        self._counters.dropped_unwanted += 1
        return None

    def _begin(self, packet: Packet, now: float) -> Statistics:
        """Sources are learned from their packets: not every browser announces them."""
        is_first = self._statistics is None
        self._pass_on(now)
        self._source = packet.ssrc
        self._losses = Losses()
        self._statistics = Statistics(packet.ssrc, packet.sequence, self.codec.clock)
        if not is_first:
            self._restart(now)  # only now: whoever wants a keyframe is to get it from the new source
        return self._statistics

    def _restart(self, now: float) -> None:
        self._pass_on(now)
        self.history = History()
        self._sink.restarted(self, now)

    def _take(self, packet: Packet, now: float) -> None:
        """The long way: of another source, out of order, repaired, or not wanted at all."""
        is_repair = None if self.codec.repair_type is None else packet.payload_type != self._media_type
        original = self._original(packet, now)
        if original is None:
            return
        arrival = self._losses.add(original.sequence, now, is_repair=is_repair)
        if arrival is Arrival.REPEATED:
            return
        if arrival is Arrival.JUMPED:
            self._restart(now)
        elif arrival is Arrival.LATE:
            self._counters.recovered += 1
        self._fresh.append(original)

    def _pass_on(self, now: float) -> None:
        fresh, self._fresh = self._fresh, []
        if not fresh:
            return
        if self._in_order and self._statistics is not None:
            last = fresh[-1]
            self._statistics.add(last.sequence, last.timestamp, now, self._in_order)
            self._in_order = 0
        self.history.put(fresh)
        self._sink.forward(self, fresh, now)

    @property
    def is_layered(self) -> bool:
        """Whether a viewer can be given fewer layers of it."""
        return self.codec.name == "VP8" and has_layers(self.history.before(self._losses.expected, RECENT))

    # ------------------------------------------------------------ feedback
    def want_keyframe(self, now: float) -> None:
        """Ask the phone, now or as soon as it is allowed again."""
        if self._statistics is not None and self._keyframes.want(now):
            self._send(self._picture_loss(self._statistics.ssrc))

    def tick(self, now: float) -> None:
        """Ten times a second."""
        self.connection.check(now)
        if self._statistics is None or not self.connection.is_up:
            return
        source = self._statistics.ssrc
        feedback = [*self._repair_requests(now)]
        if self._losses.give_up(now) and self._keyframes.want(now):
            feedback += self._picture_loss(source)
        if self._keyframes.due(now, waiting=self._sink.waits()):
            feedback += self._picture_loss(source)
        if (arrivals := self._arrivals.take()) is not None:
            feedback.append(rtcp.transport_feedback(self._ssrc, source, arrivals))
        if now >= self._limit_at:
            limit = self._limit(now)
            if "goog-remb" in self.codec.feedback:
                feedback.append(rtcp.bitrate_limit(self._ssrc, source, limit))
        receptions = []
        if now >= self._report_at:
            self._report_at = now + REPORT_EVERY
            receptions.append(self._statistics.report(now))
            if self._estimate is not None:
                self._estimate.update(self._statistics.fraction_lost)
        self._send(feedback, receptions)

    def _repair_requests(self, now: float) -> list[bytes]:
        lost = self._losses.due(now)
        if not lost or self._statistics is None or "nack" not in self.codec.feedback:
            return []
        self._counters.nacked += len(lost)
        return [rtcp.nack(self._ssrc, self._statistics.ssrc, lost)]

    def _picture_loss(self, source: int) -> list[bytes]:
        if "nack pli" not in self.codec.feedback:  # sound has no keyframes
            return []
        self._counters.keyframes_asked += 1
        return [rtcp.picture_loss(self._ssrc, source)]

    def _limit(self, now: float) -> int:
        sending = int(self._octets * 8 / (now - self._limit_at + LIMIT_EVERY))
        self._limit_at, self._octets = now + LIMIT_EVERY, 0
        own = self._estimate.bitrate if self._estimate is not None else CEILING
        return min(own, self._sink.limit(self, sending, now))

    def _send(self, feedback: list[bytes], receptions: list[rtcp.Reception] | None = None) -> None:
        if feedback or receptions:
            head = rtcp.receiver_report(self._ssrc, receptions or ())
            self.connection.send_rtcp(head + b"".join(feedback))
