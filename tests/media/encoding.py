"""Real encoders, and the payloads that their frames are cut into, for tests without a connection."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import cast

import av
import numpy as np
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

from tests.media.peers import brightness

SHADES = (40, 120, 200)
_ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "VP8": ("libvpx", {"deadline": "realtime", "lag-in-frames": "0"}),
    "VP9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
    "H264": ("libx264", {"tune": "zerolatency", "preset": "ultrafast"}),
    "AV1": ("libsvtav1", {"preset": "12", "svtav1-params": "pred-struct=1:rc=2"}),
}
_DECODERS = {"VP8": "vp8", "VP9": "vp9", "H264": "h264", "AV1": "libdav1d"}


def encoded(
    codec: str, shades: Sequence[int] = SHADES, width: int = 320, height: int = 192, keyframe_every: int = 100
) -> list[bytes]:
    """A frame of each shade, with noise enough for several packets; the first is a keyframe."""
    name, options = _ENCODERS[codec]
    encoder = cast(av.VideoCodecContext, av.CodecContext.create(name, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.gop_size, encoder.max_b_frames = Fraction(1, 30), keyframe_every, 0
    encoder.bit_rate, encoder.options = 5_000_000, options
    pictures = [_picture(shade, width, height, at) for at, shade in enumerate(shades)]
    with _unhurried():
        packets = [packet for picture in [*pictures, None] for packet in encoder.encode(picture)]
    return [bytes(packet) for packet in packets]


@contextmanager
def _unhurried() -> Iterator[None]:
    """SVT-AV1 gives the thread of a root user that encodes the kernel's highest priority, for good:
    whatever the tests after it talk to would starve."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)


def _picture(shade: int, width: int, height: int, at: int) -> av.VideoFrame:
    noise = np.random.default_rng(at).integers(-30, 31, (height, width))
    luma = np.clip(shade + noise, 0, 255).astype(np.uint8)
    chroma = np.full((height // 2, width), 128, np.uint8)
    picture = av.VideoFrame.from_ndarray(np.concatenate([luma, chroma]), format="yuv420p")
    picture.pts, picture.time_base = at, Fraction(1, 30)
    return picture


def shades_of(codec: str, frames: Sequence[bytes]) -> list[int]:
    """The mean luma of each frame, as a decoder of its own shows it."""
    decoder = cast(av.VideoCodecContext, av.CodecContext.create(_DECODERS[codec], "r"))
    decoder.thread_count = 1
    pictures = [picture for frame in frames for picture in decoder.decode(av.Packet(frame))]
    return [brightness(picture) for picture in [*pictures, *decoder.decode(None)]]


def looks_like(seen: Sequence[int], painted: Sequence[int]) -> bool:
    """Within what a codec changes."""
    return len(seen) == len(painted) and all(abs(a - b) < 15 for a, b in zip(seen, painted, strict=True))


# ---------------------------------------------------------------- payloads
MTU = 1000


def payloads(codec: str, frame: bytes, *, first: bool = False) -> list[bytes]:
    """As a phone would cut the frame. `first`: of a coded sequence, which AV1's packets tell."""
    return _PACKETIZE[codec](frame, first)


def _packed(encoder: H264Encoder | Vp8Encoder, frame: bytes) -> list[bytes]:
    packet = av.Packet(frame)
    packet.pts, packet.time_base = 0, Fraction(1, 90_000)
    return encoder.pack(packet)[0]


def _pieces(data: bytes, size: int) -> Iterator[tuple[bytes, bool, bool]]:
    """(piece, whether it is the first, whether it is the last)."""
    for start in range(0, len(data), size):
        yield data[start : start + size], start == 0, start + size >= len(data)


def _vp9(frame: bytes, first: bool) -> list[bytes]:
    """RFC 9628 in the flexible mode: picture ID of two bytes, a reference, the structure in a keyframe."""
    cut = []
    for piece, begins, ends in _pieces(frame, MTU):
        flags = 0x90 | (0 if first else 0x40) | begins << 3 | ends << 2 | (first and begins) << 1
        references = b"" if first else b"\x03\x02"  # two: the first says that another follows
        structure = b"\x18\x01\x40\x00\xc0\x01\x04\x02" if first and begins else b""
        cut.append(bytes([flags, 0x81, 0x02]) + references + structure + piece)
    return cut


def _av1(frame: bytes, first: bool) -> list[bytes]:
    """One packet of all small units, each with its size; one fragment of a large unit a packet."""
    units = list(_units(frame))
    small = [unit for unit in units[:-1] if len(unit) < 100]
    large = [unit for unit in units if unit not in small]
    start = b"".join(bytes([len(unit)]) + unit for unit in small)
    cut = [bytes([0]) + start] if small else []
    for unit in large:
        for piece, begins, ends in _pieces(unit, MTU):
            cut.append(bytes([(not begins) << 7 | (not ends) << 6 | 1 << 4]) + piece)
    cut[0] = bytes([cut[0][0] | first << 3]) + cut[0][1:]
    return cut


def _units(frame: bytes) -> Iterator[bytes]:
    """The frame's units without their sizes; without its temporal delimiter."""
    position = 0
    while position < len(frame):
        header, position, size, shift = frame[position], position + 1, 0, 0
        while True:
            byte, position = frame[position], position + 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if header >> 3 != 2:
            yield bytes([header & ~2]) + frame[position : position + size]
        position += size


_PACKETIZE: dict[str, Callable[[bytes, bool], list[bytes]]] = {
    "VP8": lambda frame, _: _packed(Vp8Encoder(), frame),
    "H264": lambda frame, _: _packed(H264Encoder(), frame),
    "VP9": _vp9,
    "AV1": _av1,
}
