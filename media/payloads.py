"""Encoded frames from the RTP payloads they were cut into. Nothing is decoded.

VP8: RFC 7741. VP9: RFC 9628, one spatial layer. H.264: RFC 6184, packetization modes 0 and 1, as Annex B of
the codec's standard. AV1: the AV1 RTP specification of the Alliance for Open Media, as the low-overhead
format of the codec's standard (5.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from media.descriptors import vp8_descriptor, vp9_descriptor

Joined = tuple[bytes, bool]  # a frame, and whether a decoder can begin with it


class BrokenFrame(ValueError):
    """The payloads are not those of one frame."""


def join(codec: str, payloads: list[bytes]) -> Joined:
    """The frame in all of its payloads, in order, none of them empty. Raises BrokenFrame."""
    if codec not in _JOIN:
        raise BrokenFrame(f"frames of {codec} are not known here")
    try:
        return _JOIN[codec](payloads)
    except IndexError:
        raise BrokenFrame("a payload promises more bytes than there are") from None


# ---------------------------------------------------------------- VP8
def _vp8(payloads: list[bytes]) -> Joined:
    if payloads[0][0] & 0x17 != 0x10:  # S=1, PID=0
        raise BrokenFrame("the frame's start is missing")
    frame = b"".join(payload[vp8_descriptor(payload) :] for payload in payloads)
    return frame, not frame[0] & 1


# ---------------------------------------------------------------- VP9
def _vp9(payloads: list[bytes]) -> Joined:
    if not payloads[0][0] & 0x08:  # B: the start of a frame
        raise BrokenFrame("the frame's start is missing")
    frame = b"".join(payload[vp9_descriptor(payload) :] for payload in payloads)
    return frame, frame[0] & 0xFC == 0x80  # marker, profile 0, not shown before, a keyframe (VP9, 6.2)


# ---------------------------------------------------------------- H.264
_IDR, _SPS, _PPS, _STAP_A, _FU_A = 5, 7, 8, 24, 28
_START_CODE = b"\0\0\0\1"


def _h264(payloads: list[bytes]) -> Joined:
    units = list(_h264_units(payloads))
    kinds = {unit[0] & 31 for unit in units}
    return b"".join(_START_CODE + unit for unit in units), kinds >= {_IDR, _SPS, _PPS}


def _h264_units(payloads: list[bytes]) -> Iterator[bytes]:
    fragments: list[bytes] = []
    for payload in payloads:
        kind = payload[0] & 31
        if bool(fragments) != (kind == _FU_A and not payload[1] & 0x80):
            raise BrokenFrame("a fragment is missing")
        if kind == _STAP_A:
            yield from _h264_aggregated(payload)
        elif kind == _FU_A:
            if not fragments:
                fragments.append(bytes([payload[0] & 0xE0 | payload[1] & 31]))
            fragments.append(payload[2:])
            if payload[1] & 0x40:
                yield b"".join(fragments)
                fragments = []
        elif 0 < kind < _STAP_A:
            yield payload
        else:
            raise BrokenFrame(f"packets of type {kind} were not agreed on")
    if fragments:
        raise BrokenFrame("the last fragment is missing")


def _h264_aggregated(payload: bytes) -> Iterator[bytes]:
    position = 1
    while position < len(payload):
        size, position = payload[position] << 8 | payload[position + 1], position + 2
        if not 0 < size <= len(payload) - position:
            raise BrokenFrame("a unit is larger than its packet")
        yield payload[position : position + size]
        position += size


# ---------------------------------------------------------------- AV1
_DELIMITER, _TILE_LIST = 2, 8
_TEMPORAL_DELIMITER = bytes([_DELIMITER << 3 | 2, 0])


def _av1(payloads: list[bytes]) -> Joined:
    """The first packet of a coded video sequence, and only that, has the N bit: it begins with a keyframe."""
    units: list[bytes] = []
    unfinished = False
    for payload in payloads:
        header = payload[0]
        if bool(header & 0x80) != unfinished:  # Z: goes on with the last element
            raise BrokenFrame("a fragment is missing")
        elements = list(_av1_elements(payload))
        if unfinished:
            units[-1] += elements.pop(0)
        units += elements
        unfinished = bool(header & 0x40)  # Y: the last element goes on in the next packet
    if unfinished:
        raise BrokenFrame("the last fragment is missing")
    # Neither may be sent over RTP; the delimiter that the format begins with is ours.
    sent = [unit for unit in units if unit[0] >> 3 & 15 not in {_DELIMITER, _TILE_LIST}]
    return _TEMPORAL_DELIMITER + b"".join(map(_av1_sized, sent)), bool(payloads[0][0] & 0x08)


def _av1_elements(payload: bytes) -> Iterator[bytes]:
    """The aggregation header's W counts the elements, the last of which has no size; 0: all have one."""
    count, position, number = payload[0] >> 4 & 3, 1, 0
    while position < len(payload):
        number += 1
        size = len(payload) - position
        if number != count:
            size, position = _leb128(payload, position)
        if not 0 < size <= len(payload) - position:
            raise BrokenFrame("an element is larger than its packet")
        yield payload[position : position + size]
        position += size
    if number == 0 or number < count:
        raise BrokenFrame("an element is missing")


def _av1_sized(unit: bytes) -> bytes:
    """An open bitstream unit with its size in it."""
    if unit[0] & 2:
        return unit
    head = 2 if unit[0] & 4 else 1  # bytes, with or without the extension
    body = unit[head:]
    size, encoded = len(body), bytearray()
    while size > 127:
        encoded.append(size & 127 | 128)
        size >>= 7
    encoded.append(size)
    return bytes([unit[0] | 2, *unit[1:head], *encoded]) + body


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    """(value, where it ends); of 8 bytes at most."""
    value = 0
    for shift in range(0, 56, 7):
        byte, position = data[position], position + 1
        value |= (byte & 127) << shift
        if byte < 128:
            break
    return value, position


_JOIN: dict[str, Callable[[list[bytes]], Joined]] = {"VP8": _vp8, "VP9": _vp9, "H264": _h264, "AV1": _av1}
