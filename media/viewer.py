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
from media.connection import Connection, Site
from media.downlink import Downlink
from media.keyframe_starts import starts_keyframe
from media.layers import TOP
from media.narrowing import Narrowing
from media.publisher import Publisher
from media.repeats import Repeats
from media.rewriting import Rewriter
from media.rtp import Packet, add_color_space
from media.sdp import ABSOLUTE_SEND_TIME, COLOR_SPACE, Offer

REPORT_EVERY = 1.0  # seconds between two sender reports
RESYNC = 2.0  # seconds between two keyframes for a viewer whose line was overrun or cut
ASKED = 1024  # packets that a viewer may ask for in a tick: a history's worth, and no lever for a flood
OVERHEAD = 20  # bytes of a packet's header, as the viewer counts them

_PLAIN = Struct("!BBHII").pack_into
_TIMED = Struct("!BBHIIHHI").pack_into  # with one extension: the absolute send time
_ONE_BYTE_PROFILE = 0xBEDE


class Owner(Protocol):
    """The session of a viewer."""

    @property
    def thins_thumbnails(self) -> bool:
        """Whether the relay is short of capacity: thumbnails get fewer frames."""

    def thumbnails_beside(self, viewer: Viewer) -> list[Viewer]:
        """Those of the same console, which share its line."""

    def viewer_up(self, viewer: Viewer, now: float) -> None: ...
    def viewer_began(self, viewer: Viewer) -> None:
        """Its first packet is about to leave."""

    def viewer_gone(self, viewer: Viewer) -> None: ...


