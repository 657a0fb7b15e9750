"""Complete encoded frames from the packets of one source: in order, never broken, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from media.codecs import VIDEO_CLOCK
from media.keyframe_starts import starts_keyframe
from media.payloads import BrokenFrame, join
from media.rtp import Packet, distance

HOLD = 1.0  # seconds that frames wait for a packet lost before them: the phone is asked for it 0.8 s long
WINDOW = 1024  # packets that are held: 1.5 MB, and the largest frame
DRIFT = 10 * VIDEO_CLOCK  # ticks; a clock that is further from ours has jumped
EARLY = 64  # packets held while we wait for a keyframe: one that overtook the first of it is not sent again


class EncodedFrame(msgspec.Struct, frozen=True):
    """What a decoder takes. H.264 as Annex B, AV1 as low-overhead temporal units."""

    codec: str  # as in media.codecs
    timestamp: int  # ticks of 90 kHz since the first frame; always rising
    keyframe: bool  # a decoder can begin here: with H.264 its parameter sets are inside
    data: bytes


class Gap(msgspec.Struct, frozen=True):
    """Frames are missing here; what follows is a keyframe."""


class Timeline:
    """Ticks since the first frame, from the RTP timestamps of one source or of several in turn.

    A source's clock that jumps is set by ours, as that of another source is.
    """

    def __init__(self) -> None:
        self._ticks = -1
        self._began_at: float | None = None
        self._offset: int | None = None  # ticks minus the source's timestamp; None: no frame of it yet

    def restart(self) -> None:
        """The next timestamp is of another source."""
        self._offset = None

    def ticks(self, timestamp: int, now: float) -> int:
        if self._began_at is None:
            self._began_at = now
        elapsed = int((now - self._began_at) * VIDEO_CLOCK)
        drift = 0 if self._offset is None else _signed(timestamp + self._offset - elapsed)
        if self._offset is None or abs(drift) > DRIFT:
            self._offset, drift = elapsed - timestamp, 0
        self._ticks = max(self._ticks + 1, elapsed + drift)
        return self._ticks


def _signed(difference: int) -> int:
    """Of two 32-bit numbers: -2^31 to 2^31 - 1."""
    return ((difference + 0x80000000) & 0xFFFFFFFF) - 0x80000000


class FrameAssembler:
    """Puts the frames of one codec and one source together. Nothing comes before a keyframe, nor, when
    packets are lost for good, between the last frame before them and the next keyframe: what refers to a
    lost frame can't be decoded right.

    Times in seconds of a steady clock.
    """

    def __init__(self, codec: str, timeline: Timeline) -> None:
        self._codec = codec
        self._timeline = timeline
        self._packets: dict[int, Packet] = {}  # by number, without the wrap at 65,536
        self._newest = 0
        self._start: int | None = None  # the next frame's first packet; None while we wait for a keyframe
        self._end = 0  # the first packet behind `_start` that has not come yet
        self._missing_since: float | None = None  # how long we have had packets behind `_end`
        self._flowing = False  # whether the frame before `_start` was given out

    @property
    def waiting(self) -> bool:
        """For the first packet of a keyframe."""
        return self._start is None

    def take(self, packets: Sequence[Packet], now: float) -> list[EncodedFrame | Gap]:
        """What these packets complete, in the order of the stream."""
        taken: list[EncodedFrame | Gap] = []
        for packet in packets:
            if self._keep(packet):
                taken += self._completed(now)
        if self._is_hopeless(now):
            taken += self._give_up(self._end)
            taken += self._completed(now)
        return taken

    # ------------------------------------------------------------ packets
    def _keep(self, packet: Packet) -> bool:
        """Whether it may complete something."""
        number = self._newest + distance(packet.sequence, self._newest & 0xFFFF)
        self._newest = max(self._newest, number)
        if self._start is not None and number < self._end:
            return False
        self._packets[number] = packet
        if self._start is None:
            if self._starts_keyframe(packet):
                self._begin(number)
            else:
                self._forget_early()
        return self._start is not None

    def _forget_early(self) -> None:
        while len(self._packets) > EARLY:
            del self._packets[next(iter(self._packets))]

    def _starts_keyframe(self, packet: Packet) -> bool:
        return starts_keyframe(self._codec, packet.data, packet.start, packet.end)

    def _begin(self, number: int) -> None:
        self._packets = {kept: packet for kept, packet in self._packets.items() if kept >= number}
        self._start = self._end = number
        self._missing_since = None

    # ------------------------------------------------------------ frames
    def _completed(self, now: float) -> Iterator[EncodedFrame | Gap]:
        while self._start is not None and (stop := self._boundary(self._start)) is not None:
            yield from self._cut(self._start, stop, now)

    def _boundary(self, start: int) -> int | None:
        """Where the frame that begins at `start` is over; None while packets of it may be missing."""
        first = self._packets.get(start)
        while (packet := self._packets.get(self._end)) is not None:
            self._missing_since = None
            if first is not None and packet.timestamp != first.timestamp:  # it had no marker
                return self._end
            self._end += 1
            if packet.marker:
                return self._end
        return None

    def _cut(self, start: int, stop: int, now: float) -> Iterator[EncodedFrame | Gap]:
        packets = [self._packets.pop(number) for number in range(start, stop)]
        payloads = [p.data[p.start : p.end] for p in packets if p.start < p.end]  # the rest is padding
        self._start = stop
        if not payloads:
            return
        try:
            data, keyframe = join(self._codec, payloads)
        except BrokenFrame:
            yield from self._give_up(stop)
            return
        if not (self._flowing or keyframe):
            yield from self._give_up(stop)
            return
        self._flowing = True
        timestamp = self._timeline.ticks(packets[0].timestamp, now)
        yield EncodedFrame(self._codec, timestamp, keyframe, data)

    # ------------------------------------------------------------ losses
    def _is_hopeless(self, now: float) -> bool:
        if self._start is None:
            return False
        if len(self._packets) > WINDOW:
            return True
        if len(self._packets) == self._end - self._start:  # nothing behind a hole
            return False
        if self._missing_since is None:
            self._missing_since = now
        return now - self._missing_since > HOLD

    def _give_up(self, before: int) -> Iterator[Gap]:
        """Go on with the first keyframe at `before` or behind it, or wait for one."""
        starts = (n for n, packet in self._packets.items() if n >= before and self._starts_keyframe(packet))
        if (number := min(starts, default=None)) is None:
            self._start = None
            self._packets = {n: packet for n, packet in self._packets.items() if n >= before}
            self._forget_early()
        else:
            self._begin(number)
        if self._flowing:
            self._flowing = False
            yield Gap()
