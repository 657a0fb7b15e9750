"""Where phones were, drawn to scale without a map: track and accuracy, north above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from babel.numbers import format_decimal

from console.charts.canvas import Canvas
from console.words import Gettext
from signaling.domain.records import Position

WIDTH: Final = 320
_HEIGHT: Final = 240
_EDGE: Final = 16
_DEGREE: Final = 111_320.0  # metres of latitude; of longitude times its cosine (a sphere does for a drawing)
_LEAST: Final = 20.0  # metres that the drawing shows
_KILOMETRE: Final = 1000.0
_WIDEST: Final = 200_000.0  # metres of an accuracy that is drawn; a phone may say any number


def drawn(positions: Sequence[Position], language: str, _: Gettext) -> str:
    """SVG. Of one position at least, oldest first."""
    points, radii = _metres(positions), [min(one.accuracy, _WIDEST) for one in positions]
    description = _("%(count)s positions, north above; circles are as wide as the positions are uncertain.")
    canvas = Canvas("track", WIDTH, _("Track of the phone"), description % {"count": len(points)})
    canvas.ground(0, 0, WIDTH, _HEIGHT, "track-ground")
    reach = [(x, y, radius) for (x, y), radius in zip(points, radii, strict=True)]
    west, east = min(x - radius for x, _y, radius in reach), max(x + radius for x, _y, radius in reach)
    south, north = min(y - radius for _x, y, radius in reach), max(y + radius for _x, y, radius in reach)
    wide, high = max(east - west, _LEAST), max(north - south, _LEAST)
    scale = min((WIDTH - 2 * _EDGE) / wide, (_HEIGHT - 3 * _EDGE) / high)
    middle, centre = (west + east) / 2, (south + north) / 2
    placed = [
        (WIDTH / 2 + (x - middle) * scale, (_HEIGHT - _EDGE) / 2 - (y - centre) * scale) for x, y in points
    ]
    for (x, y), radius in zip(placed, radii, strict=True):
        canvas.disc(x, y, radius * scale, "track-accuracy")
    for phone in dict.fromkeys(one.participant for one in positions):
        own = [at for at, one in zip(placed, positions, strict=True) if one.participant == phone]
        if len(own) > 1:
            canvas.path(own, 0)
    for number, (x, y) in enumerate(placed, 1):
        canvas.disc(x, y, 6.0 if number == len(placed) else 4.0, "track-spot", str(number))
    _rule(canvas, scale, language)
    return canvas.markup(_HEIGHT)


def _metres(positions: Sequence[Position]) -> list[tuple[float, float]]:
    """East and north of the first one."""
    first = positions[0]
    wide = _DEGREE * math.cos(math.radians(first.latitude))
    return [
        (
            wide * ((one.longitude - first.longitude + 180) % 360 - 180),  # the shorter way round
            _DEGREE * (one.latitude - first.latitude),
        )
        for one in positions
    ]


def _rule(canvas: Canvas, scale: float, language: str) -> None:
    """A round length of at most a third of the drawing."""
    longest = WIDTH / 3 / scale
    power = 10.0 ** math.floor(math.log10(longest))
    metres = next(size * power for size in (5, 2, 1) if size * power <= longest)
    y = _HEIGHT - 10
    canvas.line(_EDGE, y, _EDGE + metres * scale, y, "track-rule")
    number, unit = (metres / 1000, "km") if metres >= 1000 else (metres, "m")
    words = f"{format_decimal(number, '#,##0.#', locale=language)}\u00a0{unit}"
    canvas.words(_EDGE, y - 6, words, "chart-soft")
