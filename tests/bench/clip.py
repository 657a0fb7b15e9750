"""A clip encoded beforehand, so that load costs next to nothing: VP8, 720p, 30 frames/s, 1.2 Mbit/s."""

from __future__ import annotations

from collections.abc import Iterator
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
SPARE: Final = 64  # pixels by which the noise is larger than the picture: each frame takes another part of it

# Nearly what browsers set: real time, constant bitrate. A negative speed is kept, a positive one is libvpx's
# to lower on a fast machine, and the bitrate with it.
_OPTIONS: Final = {
    "deadline": "realtime",
    "cpu-used": "-8",
    "lag-in-frames": "0",
    "minrate": str(BITRATE),
    "maxrate": str(BITRATE),
    "bufsize": str(BITRATE),
}


def write(path: Path) -> None:
    """The encoded frames."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.gop_size = BITRATE, 10 * FRAMES
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE)
    encoder.options = _OPTIONS
    frames = [bytes(packet) for picture in _pictures(FRAMES) for packet in encoder.encode(_frame(picture))]
    path.write_bytes(msgspec.msgpack.encode(frames))


def write_film(path: Path) -> None:
    """A second of it not encoded, as YUV4MPEG2, for a browser's fake camera."""
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for _, planes in _pictures(RATE):
            film.write(b"FRAME\n" + planes.tobytes())


def read(path: Path) -> list[bytes]:
    """The encoded frames; the first, and no other, is a keyframe."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[bytes])


def _pictures(count: int) -> Iterator[tuple[int, np.ndarray]]:
    """A scene larger than the picture, filmed by a hand that trembles, in the camera's noise; numbered."""
    rng = np.random.default_rng(1)
    scene = np.kron(rng.integers(60, 190, (60, 100), np.uint8), np.ones((16, 16), np.uint8))
    noise = rng.integers(0, 5, (HEIGHT + SPARE, WIDTH + SPARE), np.uint8)
    chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
    for at in range(count):
        x, y = 100 + int(60 * np.sin(at / 17)), 60 + int(40 * np.cos(at / 23))
        row, column = at * 7 % SPARE, at * 13 % SPARE
        luma = scene[y : y + HEIGHT, x : x + WIDTH] + noise[row : row + HEIGHT, column : column + WIDTH]
        yield at, np.concatenate([luma, chroma])


def _frame(picture: tuple[int, np.ndarray]) -> av.VideoFrame:
    at, planes = picture
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = at, Fraction(1, RATE)
    if at == 0:
        frame.pict_type = PictureType.I
    return frame
