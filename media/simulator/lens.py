"""From what lies before a camera to the picture it takes: zoom, torch, and a label that says what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

import msgspec
from PIL import Image, ImageChops, ImageDraw

from media.simulator.scene import HEIGHT, RATE, WIDTH, font

Facing = Literal["environment", "user"]
ZOOMS = (1, 2, 3, 4)
_LIGHT = 1.3  # times as bright everywhere, by what the torch's light is thrown back
_BEAM = (62, 58, 46)  # added in its middle
_SMALLER = 4
_NUMBERS: dict[Facing, int] = {"environment": 1, "user": 2}


class Shot(msgspec.Struct, frozen=True):
    """How a camera stands."""

    facing: Facing = "environment"
    lit: bool = False
    zoom: int = 1  # of ZOOMS
    small: bool = False  # as a browser makes it that may send little


def taken(shot: Shot, pictures: Iterable[Image.Image]) -> Iterator[Image.Image]:
    """Those pictures, RGB of WIDTH by HEIGHT, as the camera takes them; a quarter as wide when `small`."""
    for number, picture in enumerate(pictures):
        seen = _closer(picture, shot.zoom)
        seen = _lit(seen) if shot.lit else seen
        named = _named(seen, f"SIMULATION  ·  {_NUMBERS[shot.facing]}  ·  {number / RATE:04.1f}")
        yield named.resize((WIDTH // _SMALLER, HEIGHT // _SMALLER)) if shot.small else named


def _closer(picture: Image.Image, zoom: int) -> Image.Image:
    if zoom == 1:
        return picture
    across, down = WIDTH / zoom / 2, HEIGHT / zoom / 2
    box = (WIDTH / 2 - across, HEIGHT / 2 - down, WIDTH / 2 + across, HEIGHT / 2 + down)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box)


def _lit(picture: Image.Image) -> Image.Image:
    brighter = picture.point([min(255, round(value * _LIGHT)) for value in range(256)] * 3)
    return ImageChops.add(brighter, _beam())


@cache
def _beam() -> Image.Image:
    """The torch's light: warm, strongest in the middle."""
    fall = Image.radial_gradient("L").resize((WIDTH, HEIGHT)).point([255 - value for value in range(256)])
    return Image.merge("RGB", [fall.point([v * most // 255 for v in range(256)]) for most in _BEAM])


def _named(picture: Image.Image, words: str) -> Image.Image:
    """With a label at the upper left: whoever sees the picture knows what it is worth."""
    made = picture.copy()
    draw = ImageDraw.Draw(made)
    draw.rounded_rectangle((24, 20, 306, 60), 8, (12, 16, 20))
    draw.text((40, 40), words, (242, 246, 250), font(22), "lm")
    return made
