"""The names of a chart's series, with their colours, patterns and shapes."""

from __future__ import annotations

from typing import Final

from console.charts import text
from console.charts.canvas import Canvas
from console.charts.chart import UPRIGHT, Chart

_MARK: Final = 20  # the mark and the space behind it
_GAP: Final = 16


def legend(canvas: Canvas, chart: Chart) -> float:
    """Draws it at the top, in as many lines as it takes; the height that it took. One series isn't in it: the
    title names it. A published number is, where time goes to the right: lines would lie on its name."""
    names = [one.name for one in chart.series] if len(chart.series) > 1 else []
    if chart.reference is not None and chart.kind in UPRIGHT:
        names.append(chart.reference.name)
    x, y = 0.0, float(text.LINE)
    for number, name in enumerate(names):
        words = text.fitted(name, canvas.width - _MARK)
        needed = _MARK + text.width(words)
        if x and x + needed > canvas.width:
            x, y = 0.0, y + text.LINE
        _mark(canvas, chart, number if len(chart.series) > 1 else None, x, y)
        canvas.words(x + _MARK - 2, y, words)
        x += needed + _GAP
    return y + 10 if names else 0


def _mark(canvas: Canvas, chart: Chart, number: int | None, x: float, y: float) -> None:
    """`number`: of a series; None, or beyond them, for the published number."""
    if number is None or number >= len(chart.series):
        canvas.line(x, y - 4, x + 14, y - 4, "chart-reference")
    elif chart.kind == "lines":
        canvas.marker(x + 6, y - 4, number)
    else:
        canvas.box(x, y - 10, 12, 12, number)
