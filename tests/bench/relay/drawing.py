"""Charts side by side as one SVG that reads well on light and on dark paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

import msgspec

WIDTH, HEIGHT = 300, 200  # of one chart's plot, in pixels
LEFT, TOP, BOTTOM, GAP = 44, 64, 40, 36  # around it
COLOURS: Final = ("#1f77b4", "#e07b00", "#2ca02c")
SHADES: Final = "text { font: 12px sans-serif; fill: #767676 } path { fill: none; stroke-width: 2 }"
STEPS: Final = (1, 2, 5, 10)


class Line(msgspec.Struct, frozen=True):
    name: str
    values: Sequence[float]


class Chart(msgspec.Struct, frozen=True):
    title: str
    lines: Sequence[Line]


def draw(title: str, places: Sequence[int], charts: Sequence[Chart]) -> str:
    """`places`: where the values of each line stand, the same for all; the axes begin at 0."""
    width = len(charts) * (LEFT + WIDTH + GAP)
    height = TOP + HEIGHT + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{SHADES}</style>",
        *_legend([line.name for line in charts[0].lines]),
    ]
    for number, chart in enumerate(charts):
        parts.append(f'<g transform="translate({LEFT + number * (LEFT + WIDTH + GAP)} {TOP})">')
        parts += [*_axes(chart, places), *_curves(chart, places), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend(names: Sequence[str]) -> list[str]:
    return [
        f'<path d="M{LEFT + 130 * at} 16h24" stroke="{COLOURS[at]}"/>'
        f'<text x="{LEFT + 130 * at + 30}" y="20">{escape(name)}</text>'
        for at, name in enumerate(names)
    ]


def _axes(chart: Chart, places: Sequence[int]) -> list[str]:
    step = _step(_highest(chart))
    parts = [f'<text x="0" y="-14">{escape(chart.title)}</text>']
    for count in range(math.floor(_highest(chart) / step) + 1):
        y = _y(count * step, chart)
        parts.append(f'<path d="M0 {y}h{WIDTH}" stroke="#767676" stroke-opacity="0.3"/>')
        parts.append(f'<text x="-6" y="{y + 4}" text-anchor="end">{count * step:g}</text>')
    below = HEIGHT + 18
    parts += [f'<text x="{_x(at, places)}" y="{below}" text-anchor="middle">{at}</text>' for at in places]
    return parts


def _curves(chart: Chart, places: Sequence[int]) -> list[str]:
    parts = []
    for colour, line in zip(COLOURS, chart.lines, strict=False):
        points = [
            f"{_x(at, places)} {_y(value, chart)}" for at, value in zip(places, line.values, strict=True)
        ]
        parts.append(f'<path d="M{" L".join(points)}" stroke="{colour}"/>')
    return parts


def _x(place: int, places: Sequence[int]) -> float:
    return round(WIDTH * place / places[-1], 1)


def _y(value: float, chart: Chart) -> float:
    return round(HEIGHT * (1 - value / _highest(chart)), 1)


def _highest(chart: Chart) -> float:
    return 1.05 * max(max(line.values) for line in chart.lines)


def _step(highest: float) -> float:
    """Between two lines of the scale: a round number, four to ten of them."""
    unit = 10.0 ** math.floor(math.log10(highest / 4))
    return float(next(unit * step for step in STEPS if highest / (unit * step) < 9))
