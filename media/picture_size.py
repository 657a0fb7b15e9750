"""How large the pictures of a film are, from the headers of a keyframe. Nothing is decoded.

VP8: RFC 6386, 9.1. VP9: bitstream specification, 6.2. H.264: ITU-T H.264, 7.3.2.1.1. AV1: bitstream
specification, 5.5.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from media.encoded_frames import EncodedFrame

Size = tuple[int, int]  # width, height in pixels

_HIGH_PROFILES: Final = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


class NoSize(ValueError):
    """The keyframe's headers are not those of its codec."""


def picture_size(keyframe: EncodedFrame) -> Size:
    """Raises NoSize."""
    try:
        width, height = _SIZES[keyframe.codec](keyframe.data)
    except (IndexError, KeyError) as error:
        raise NoSize(f"no size in this keyframe of {keyframe.codec}") from error
    if not (0 < width <= 16_384 and 0 < height <= 16_384):
        raise NoSize(f"pictures of {width} x {height}")
    return width, height


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int = 1) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def golomb(self) -> int:
        """ue(v) of H.264, uvlc() of AV1: of 32 bits at most."""
        zeros = 0
        while not self.take():
            zeros += 1
            if zeros > 31:
                raise IndexError("no number")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        code = self.golomb()
        return (code + 1) // 2 if code & 1 else -(code // 2)


# ---------------------------------------------------------------- VP8, VP9
def _vp8(frame: bytes) -> Size:
    return (frame[6] | frame[7] << 8) & 0x3FFF, (frame[8] | frame[9] << 8) & 0x3FFF


def _vp9(frame: bytes) -> Size:
    """Of profile 0, the only one that a keyframe may have here."""
    bits = _Bits(frame)
    bits.take(8 + 24)  # marker to error_resilient_mode, sync code
    if bits.take(3) == 7:
        raise IndexError("RGB is of other profiles")
    bits.take()  # color_range
    return bits.take(16) + 1, bits.take(16) + 1


# ---------------------------------------------------------------- H.264
def _h264(frame: bytes) -> Size:
    units = frame.split(b"\0\0\1")
    sps = next((unit for unit in units if unit and unit[0] & 31 == 7), b"")
    bits = _Bits(sps[1:].replace(b"\0\0\3", b"\0\0"))
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = _chroma_format(bits) if profile in _HIGH_PROFILES else 1
    bits.golomb()  # log2_max_frame_num
    _skip_order_count(bits)
    bits.golomb()  # max_num_ref_frames
    bits.take()
    width, height = (bits.golomb() + 1) * 16, (bits.golomb() + 1) * 16
    whole_frames = bits.take()
    if not whole_frames:
        height *= 2
        bits.take()
    bits.take()  # direct_8x8_inference
    left, right, top, bottom = [bits.golomb() for _ in range(4)] if bits.take() else (0, 0, 0, 0)
    unit_x = 2 if chroma in {1, 2} else 1
    unit_y = (2 if chroma == 1 else 1) * (2 - whole_frames)
    return width - (left + right) * unit_x, height - (top + bottom) * unit_y


def _chroma_format(bits: _Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take()
    bits.golomb(), bits.golomb(), bits.take()  # bit depths, transform bypass
    if bits.take():
        for number in range(12 if chroma == 3 else 8):
            if bits.take():
                _skip_scaling(bits, 16 if number < 6 else 64)
    return chroma


def _skip_scaling(bits: _Bits, count: int) -> None:
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last


def _skip_order_count(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take()
        bits.golomb(), bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()


# ---------------------------------------------------------------- AV1
_SEQUENCE_HEADER: Final = 1


def _av1(frame: bytes) -> Size:
    bits = _Bits(_sequence_header(frame))
    bits.take(4)  # profile, still_picture
    if bits.take():  # reduced_still_picture_header
        bits.take(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_bits) + 1, bits.take(height_bits) + 1


def _sequence_header(frame: bytes) -> bytes:
    """Every unit of a frame has its size in it (`media.payloads`)."""
    position = 0
    while frame[position] >> 3 & 15 != _SEQUENCE_HEADER:
        position, size = _unit(frame, position)
        position += size
    position, size = _unit(frame, position)
    return frame[position : position + size]


def _unit(frame: bytes, position: int) -> tuple[int, int]:
    """(where its body begins, how long that is)."""
    position += 2 if frame[position] & 4 else 1
    size = shift = 0
    while True:
        byte, position = frame[position], position + 1
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128 or shift > 49:
            return position, size


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    models = 0
    if bits.take():  # timing_info
        bits.take(64)
        if bits.take():
            bits.golomb()
        if models := bits.take():
            delay_bits = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    delays = bits.take()
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take()
        if models and bits.take():
            bits.take(2 * delay_bits + 1)
        if delays and bits.take():
            bits.take(4)


_SIZES: Final[dict[str, Callable[[bytes], Size]]] = {"VP8": _vp8, "VP9": _vp9, "H264": _h264, "AV1": _av1}
