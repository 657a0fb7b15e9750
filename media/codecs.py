"""The codecs we forward: how to choose one, and where a keyframe starts in its packets.

Nothing is decoded. H.264 comes first: phones have it in hardware and stay cool; VP8 is what everybody has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec

PREFERENCE = ("H264", "VP8")


class Codec(msgspec.Struct, frozen=True):
    """One codec of an offer, with the payload types of that connection."""

    name: str  # as in PREFERENCE
    payload_type: int
    repair_type: int | None  # payload type of its RTX, if offered
    parameters: str  # its fmtp, "" for none
    feedback: frozenset[str]  # its rtcp-fb values, e.g. "nack pli"


def choose(offered: Sequence[Codec], accepted: Sequence[Collection[str]]) -> Codec | None:
    """The best codec of an offer that every viewer accepts, given the names that each accepts."""
    names = [name for name in PREFERENCE if all(name in viewer for viewer in accepted)]
    return next((codec for name in names for codec in offered if codec.name == name), None)


def starts_keyframe(name: str, data: bytes, start: int, end: int) -> bool:
    """Whether the payload `data[start:end]` is the first of a keyframe that a decoder can begin with."""
    try:
        return start < end and _STARTS[name](data, start, end)
    except IndexError:  # a descriptor that promises more bytes than there are
        return False


def _vp8(data: bytes, start: int, _end: int) -> bool:
    """RFC 7741: first partition (S=1, PID=0) of a frame whose header has P=0."""
    descriptor, position = data[start], start + 1
    if descriptor & 0x17 != 0x10:
        return False
    if descriptor & 0x80:
        extension, position = data[position], position + 1
        if extension & 0x80:  # PictureID, of one or two bytes
            position += 2 if data[position] & 0x80 else 1
        if extension & 0x40:  # TL0PICIDX
            position += 1
        if extension & 0x30:  # TID, KEYIDX
            position += 1
    return not data[position] & 1


_SPS, _STAP_A = 7, 24


def _h264(data: bytes, start: int, end: int) -> bool:
    """RFC 6184: a sequence parameter set, alone or in a STAP-A. An IDR slice without one can't be decoded."""
    kind = data[start] & 31
    if kind != _STAP_A:
        return kind == _SPS
    position = start + 1
    while position + 2 < end:
        if data[position + 2] & 31 == _SPS:
            return True
        position += 2 + (data[position] << 8 | data[position + 1])
    return False


_STARTS: dict[str, Callable[[bytes, int, int], bool]] = {"H264": _h264, "VP8": _vp8}
