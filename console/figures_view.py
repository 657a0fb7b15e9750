"""The figures in words, numbers and drawings: labels, tiles, and each chart as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec
from babel.dates import format_date

from console.charts import drawing, table
from console.charts.canvas import Canvas
from console.charts.chart import Chart
from console.charts.numbers import NONE, written
from console.figures_charts import COPENHAGEN_REACHED, SOURCE, copenhagen
from console.figures_query import Chosen
from console.figures_slices import share
from console.words import Gettext
from signaling.domain.figures import Measures, Step

_TILE: Final = 200  # of a tile's bar, in units of the drawing


class ChartView(msgspec.Struct, frozen=True, kw_only=True):
    """`file`: name without an ending; `csv`: address; `wide`, `narrow`: SVG."""

    key: str
    title: str
    note: str
    file: str
    csv: str
    wide: str
    narrow: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Tile(msgspec.Struct, frozen=True):
    name: str
    number: str
    more: tuple[str, ...] = ()
    bar: str = ""  # SVG


def chart_view(chart: Chart, chosen: Chosen, language: str, _: Gettext) -> ChartView:
    return ChartView(
        key=chart.key,
        title=chart.title,
        note=chart.note,
        file=f"{chart.key}-{chosen.first:%Y%m%d}-{chosen.last:%Y%m%d}",
        csv=chosen.address(f"/figures/{chart.key}.csv"),
        wide=drawing.drawing(chart, drawing.WIDE, language, _),
        narrow=drawing.drawing(chart, drawing.NARROW, language, _),
        head=table.head(chart, _),
        rows=table.rows(chart, language),
    )


def tiles(whole: Measures, language: str, _: Gettext) -> list[Tile]:
    reached, stills = share(whole.reached, whole.attempts), share(whole.stills, whole.attempts)
    first = whole.rungs.get("picture")
    median = NONE if first is None else f"{written(first.median, 'seconds', language)}\u00a0s"
    spread = {} if first is None else {"p90": _s(first.p90, language), "p99": _s(first.p99, language)}
    return [
        Tile(_("Attempts"), written(whole.attempts, "count", language), (_("ended visios"),)),
        Tile(
            _("With a first picture"),
            written(reached, "share", language),
            (copenhagen(COPENHAGEN_REACHED, language, _),),
            _bar(reached, language, _),
        ),
        Tile(
            _("Seconds to the first picture"),
            median,
            (_("median; nine of ten within %(p90)s, 99 of 100 within %(p99)s") % spread,) if spread else (),
        ),
        Tile(
            _("Stills instead of video"),
            written(stills, "share", language),
            (_("of all attempts: the network carried no live video"),),
        ),
    ]


def _s(seconds: float, language: str) -> str:
    return f"{written(seconds, 'seconds', language)}\u00a0s"


def _bar(reached: float | None, language: str, _: Gettext) -> str:
    """The share as a bar with the published one as a dashed line."""
    canvas = Canvas("tile-reached", _TILE, _("With a first picture"), written(reached, "share", language))
    canvas.line(0, 15, _TILE, 15, "chart-base")
    canvas.box(0, 4, _TILE * (reached or 0), 11, 0)
    place = _TILE * COPENHAGEN_REACHED
    canvas.line(place, 0, place, 16, "chart-reference")
    return canvas.markup(16)


def step_labels(days: Sequence[date], step: Step, language: str, _: Gettext) -> tuple[str, ...]:
    """Of the days with which steps begin; the year is named where there are several."""
    years = len({day.year for day in days}) > 1
    return tuple(_step_label(day, step, years=years, language=language, _=_) for day in days)


def _step_label(day: date, step: Step, *, years: bool, language: str, _: Gettext) -> str:
    match step:
        case "day":
            return format_date(day, "d MMM yy" if years else "d MMM", locale=language)
        case "week":
            year, number, _weekday = day.isocalendar()
            name = _("W%(week)s") % {"week": f"{number:02d}"}
            return f"{name} {year}" if years else name
        case "month":
            return format_date(day, "MMM y", locale=language)


def scope_words(chosen: Chosen, centres: Sequence[str], language: str, _: Gettext) -> str:
    """Which days, and whose."""
    days = {"first": _long(chosen.first, language), "last": _long(chosen.last, language)}
    period = _("From %(first)s to %(last)s") % days
    return f"{period} · {', '.join(centres)}"


def _long(day: date, language: str) -> str:
    """CLDR writes the first of a month as any other day; French doesn't."""
    text = format_date(day, "long", locale=language)
    return text.replace("1 ", "1er ", 1) if language == "fr" and day.day == 1 else text


def source_words(_: Gettext) -> str:
    return _("Dashed lines: Copenhagen Emergency Medical Services, 2019 to 2020 (%(source)s).") % {
        "source": SOURCE
    }
