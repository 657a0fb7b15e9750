"""Charts by group: a row each, its name above what is drawn, which grows to the right."""

from __future__ import annotations

from typing import Final

import msgspec

from console.charts import text
from console.charts.canvas import Canvas
from console.charts.chart import Chart
from console.charts.numbers import written
from console.charts.scale import Axis, axis

_BAR: Final = 14
_ROW: Final = 42
_SHORTEST: Final = 60  # a plot may be
_INDENT: Final = 5  # of names, from the axis


class Plot(msgspec.Struct, frozen=True):
    """Where things are: its edges, and its axis from the left to the right."""

    right: float
    top: float
    axis: Axis
    rows: int

    @property
    def bottom(self) -> float:
        return self.top + _ROW * self.rows + 6

    def x(self, value: float) -> float:
        return self.right * self.axis.share(value)

    def y(self, row: int) -> float:
        """The upper edge of a row's bar."""
        return self.top + _ROW * row + text.LINE


def lying(canvas: Canvas, chart: Chart, top: float, language: str) -> float:
    """Draws bars or bands beneath `top`; the height of it all."""
    room = canvas.width - _SHORTEST - 14
    ends = [text.fitted(_end(chart, row, language), room) for row in range(len(chart.labels))]
    plot = _plot(canvas, chart, top, max((text.width(end) for end in ends), default=0.0))
    _grid(canvas, chart, plot, language)
    draw = _band if chart.kind == "bands" else _bar
    reached = [draw(canvas, chart, plot, row) for row in range(len(chart.labels))]
    _reference(canvas, chart, plot)
    for row, label in enumerate(chart.labels):
        canvas.words(_INDENT, plot.y(row) - 6, text.fitted(label, canvas.width - _INDENT), "chart-label")
        canvas.words(reached[row] + 8, plot.y(row) + _BAR - 3, ends[row], "chart-value")
    return plot.bottom + 24


def _plot(canvas: Canvas, chart: Chart, top: float, room: float) -> Plot:
    values = list(_totals(chart))
    if chart.reference is not None:
        values.append(chart.reference.value)
        top += text.LINE + 4
    whole, most = chart.unit == "count", 1.0 if chart.unit == "share" else 1e12
    scale = axis(values, whole=whole, most=most, marks=4)
    return Plot(canvas.width - room - 14, top, scale, len(chart.labels))


def _totals(chart: Chart) -> list[float | None]:
    """How far each row goes."""
    rows = [[series.values[row] or 0 for series in chart.series] for row in range(len(chart.labels))]
    return [max(row, default=0) if chart.kind == "bands" else sum(row) for row in rows]


def _end(chart: Chart, row: int, language: str) -> str:
    """What is written behind a row's bar: its numbers where there is room for them, else their sum."""
    values = [series.values[row] for series in chart.series]
    if chart.kind == "bands" or len(values) == 1:
        return " · ".join(written(value, chart.unit, language) for value in values)
    there = [value for value in values if value is not None]
    if chart.unit == "share" or not there:
        return "" if there else written(None, chart.unit, language)
    return written(sum(there), chart.unit, language)


def _grid(canvas: Canvas, chart: Chart, plot: Plot, language: str) -> None:
    taken = -1.0
    for tick in plot.axis.ticks:
        words = written(tick, chart.unit, language)
        x, wide = plot.x(tick), text.width(words)
        canvas.line(x, plot.top, x, plot.bottom, "chart-grid" if tick else "chart-base")
        middle = min(max(x, wide / 2), canvas.width - wide / 2)
        if middle - wide / 2 > taken:
            canvas.words(middle, plot.bottom + 18, words, "chart-soft", "middle")
            taken = middle + wide / 2 + 6


def _bar(canvas: Canvas, chart: Chart, plot: Plot, row: int) -> float:
    """Where it ends."""
    reached = 0.0
    for number, series in enumerate(chart.series):
        value = series.values[row]
        if value:
            left, right = plot.x(reached), plot.x(reached + value)
            canvas.box(left, plot.y(row), right - left, _BAR, number, series.name)
            reached += value
    return plot.x(reached)


def _band(canvas: Canvas, chart: Chart, plot: Plot, row: int) -> float:
    """The first series as a bar, each further one thinner from there on."""
    reached = 0.0
    for number, series in enumerate(chart.series):
        value = series.values[row]
        if value is not None and value > reached:
            left, right, thick = plot.x(reached), plot.x(value), _BAR / 2**number
            canvas.box(left, plot.y(row) + (_BAR - thick) / 2, right - left, thick, number, series.name)
            reached = value
    return plot.x(reached)


def _reference(canvas: Canvas, chart: Chart, plot: Plot) -> None:
    if chart.reference is None:
        return
    x = plot.x(chart.reference.value)
    canvas.line(x, plot.top - 4, x, plot.bottom, "chart-reference")
    name = text.fitted(chart.reference.name, canvas.width)
    left = x - text.width(name) / 2
    place = min(max(left, 0), canvas.width - text.width(name)) + text.width(name) / 2
    canvas.words(place, plot.top - 10, name, "chart-reference-name", "middle")
