"""Temporal layers of VP8: what a viewer on a narrow line does without. RFC 7741, 4.2.

    layer 2     .   *   .   *   .   *   .   *       half of the frames
    layer 1     .   .   *   .   .   .   *   .       a quarter
    layer 0     *   .   .   .   *   .   .   .       a quarter; it decodes without the others

A frame needs frames of its own layer and of lower ones only. Who gets fewer layers sees fewer frames a
second, whole and on time. The gaps must not show: a decoder waits for sequence numbers and PictureIDs that
don't come. TL0PICIDX counts frames of layer 0, which are never left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from media.rtp import Packet, distance

TOP = 2  # the highest layer that browsers make (L1T3)
MEMORY = 2048  # packets whose numbers are kept: twice as many as can be repeated
FRAMES = 48  # frames kept; below half the range of a PictureID of 7 bits


class Descriptor(msgspec.Struct, gc=False):
    """What a VP8 payload says of its frame."""

    begins: bool  # the frame starts in this packet
    picture: int  # PictureID
    bits: int  # of it: 7 or 15
    place: int  # where it lies in the packet
    layer: int  # TID
    is_sync: bool  # Y: of the layers below it needs layer 0 only


def describe(data: bytes, start: int, end: int) -> Descriptor | None:
    """None where a PictureID or a layer is missing: of such a stream nothing can be left out."""
    if end - start < 4 or not data[start] & 0x80 or data[start + 1] & 0xA0 != 0xA0:
        return None
    place = start + 2
    if data[place] & 0x80:
        bits, picture, position = 15, (data[place] & 0x7F) << 8 | data[place + 1], place + 2
    else:
        bits, picture, position = 7, data[place], place + 1
    position += data[start + 1] >> 6 & 1  # TL0PICIDX
    if position >= end:
        return None
    layers = data[position]
    return Descriptor(data[start] & 0x17 == 0x10, picture, bits, place, layers >> 6, bool(layers & 0x20))


def has_layers(packets: Iterable[Packet]) -> bool:
    described = (describe(packet.data, packet.start, packet.end) for packet in packets)
    return any(one is not None and one.layer > 0 for one in described)


class Renumbering:
    """Numbers without gaps for a stream of which some packets are left out, and the way back."""

    def __init__(self) -> None:
        self._highest = -1  # of the source
        self._left_out = 0
        self._numbers: dict[int, int] = {}  # by the source's
        self._sources: dict[int, int] = {}  # by ours
        self._is_young = True  # nothing is forgotten: what is unknown comes from before, unchanged

    def take(self, sequence: int) -> int | None:
        """The number of a packet that goes on; None for one too old to tell."""
        if self._advances(sequence):
            self._assign(sequence)
        return self._numbers.get(sequence, sequence if self._is_young else None)

    def leave_out(self, sequence: int) -> int | None:
        """None, or the number that was kept free for a late packet: something must fill it."""
        if not self._advances(sequence):
            return self._numbers.get(sequence)
        self._left_out += 1
        return None

    def source(self, number: int) -> int | None:
        return self._sources.get(number, number if self._is_young else None)

    def _advances(self, sequence: int) -> bool:
        """Whether it is the newest. Packets missing before it get numbers: they may be wanted."""
        if self._highest < 0:
            self._highest = sequence - 1 & 0xFFFF
        ahead = distance(sequence, self._highest)
        for step in range(1, ahead):
            self._assign(self._highest + step & 0xFFFF)
        if ahead > 0:
            self._highest = sequence
        return ahead > 0

    def _assign(self, sequence: int) -> None:
        number = sequence - self._left_out & 0xFFFF
        self._numbers[sequence], self._sources[number] = number, sequence
        if len(self._numbers) > MEMORY:
            oldest = next(iter(self._numbers))
            del self._sources[self._numbers.pop(oldest)]
            self._is_young = False


class Thinning:
    """What one viewer gets of a layered stream, as a stream without gaps.

    `layer`: the highest that it shall get. Less is given at once, from the next frame on; more where a frame
    says that it needs nothing that was left out.
    """

    def __init__(self, layer: int) -> None:
        self.layer = layer
        self._given = layer
        self._numbers = Renumbering()
        self._first = self._newest = -1  # PictureIDs
        self._left_out = 0  # frames
        self._shifts: dict[int, int | None] = {}  # of the last frames' PictureIDs; None: left out
        self._is_young = True  # as in Renumbering

    def take(self, packets: list[Packet]) -> list[Packet]:
        """Those that this viewer gets, as it gets them."""
        taken = (self._take(packet) for packet in packets)
        return [packet for packet in taken if packet is not None]

    def source(self, number: int) -> int | None:
        """The phone's number of a packet that this viewer knows by that one."""
        return self._numbers.source(number)

    def repeat(self, packet: Packet, number: int) -> Packet | None:
        """A packet that it got before, or should have got, as it got it; None when too old to tell."""
        described = describe(packet.data, packet.start, packet.end)
        if described is None:
            return _rewritten(packet, number, None, 0)
        shift = self._shifts.get(described.picture, 0 if self._is_young else None)
        return _rewritten(packet, number, described, shift) if shift is not None else None

    def _take(self, packet: Packet) -> Packet | None:
        described = describe(packet.data, packet.start, packet.end)
        shift = 0 if described is None else self._shift(described)
        if shift is not None:
            number = self._numbers.take(packet.sequence)
            return _rewritten(packet, number, described, shift) if number is not None else None
        # Left out; but where the viewer has seen a gap it waits for something: an empty packet will do.
        number = self._numbers.leave_out(packet.sequence)
        return _emptied(packet, number) if number is not None else None

    def _shift(self, described: Descriptor) -> int | None:
        """By how much the PictureID of a frame is lowered; None when it is left out."""
        picture = described.picture
        if picture not in self._shifts:
            if self._newest < 0 or _ahead(picture, self._newest, described.bits) > 0:
                self._first = picture if self._newest < 0 else self._first
                self._newest = picture
                self._shifts[picture] = self._next(described)
            else:
                self._shifts[picture] = self._late(described)
            if len(self._shifts) > FRAMES:
                del self._shifts[next(iter(self._shifts))]
                self._is_young = False
        return self._shifts[picture]

    def _next(self, described: Descriptor) -> int | None:
        layer = described.layer
        self._given = min(self._given, self.layer)
        if layer == self._given + 1 and layer <= self.layer and described.is_sync:
            self._given = layer
        # A frame whose start went by before we were there is on its way already.
        if layer <= self._given or not (described.begins or self._shifts):
            return self._left_out
        self._left_out += 1
        return None

    def _late(self, described: Descriptor) -> int | None:
        """Its first packet to come is behind a newer frame's."""
        is_of_before = self._is_young and _ahead(described.picture, self._first, described.bits) < 0
        if described.layer > self._given and not is_of_before:
            return None
        newer = [
            frame
            for frame, shift in self._shifts.items()
            if shift is None and _ahead(frame, described.picture, described.bits) > 0
        ]
        return self._left_out - len(newer)


def _ahead(picture: int, reference: int, bits: int) -> int:
    half = 1 << bits - 1
    return (picture - reference + half) % (2 * half) - half


def _rewritten(packet: Packet, number: int, described: Descriptor | None, shift: int) -> Packet:
    data = packet.data
    if described is not None and shift:
        picture = described.picture - shift & (1 << described.bits) - 1
        written = (picture | 0x8000).to_bytes(2, "big") if described.bits == 15 else bytes([picture])
        data = b"".join((data[: described.place], written, data[described.place + len(written) :]))
    return msgspec.structs.replace(packet, sequence=number, data=data)


def _emptied(packet: Packet, number: int) -> Packet:
    return msgspec.structs.replace(packet, sequence=number, marker=0, end=packet.start)
