"""One connection of a console: the packets of the picture it follows, numbered as one unbroken stream."""

from __future__ import annotations

import random
import time
from struct import Struct
from typing import Protocol

from aiortc import RTCDataChannel

from media import rtcp
from media.aiortc_entry import Outgoing
from media.answers import Source
from media.codecs import starts_keyframe
from media.connection import Connection, Site
from media.publisher import Publisher
from media.rewriting import Rewriter
from media.rtp import Packet
from media.sdp import ABSOLUTE_SEND_TIME, Offer

REPORT_EVERY = 1.0  # seconds between two sender reports
REPEATS = 200  # packets repeated in a tick at most: a keyframe's worth, and no lever for a flood

_PLAIN = Struct("!BBHII").pack_into
_TIMED = Struct("!BBHIIHHI").pack_into  # with one extension: the absolute send time
_ONE_BYTE_PROFILE = 0xBEDE


class Owner(Protocol):
    """The session of a viewer."""

    def viewer_up(self, viewer: Viewer, now: float) -> None: ...
    def viewer_gone(self, viewer: Viewer) -> None: ...


class Viewer:
    def __init__(self, offer: Offer, site: Site, participant: str, owner: Owner) -> None:
        self.participant = participant
        self.codecs = {codec.name: codec for codec in offer.codecs}
        ssrc = random.getrandbits(31) & ~1
        self.source = Source(ssrc + 2, ssrc + 3)
        self.limit: int | None = None  # its REMB, bit/s
        self._owner = owner
        self._counters = site.counters
        self._time_id = offer.extensions.get(ABSOLUTE_SEND_TIME, 0)
        self._rewriter = Rewriter()
        self._publisher: Publisher | None = None
        self._payload_type = -1
        self._repair_type: int | None = None
        self._waiting = True  # for a keyframe: nothing before it can be decoded
        self._repair_sequence = random.getrandbits(15)
        self._repeats = 0  # in this tick
        self._packets = self._octets = 0
        self._began_at: float | None = None  # when this viewer's first packet left
        self._report_at = 0.0
        self.connection = Connection(offer, site, self)

    @property
    def wants_keyframe(self) -> bool:
        return self._waiting and self._payload_type >= 0 and self.connection.is_up

    def watched(self, now: float) -> float:
        """Seconds since its first packet."""
        return 0.0 if self._began_at is None else now - self._began_at

    def follow(self, publisher: Publisher | None) -> None:
        """From now on the packets come from there, beginning with a keyframe, for others to ask for."""
        self._publisher = publisher
        self._rewriter.restart()
        self._waiting = True
        codec = self.codecs.get(publisher.codec.name) if publisher is not None else None
        self._payload_type = codec.payload_type if codec is not None else -1
        self._repair_type = codec.repair_type if codec is not None else None

    def forward(self, packets: list[Packet], now: float) -> None:
        """Packets of the publisher that this viewer follows; they leave together."""
        out = self.connection.outgoing
        if out is None:
            return
        kind, ssrc, rewrite = self._payload_type, self.source.ssrc, self._rewriter.map
        for packet in packets:
            if self._waiting and not self._begins(packet, now):
                continue
            mapped = rewrite(packet.sequence, packet.timestamp, now)
            if mapped is not None:
                self._packets += 1
                self._octets += packet.end - packet.start
                self._write(out, packet, kind, mapped, ssrc, now)
        out.flush()

    # ------------------------------------------------------------ from the connection
    def connected(self, now: float) -> None:
        self._report_at = now + REPORT_EVERY
        self._owner.viewer_up(self, now)

    def received(self, burst: list[bytes], now: float) -> None:
        """A console sends no media."""
        self._counters.dropped += len(burst)

    def heard(self, reports: list[rtcp.Report], now: float) -> None:
        for report in reports:
            if isinstance(report, rtcp.Nack):
                self._repeat(report.sequences, now)
            elif isinstance(report, rtcp.KeyframeWanted):
                if self._publisher is not None:
                    self._publisher.want_keyframe(now)
            elif isinstance(report, rtcp.BitrateLimit):
                self.limit = report.bitrate

    def channel(self, channel: RTCDataChannel) -> None:
        """A console has none."""
        channel.close()

    def gone(self, now: float) -> None:
        self._owner.viewer_gone(self)

    def tick(self, now: float) -> None:
        """Ten times a second."""
        self.connection.check(now)
        self._repeats = 0
        if now >= self._report_at and self._packets:
            self._report_at = now + REPORT_EVERY
            clock = self._rewriter.timestamp_at(now)
            report = rtcp.sender_report(self.source.ssrc, time.time(), clock, self._packets, self._octets)
            self.connection.send_rtcp(report)

    # ------------------------------------------------------------ packets
    def _begins(self, packet: Packet, now: float) -> bool:
        if self._publisher is None or self._payload_type < 0:
            return False
        if not starts_keyframe(self._publisher.codec.name, packet.data, packet.start, packet.end):
            return False
        self._waiting = False
        if self._began_at is None:
            self._began_at = now
        return True

    def _repeat(self, sequences: tuple[int, ...], now: float) -> None:
        out = self.connection.outgoing
        if self._publisher is None or out is None:
            return
        for sequence in sequences:
            origin = self._rewriter.source(sequence)
            packet = self._publisher.history.get(origin) if origin is not None else None
            if packet is None or self._repeats >= REPEATS:
                continue
            self._repeats += 1
            self._counters.repeated += 1
            timestamp = self._rewriter.timestamp_of(packet.timestamp)
            if self._repair_type is None:
                self._write(out, packet, self._payload_type, (sequence, timestamp), self.source.ssrc, now)
                continue
            mapped, ssrc = (self._repair_sequence, timestamp), self.source.repair_ssrc
            self._write(out, packet, self._repair_type, mapped, ssrc, now, sequence.to_bytes(2, "big"))
            self._repair_sequence = (self._repair_sequence + 1) & 0xFFFF
        out.flush()

    def _write(
        self,
        out: Outgoing,
        packet: Packet,
        kind: int,
        mapped: tuple[int, int],
        ssrc: int,
        now: float,
        original: bytes = b"",
    ) -> None:
        """Header, original sequence number (RTX only) and payload, straight to where they leave from."""
        view, position = out.view, out.position
        if self._time_id:
            # 24 bits, 18 of them below the second; any epoch will do (abs-send-time).
            sent = self._time_id << 28 | 2 << 24 | int(now * 262_144) & 0xFFFFFF
            _TIMED(view, position, 0x90, packet.marker | kind, *mapped, ssrc, _ONE_BYTE_PROFILE, 1, sent)
            body = position + 20
        else:
            _PLAIN(view, position, 0x80, packet.marker | kind, *mapped, ssrc)
            body = position + 12
        if original:
            view[body : body + 2] = original
            body += 2
        end = body + packet.end - packet.start
        view[body:end] = packet.data[packet.start : packet.end]
        self._counters.packets_out += 1
        self._counters.bytes_out += end - position
        out.add(end - position)
