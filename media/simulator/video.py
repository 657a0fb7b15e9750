"""A video file as what lies before the back camera, in place of the drawn scene."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image, ImageOps

from media.simulator.scene import HEIGHT, RATE, WIDTH

LONGEST = 120  # seconds of a file that are played, and kept encoded


class NoVideo(Exception):
    """The text says what is wrong with the file."""


def check(file: Path) -> None:
    """Raises NoVideo unless there is a picture in the file."""
    try:
        if next(_decoded(file), None) is None:
            raise NoVideo(f"{file} has no picture")
    except (OSError, IndexError, av.FFmpegError) as error:  # IndexError: no video stream
        raise NoVideo(f"{file} can't be read: {error}") from None


def frames(file: Path) -> Iterator[Image.Image]:
    """Its pictures at RATE, upright, with black where their shape is not that of WIDTH by HEIGHT."""
    number = 0
    for at, picture in _decoded(file):
        due = min(int(at * RATE) + 1, LONGEST * RATE)
        if number >= due:  # more pictures a second than we send, or enough of them
            continue
        fitted = ImageOps.pad(picture, (WIDTH, HEIGHT))
        for _ in range(number, due):
            yield fitted
        number = due


def _decoded(file: Path) -> Iterator[tuple[float, Image.Image]]:
    """(seconds from the start, picture) of each frame of its first video stream."""
    with av.open(file) as container:
        first: float | None = None
        for frame in container.decode(video=0):
            if frame.pts is None:
                continue
            first = frame.time if first is None else first
            if frame.time - first > LONGEST:
                return
            yield frame.time - first, _upright(frame)


def _upright(frame: av.VideoFrame) -> Image.Image:
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture
