"""Films: what a camera takes, encoded once, then played in a loop. They are kept on disk.

A film may be played while it is still being made: the picture then follows a change at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, cast

import av
import msgspec
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from PIL import Image

from media.simulator.scene import HEIGHT, RATE, WIDTH

BITRATE: Final = 1_200_000  # bit/s, of WIDTH by HEIGHT; smaller ones are not worth as much
LEAST: Final = 150_000  # bit/s
AHEAD: Final = 8  # frames made in one go

# As browsers encode: in real time, no frame held back, none but the first a keyframe. By the names of codecs
# in offers; a negative speed of libvpx is kept, a positive one is its to lower on a fast machine.
_ENCODERS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "VP8": ("libvpx", {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0"}),
    "H264": ("libx264", {"preset": "veryfast", "tune": "zerolatency", "profile": "baseline", "level": "31"}),
}

log = logging.getLogger(__name__)


class Film:
    """Encoded frames, 30 a second; the first, and no other, is a keyframe. `file` keeps them, if given."""

    def __init__(self, codec: str, pictures: Iterable[Image.Image], file: Path | None) -> None:
        self.frames: list[bytes] = []
        self.complete = False
        self._more = encoded(codec, pictures)
        self._file = file

    def grow(self) -> None:
        """Make some more frames; from disk, all of them. It takes its time: call it in a thread."""
        if not self.frames and self._file is not None and (kept := _read(self._file)):
            self.frames, self.complete = kept, True
            return
        for _ in range(AHEAD):
            frame = next(self._more, None)
            if frame is None:
                self.complete = True
                self._keep()
                return
            self.frames.append(frame)

    def _keep(self) -> None:
        """A disk that can't be written costs the next start some time, and nothing else."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # Another process may read it meanwhile: it finds a whole film or none.
            with NamedTemporaryFile(dir=self._file.parent, suffix=".part", delete=False) as file:
                file.write(msgspec.msgpack.encode(self.frames))
            Path(file.name).replace(self._file)
        except OSError as error:
            log.warning("the film can't be kept: %s", error)


class Projector:
    """Plays films in a loop, one frame a call. Changing the film or starting anew begins with a keyframe."""

    def __init__(self) -> None:
        self._film: Film | None = None
        self._next = 0

    def show(self, film: Film) -> None:
        if film is not self._film:
            self._film, self._next = film, 0

    def restart(self) -> None:
        self._next = 0

    def frame(self) -> bytes | None:
        """None when it is not made yet."""
        film = self._film
        if film is None:
            return None
        if film.complete and self._next >= len(film.frames):
            self._next = 0
        if self._next >= len(film.frames):
            return None
        self._next += 1
        return film.frames[self._next - 1]


def encoded(codec: str, pictures: Iterable[Image.Image]) -> Iterator[bytes]:
    """The pictures, RGB and all of one size, as frames of `VP8` or `H264` (Annex B)."""
    remaining = iter(pictures)
    first = next(remaining)
    encoder = _encoder(codec, first.width, first.height)
    for number, picture in enumerate(chain((first,), remaining)):
        frame = _frame(picture).reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        frame.pict_type = PictureType.NONE if number else PictureType.I
        yield from (bytes(packet) for packet in encoder.encode(frame))
    yield from (bytes(packet) for packet in encoder.encode(None))


def _encoder(codec: str, width: int, height: int) -> VideoCodecContext:
    name, options = _ENCODERS[codec]
    bitrate = max(LEAST, BITRATE * width * height // (WIDTH * HEIGHT))
    encoder = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.bit_rate, encoder.gop_size, encoder.max_b_frames = bitrate, 1 << 20, 0
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE)
    encoder.thread_count = 1
    limits = {"maxrate": str(bitrate), "bufsize": str(bitrate)}
    encoder.options = {**options, **limits}
    return encoder


def _frame(picture: Image.Image) -> av.VideoFrame:
    return av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call,no-any-return]


def _read(file: Path) -> list[bytes]:
    """Empty when there is none, or none that can be read."""
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=list[bytes])
    except (OSError, msgspec.MsgspecError):
        return []