class Viewer:
    def __init__(
        self,
        offer: Offer,
        site: Site,
        participant: str,
        owner: Owner,
        thumbnail_of: str = "",
        *,
        large: bool = False,
    ) -> None:
        self.participant = participant
        self.thumbnail_of = thumbnail_of  # a participant; "" for the session's main picture
        self.codecs = {codec.format: codec for codec in offer.codecs}
        ssrc = random.getrandbits(31) & ~1
        self.source = Source(ssrc + 2, ssrc + 3)
        self.line = Downlink(is_thumbnail=bool(thumbnail_of) and not large)
        self._owner = owner
        self._counters = site.counters
        self._time_id = offer.extensions.get(ABSOLUTE_SEND_TIME, 0)
        self._color_id = offer.extensions.get(COLOR_SPACE, 0)
        self._rewriter = Rewriter(offer.codecs[0].clock)
        self._publisher: Publisher | None = None
        self._payload_type = -1
        self._repair_type: int | None = None
        self._waiting = True  # for a keyframe: nothing before it can be decoded
        self._repair_sequence = random.getrandbits(15)
        self._repeats = Repeats(self.line)
        self._asked = 0  # packets, in this tick
        self._narrowing: Narrowing | None = None  # from the first time that its line was short
        self._resync_at = 0.0
        self._packets = self._octets = self._repeated_octets = 0
        self._has_begun = False
        self._report_at = 0.0
        self.connection = Connection(offer, site, self)

    @property
    def wants_keyframe(self) -> bool:
        return self._waiting and self._payload_type >= 0 and self.connection.is_up

    @property
    def thumbnail(self) -> bool:
        return self.line.is_thumbnail

    @property
    def publisher(self) -> Publisher | None:
        return self._publisher

    def follow(self, publisher: Publisher | None) -> None:
        """From now on the packets come from there, beginning with a keyframe, for others to ask for."""
        self._publisher = publisher
        self._rewriter.restart()
        self._narrowing = None
        self._waiting = True
        codec = self.codecs.get(publisher.codec.format) if publisher is not None else None
        self._payload_type = codec.payload_type if codec is not None else -1
        self._repair_type = codec.repair_type if codec is not None else None

    def forward(self, packets: list[Packet], now: float) -> None:
        """Packets of the publisher that this viewer follows; they leave together."""
        out = self.connection.outgoing
        if out is None:
            return
        kind, ssrc, rewrite = self._payload_type, self.source.ssrc, self._rewriter.map
        if self._waiting:
            packets = self._from_keyframe(packets, now)
        if self._narrowing is not None:
            packets = self._narrowing.take(packets, now)
        for packet in packets:
            mapped = rewrite(packet.sequence, packet.timestamp, now)
            if mapped is not None:
                self._packets += 1
                self._octets += packet.end - packet.start
                self._write(out, packet, kind, mapped, ssrc, now)
        out.flush()

    # ------------------------------------------------------------ from the stream
    def measure(self, now: float) -> None:
        """Twice a second. Where a line is short, the thumbnails on it give way to the picture."""
        self.line.measure(self._octets + self._packets * OVERHEAD + self._repeated_octets, now)
        if self.line.is_short and not self.thumbnail:
            yielding = [one.line.give_way(now) for one in self._owner.thumbnails_beside(self)]
            if any(yielding):
                self.line.excuse()
        self.line.conclude(now)

    def thin(self, now: float) -> None:
        """From now on it gets the layers that fit on its line, or fewer where the relay is short itself."""
        layer = 0 if self.thumbnail and self._owner.thins_thumbnails else self.line.layer_at(now)
        if self._narrowing is None and (layer < TOP or self.line.is_narrow):
            self._narrowing = Narrowing(self.line)
        if self._narrowing is not None:
            self._narrowing.thin(layer)

    # ------------------------------------------------------------ from the connection
    def connected(self, now: float) -> None:
        self._report_at = now + REPORT_EVERY
        self._owner.viewer_up(self, now)

    def received(self, burst: list[bytes], now: float) -> None:
        """A console sends no media."""
        self._counters.dropped_unwanted += len(burst)

    def heard(self, reports: list[rtcp.Report], now: float) -> None:
        for report in reports:
            if isinstance(report, rtcp.Nack):
                self._repeat(report.sequences, now)
            elif isinstance(report, rtcp.KeyframeWanted):
                if self._publisher is not None:
                    self._publisher.want_keyframe(now)
            elif isinstance(report, rtcp.BitrateLimit):
                self.line.limited(report.bitrate, now)
            elif isinstance(report, rtcp.Reception) and report.ssrc == self.source.ssrc:
                self.line.reported(report.fraction_lost / 256, report.round_trip(time.time()))

    def channel(self, channel: RTCDataChannel) -> None:
        """A console has none."""
        channel.close()

    def gone(self, now: float) -> None:
        self._owner.viewer_gone(self)

    def tick(self, now: float) -> None:
        """Ten times a second."""
        self.connection.check(now)
        self._asked = 0
        if self._narrowing is not None or self._repeats.refused:
            self._relieve(now)
        if now >= self._report_at and self._packets:
            self._report_at = now + REPORT_EVERY
            clock = self._rewriter.timestamp_at(now)
            report = rtcp.sender_report(self.source.ssrc, time.time(), clock, self._packets, self._octets)
            self.connection.send_rtcp(report)

    # ------------------------------------------------------------ a bad line
    def _relieve(self, now: float) -> None:
        """Send what has waited; begin anew with a keyframe when it waits too long or can't be repaired."""
        is_overrun = self._narrowing is not None and self._narrowing.is_overrun
        if (is_overrun or self._repeats.refused) and now - self._resync_at > RESYNC:
            self._resync_at = now
            self._repeats.refused = 0
            self.follow(self._publisher)
        else:
            self.forward([], now)

    # ------------------------------------------------------------ packets
    def _from_keyframe(self, packets: list[Packet], now: float) -> list[Packet]:
        """Nothing before one can be decoded."""
        for place, packet in enumerate(packets):
            if self._begins(packet, now):
                return packets[place:]
        return []

    def _begins(self, packet: Packet, now: float) -> bool:
        if self._publisher is None or self._payload_type < 0:
            return False
        if not starts_keyframe(self._publisher.codec.name, packet.data, packet.start, packet.end):
            return False
        self._waiting = False
        self.thin(now)
        if not self._has_begun:
            self._has_begun = True
            self._owner.viewer_began(self)
        return True

    def _repeat(self, sequences: tuple[int, ...], now: float) -> None:
        out = self.connection.outgoing
        if out is None:
            return
        for sequence in sequences[: max(0, ASKED - self._asked)]:
            self._asked += 1
            packet = self._packet(sequence)
            if packet is None or not self._repeats.allow(sequence, packet.end - packet.start, now):
                continue
            self._counters.repeated += 1
            self._repeated_octets += packet.end - packet.start + OVERHEAD
            timestamp = self._rewriter.timestamp_of(packet.timestamp)
            if self._repair_type is None:
                self._write(out, packet, self._payload_type, (sequence, timestamp), self.source.ssrc, now)
                continue
            mapped, ssrc = (self._repair_sequence, timestamp), self.source.repair_ssrc
            self._write(out, packet, self._repair_type, mapped, ssrc, now, sequence.to_bytes(2, "big"))
            self._repair_sequence = (self._repair_sequence + 1) & 0xFFFF
        out.flush()

    def _packet(self, sequence: int) -> Packet | None:
        """The packet that the viewer knows by that number, as it got it."""
        number = self._rewriter.source(sequence)
        if self._publisher is None or number is None:
            return None
        if self._narrowing is None:
            return self._publisher.history.get(number)
        origin = self._narrowing.source(number)
        packet = self._publisher.history.get(origin) if origin is not None else None
        return self._narrowing.repeat(packet, number) if packet is not None else None

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
        if packet.color_space and self._color_id:
            body = add_color_space(view, position, body, self._color_id, packet.color_space)
        if original:
            view[body : body + 2] = original
            body += 2
        end = body + packet.end - packet.start
        view[body:end] = packet.data[packet.start : packet.end]
        self._counters.packets_out += 1
        self._counters.bytes_out += end - position
        out.add(end - position)
