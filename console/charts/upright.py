"""Charts over time: what is drawn grows upward, time goes to the right."""

from __future__ import annotations

from itertools import groupby
from typing import Final

import msgspec

from console.charts import text
from console.charts.canvas import Canvas
from console.charts.chart import Chart
from console.charts.numbers import written
from console.charts.scale import Axis, axis

HEIGHT: Final = 180  # of the plot
_WIDEST: Final = 36  # of a column
_MARKED: Final = 45  # labels; more of them are too close to be marked and told one by one


class Plot(msgspec.Struct, frozen=True):
    """Where things are: its edges, and its axis from the bottom up."""

    left: float
    right: float
    top: float
    axis: Axis
    slots: int

    @property
    def bottom(self) -> float:
        return self.top + HEIGHT

    @property
    def slot(self) -> float:
        return (self.right - self.left) / max(self.slots, 1)

    def x(self, index: int) -> float:
        """The middle of a slot."""
        return self.left + self.slot * (index + 0.5)

    def y(self, value: float) -> float:
        return self.bottom - HEIGHT * self.axis.share(value)


def upright(canvas: Canvas, chart: Chart, top: float, language: str) -> float:
    """Draws columns or lines beneath `top`; the height of it all."""
    plot = _plot(canvas, chart, top + text.SIZE, language)
    _grid(canvas, chart, plot, language)
    if chart.kind == "lines":
        _lines(canvas, chart, plot, language)
    else:
        _columns(canvas, chart, plot, language)
    _reference(canvas, chart, plot)
    return plot.bottom + 24


def _plot(canvas: Canvas, chart: Chart, top: float, language: str) -> Plot:
    values: list[float | None] = [value for series in chart.series for value in series.values]
    if chart.kind == "columns":
        values = [sum(value or 0 for value in column) for column in _by_label(chart)]
    if chart.reference is not None:
        values.append(chart.reference.value)
    whole, most = chart.unit == "count", 1.0 if chart.unit == "share" else 1e12
    scale = axis(values, whole=whole, most=most)
    left = max(text.width(written(tick, chart.unit, language)) for tick in scale.ticks) + 8
    return Plot(left, canvas.width - 6, top, scale, len(chart.labels))


def _by_label(chart: Chart) -> list[tuple[float | None, ...]]:
    return [tuple(series.values[index] for series in chart.series) for index in range(len(chart.labels))]


def _grid(canvas: Canvas, chart: Chart, plot: Plot, language: str) -> None:
    for tick in plot.axis.ticks:
        y = plot.y(tick)
        canvas.line(plot.left, y, plot.right, y, "chart-grid" if tick else "chart-base")
        canvas.words(plot.left - 8, y + 4, written(tick, chart.unit, language), "chart-soft", "end")
    each = text.every(chart.labels, plot.slot)
    for index in range(0, len(chart.labels), each):
        label = text.fitted(chart.labels[index], canvas.width)
        half = text.width(label) / 2
        x = min(max(plot.x(index), half), canvas.width - half)
        canvas.words(x, plot.bottom + 18, label, "chart-soft", "middle")


def _columns(canvas: Canvas, chart: Chart, plot: Plot, language: str) -> None:
    wide, few = min(plot.slot * 0.72, _WIDEST), len(chart.labels) <= _MARKED
    for index, label in enumerate(chart.labels):
        below = 0.0
        for number, series in enumerate(chart.series):
            value = series.values[index]
            if not value:
                continue
            top, bottom = plot.y(below + value), plot.y(below)
            told = _told(chart, series.name, label, value, language) if few else ""
            canvas.box(plot.x(index) - wide / 2, top, wide, bottom - top, number, told)
            below += value


def _lines(canvas: Canvas, chart: Chart, plot: Plot, language: str) -> None:
    for number, series in enumerate(chart.series):
        points = list(enumerate(series.values))
        for there, run in groupby(points, key=lambda point: point[1] is not None):
            places = [(plot.x(index), plot.y(value)) for index, value in run if value is not None]
            if there and len(places) > 1:
                canvas.path(places, number)
            elif there and len(chart.labels) > _MARKED:
                canvas.marker(*places[0], number)  # alone, it is no line
        if len(chart.labels) <= _MARKED:
            for index, value in points:
                if value is not None:
                    told = _told(chart, series.name, chart.labels[index], value, language)
                    canvas.marker(plot.x(index), plot.y(value), number, told)


def _told(chart: Chart, name: str, label: str, value: float, language: str) -> str:
    parts = (label, name) if len(chart.series) > 1 else (label,)
    return f"{', '.join(parts)}: {written(value, chart.unit, language)}"


def _reference(canvas: Canvas, chart: Chart, plot: Plot) -> None:
    if chart.reference is not None:
        y = plot.y(chart.reference.value)
        canvas.line(plot.left, y, plot.right, y, "chart-reference")
