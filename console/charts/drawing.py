"""A chart as SVG."""

from __future__ import annotations

from typing import Final

from console.charts import text
from console.charts.canvas import Canvas
from console.charts.chart import UPRIGHT, Chart
from console.charts.legend import legend
from console.charts.lying import lying
from console.charts.numbers import written
from console.charts.upright import upright
from console.words import Gettext

# Of the same letters: beside another one on a screen of 1280 pixels, and on a phone
WIDE: Final = 540
NARROW: Final = 310


def drawing(chart: Chart, width: int, language: str, _: Gettext) -> str:
    """SVG of that width in its own units; its height follows from what is in it."""
    canvas = Canvas(f"{chart.key}-{width}", width, chart.title, description(chart, language, _))
    if chart.empty:
        canvas.words(width / 2, 60, _("No numbers in this period."), "chart-soft", "middle")
        return canvas.markup(110)
    top = legend(canvas, chart) + text.SIZE
    draw = upright if chart.kind in UPRIGHT else lying
    return canvas.markup(draw(canvas, chart, top, language))


def description(chart: Chart, language: str, _: Gettext) -> str:
    """For who can't see it: what is counted, and of each series its lowest and highest number with where they
    are."""
    if chart.empty:
        return f"{chart.note} {_('No numbers in this period.')}".strip()
    parts = [chart.note] if chart.note else []
    for series in chart.series:
        there = [
            (value, label)
            for value, label in zip(series.values, chart.labels, strict=True)
            if value is not None
        ]
        if not there:
            continue
        (low, first), (high, last) = min(there), max(there)
        numbers = {"low": written(low, chart.unit, language), "high": written(high, chart.unit, language)}
        names = {"name": series.name, "first": first, "last": last}
        parts.append(_("%(name)s: from %(low)s (%(first)s) to %(high)s (%(last)s).") % {**numbers, **names})
    if chart.reference is not None:
        parts.append(f"{chart.reference.name}.")
    return " ".join([*parts, _("All numbers are in the table beneath.")])
