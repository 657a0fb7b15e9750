"""Where a keyframe starts in the packets of each codec. Nothing is decoded: the first bytes say it."""

from __future__ import annotations

from collections.abc import Callable

from media.descriptors import vp8_descriptor, vp9_descriptor


def starts_keyframe(name: str, data: bytes, start: int, end: int) -> bool:
    """Whether the payload `data[start:end]` is the first of a keyframe that a decoder can begin with.

    `name` as in `media.codecs.ENCODINGS`. Sound can begin with any packet.
    """
    try:
        return _STARTS[name](data[start:end])
    except IndexError:  # a descriptor that promises more bytes than there are
        return False


def _vp8(payload: bytes) -> bool:
    """RFC 7741: first partition (S=1, PID=0) of a frame whose header has P=0."""
    return payload[0] & 0x17 == 0x10 and not payload[vp8_descriptor(payload)] & 1


_SPS, _STAP_A = 7, 24


def _h264(payload: bytes) -> bool:
    """RFC 6184: a sequence parameter set, alone or in a STAP-A. An IDR slice without one can't be decoded."""
    kind = payload[0] & 31
    if kind != _STAP_A:
        return kind == _SPS
    position = 1
    while payload[position + 2] & 31 != _SPS:
        position += 2 + (payload[position] << 8 | payload[position + 1])
    return True


def _vp9(payload: bytes) -> bool:
    """RFC 9628, 4.2: the first packet of a frame (B=1) that needs no other picture (P=0) and is a keyframe.

    It may also be intra-only, or of a higher spatial layer, with neither of which a decoder can begin: the
    frame's own header tells (VP9 bitstream, 6.2: marker 10, profile 0, not shown before, type 0).
    """
    return payload[0] & 0x48 == 0x08 and payload[vp9_descriptor(payload)] & 0xFC == 0x80


def _av1(payload: bytes) -> bool:
    """RTP payload format for AV1, 4.4: the first packet of a coded video sequence (N=1, never with Z)."""
    return payload[0] & 0x88 == 0x08


def _opus(payload: bytes) -> bool:
    return bool(payload)


_STARTS: dict[str, Callable[[bytes], bool]] = {
    "H264": _h264,
    "VP8": _vp8,
    "VP9": _vp9,
    "AV1": _av1,
    "opus": _opus,
}
