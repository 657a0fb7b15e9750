"""A clip encoded beforehand, so that load costs next to nothing: VP8, 720p, 30 frames/s, 1.2 Mbit/s."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import msgspec
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

WIDTH, HEIGHT, RATE = 1280, 720, 30
FRAMES: Final = 150
BITRATE: Final = 1_200_000

# What Chromium's encoder is set to, nearly: real time, constant bitrate, no keyframe but the first.
_OPTIONS: Final = {
    "deadline": "realtime",
    "cpu-used": "8",
    "lag-in-frames": "0",
    "minrate": str(BITRATE),
    "maxrate": str(BITRATE),
    "bufsize": str(BITRATE),
}


def write(path: Path) -> None:
    """A scene larger than the picture, filmed by a hand that trembles, in the camera's noise."""
    rng = np.random.default_rng(1)
    scene = np.kron(rng.normal(128, 25, (60, 100)), np.ones((16, 16)))
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.gop_size = BITRATE, 10 * FRAMES
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE)
    encoder.options = _OPTIONS
    frames = [bytes(packet) for at in range(FRAMES) for packet in encoder.encode(_frame(scene, rng, at))]
    path.write_bytes(msgspec.msgpack.encode(frames))


def read(path: Path) -> list[bytes]:
    """The encoded frames; the first, and no other, is a keyframe."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[bytes])


def _frame(scene: np.ndarray, rng: np.random.Generator, at: int) -> av.VideoFrame:
    x, y = 100 + int(60 * np.sin(at / 17)), 60 + int(40 * np.cos(at / 23))
    luma = scene[y : y + HEIGHT, x : x + WIDTH] + rng.normal(0, 2.0, (HEIGHT, WIDTH))
    chroma = np.full((HEIGHT // 2, WIDTH), 128)
    planes = np.concatenate([luma, chroma]).clip(16, 235).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = at, Fraction(1, RATE)
    if at == 0:
        frame.pict_type = PictureType.I
    return frame
