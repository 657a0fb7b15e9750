"""Charts side by side as one SVG that reads well on light and on dark paper."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

import msgspec

WIDTH, HEIGHT = 300, 200  # of one chart's plot, in pixels
LEFT, TOP, BOTTOM, GAP = 44, 64, 40, 36  # around it
NAME = 130  # of the legend
COLOURS: Final = ("#1f77b4", "#e07b00", "#2ca02c", "#b04fc4", "#8c6d31")
SHADES: Final = "text { font: 12px sans-serif; fill: #767676 } path { fill: none; stroke-width: 2 }"
STEPS: Final = (1, 2, 5, 10)


class Line(msgspec.Struct, frozen=True):
    """`compared`: nothing that was measured, drawn dashed and grey."""

    name: str
    values: Sequence[float]
    compared: bool = False


class Chart(msgspec.Struct, frozen=True):
    """With as many names as the first one."""

    title: str
    lines: Sequence[Line]


class Scale(msgspec.Struct, frozen=True):
    """From `lowest` at 0 to `highest` at 1; logarithmic ones begin and end at powers of ten."""

    lowest: float
    highest: float
    logarithmic: bool

    def __call__(self, value: float) -> float:
        if not self.logarithmic:
            return (value - self.lowest) / (self.highest - self.lowest)
        return math.log(value / self.lowest) / math.log(self.highest / self.lowest)

    def marks(self) -> Iterator[float]:
        """Powers of ten, or round numbers, four to ten of them."""
        if self.logarithmic:
            value = self.lowest
            while value <= self.highest * 1.01:
                yield value
                value *= 10
            return
        unit = 10.0 ** math.floor(math.log10(self.highest / 4))
        step = next(unit * step for step in STEPS if self.highest / (unit * step) < 9)
        yield from (count * step for count in range(math.floor(self.highest / step) + 1))


def draw(title: str, places: Sequence[int], charts: Sequence[Chart], *, logarithmic: bool = False) -> str:
    """`places`: where the values of each line stand, the same for all. The axes begin at 0, or are
    `logarithmic`, both."""
    width = len(charts) * (LEFT + WIDTH + GAP)
    height = TOP + HEIGHT + BOTTOM
    across = Scale(places[0] if logarithmic else 0, places[-1], logarithmic)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{SHADES}</style>",
        *_legend(charts[0].lines),
    ]
    for number, chart in enumerate(charts):
        up = _scale([value for line in chart.lines for value in line.values], logarithmic=logarithmic)
        parts.append(f'<g transform="translate({LEFT + number * (LEFT + WIDTH + GAP)} {TOP})">')
        parts.append(f'<text x="0" y="-14">{escape(chart.title)}</text>')
        parts += [*_axes(across, up, places), *_curves(chart, across, up, places), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _scale(values: Sequence[float], *, logarithmic: bool) -> Scale:
    if not logarithmic:
        return Scale(0, 1.05 * max(values), logarithmic=False)
    lowest = math.floor(math.log10(min(values)))
    return Scale(10.0**lowest, 10.0 ** max(math.ceil(math.log10(max(values))), lowest + 1), logarithmic=True)


def _legend(lines: Sequence[Line]) -> list[str]:
    return [
        f'<path d="M{LEFT + NAME * at} 16h24" {_stroke(at, line)}/>'
        f'<text x="{LEFT + NAME * at + 30}" y="20">{escape(line.name)}</text>'
        for at, line in enumerate(lines)
    ]


def _axes(across: Scale, up: Scale, places: Sequence[int]) -> list[str]:
    parts = []
    for mark in up.marks():
        y = _y(mark, up)
        parts.append(f'<path d="M0 {y}h{WIDTH}" stroke="#767676" stroke-opacity="0.3"/>')
        parts.append(f'<text x="-6" y="{y + 4}" text-anchor="end">{mark:g}</text>')
    below = HEIGHT + 18
    parts += [
        f'<text x="{_x(at, across)}" y="{below}" text-anchor="middle">{_place(at)}</text>' for at in places
    ]
    return parts


def _curves(chart: Chart, across: Scale, up: Scale, places: Sequence[int]) -> list[str]:
    parts = []
    for at, line in enumerate(chart.lines):
        points = [
            f"{_x(place, across)} {_y(value, up)}" for place, value in zip(places, line.values, strict=True)
        ]
        parts.append(f'<path d="M{" L".join(points)}" {_stroke(at, line)}/>')
    return parts


def _stroke(at: int, line: Line) -> str:
    return 'stroke="#767676" stroke-dasharray="5 4"' if line.compared else f'stroke="{COLOURS[at]}"'


def _place(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _x(place: int, scale: Scale) -> float:
    return round(WIDTH * scale(place), 1)


def _y(value: float, scale: Scale) -> float:
    return round(HEIGHT * (1 - scale(value)), 1)
