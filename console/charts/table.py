"""A chart's numbers: as a table on the page, and as a file for a spreadsheet."""

from __future__ import annotations

from console import spreadsheet
from console.charts.chart import Chart
from console.charts.numbers import plain, unit_name, written
from console.words import Gettext


def head(chart: Chart, _: Gettext) -> tuple[str, ...]:
    """Of the columns; a number's with its unit where the name doesn't say it."""
    unit = unit_name(chart.unit, _)
    return (chart.head, *(f"{series.name} ({unit})" if unit else series.name for series in chart.series))


def rows(chart: Chart, language: str) -> list[tuple[str, ...]]:
    """A label and its numbers each, as people read them."""
    return [
        (label, *(written(series.values[index], chart.unit, language) for series in chart.series))
        for index, label in enumerate(chart.labels)
    ]


def csv(chart: Chart, _: Gettext) -> str:
    """The same numbers, as programs read them; the last line is the reference."""
    lines = [
        (label, *(plain(series.values[index], chart.unit) for series in chart.series))
        for index, label in enumerate(chart.labels)
    ]
    if chart.reference is not None:
        lines.append((chart.reference.name, plain(chart.reference.value, chart.unit)))
    return spreadsheet.BOM + spreadsheet.lines([head(chart, _), *lines])
