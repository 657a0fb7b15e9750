"""How good the picture of a meeting was: three graphs, one above the other, in the time of its band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from console.charts import text
from console.charts.canvas import Canvas
from console.charts.chart import Unit
from console.charts.numbers import NONE, written
from console.charts.scale import axis
from console.words import HOUR, MINUTE, SECOND, Gettext, duration
from signaling.domain.quality import STRETCH, Measured, Quality, medians

WIDE: Final = 1100
PAPER: Final = 640
NARROW: Final = 310
MOST: Final = 360  # stretches of a phone that are told one by one: an hour
_HEIGHT: Final = 54  # of a graph
_ABOVE: Final = 26  # its name
_TIMES: Final = (
    10 * SECOND,
    30 * SECOND,
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    HOUR,
    2 * HOUR,
    6 * HOUR,
)
_BROKEN: Final = 2.5 * STRETCH  # stretches further apart aren't joined


class Told(msgspec.Struct, frozen=True):
    """Of one phone. `at`: ms since the epoch."""

    at: int
    phone: int
    measured: Measured


class Graph(msgspec.Struct, frozen=True):
    """What is drawn. `phones`: their names; `stalls`: (from, to), ms since the epoch, as are the others."""

    told: tuple[Told, ...]
    phones: tuple[str, ...]
    stalls: tuple[tuple[int, int], ...]
    start: int
    until: int

    def share(self, at: float) -> float:
        """How far along the meeting, from 0 to 1."""
        return min(max((at - self.start) / (self.until - self.start), 0.0), 1.0)


class Panel(msgspec.Struct, frozen=True):
    name: str
    field: str  # of `Measured`
    unit: Unit


def graph(
    rows: Sequence[Quality],
    names: Mapping[str, str],
    stalls: Sequence[tuple[int, int]],
    start: int,
    until: int,
) -> Graph | None:
    """`names`: participant -> name. None where nothing was measured."""
    if not rows or until <= start:
        return None
    phones = tuple(dict.fromkeys(row.participant for row in rows))
    told = [
        Told(part[0].at, number, medians(part))
        for number, phone in enumerate(phones)
        for part in _condensed([row for row in rows if row.participant == phone])
    ]
    told.sort(key=lambda one: one.at)
    return Graph(tuple(told), tuple(names.get(one, NONE) for one in phones), tuple(stalls), start, until)


def panels(_: Gettext) -> tuple[Panel, ...]:
    return (
        Panel(_("Bitrate (kbit/s)"), "bitrate", "kilobits"),
        Panel(_("Loss"), "loss", "share"),
        Panel(_("Frames per second"), "frames", "count"),
    )


def drawn(of: Graph, width: int, language: str, _: Gettext) -> str:
    """SVG of that width in its own units. What stands above each other happened at the same time."""
    canvas = Canvas(f"quality-{width}", width, _("Quality of the picture"), _described(of, language, _))
    top = _legend(canvas, of)
    for panel in panels(_):
        _panel(canvas, of, panel, top + _ABOVE, (language, _("Picture interrupted")))
        top += _ABOVE + _HEIGHT
    _times(canvas, of, top)
    return canvas.markup(top + 24)


def cells(one: Told, language: str) -> tuple[str, ...]:
    """A line of the table beneath, as `heads` names it, without the time."""
    trip = one.measured.round_trip
    numbers = [written(getattr(one.measured, field), unit, language) for field, unit in _FIELDS]
    return (*numbers, written(trip, "count", language))


def heads(_: Gettext) -> tuple[str, ...]:
    return (*(panel.name for panel in panels(_)), _("Round trip (ms)"))


_FIELDS: Final[tuple[tuple[str, Unit], ...]] = (
    ("bitrate", "kilobits"),
    ("loss", "share"),
    ("frames", "count"),
)


def _condensed(rows: Sequence[Quality]) -> list[tuple[Quality, ...]]:
    size = -(-len(rows) // MOST)
    return [tuple(rows[at : at + size]) for at in range(0, len(rows), size)]


def _described(of: Graph, language: str, _: Gettext) -> str:
    sent = [one.measured for one in of.told if one.measured.bitrate > 0]
    parts = []
    if sent:
        middle = medians(sent)
        numbers = {field: written(getattr(middle, field), unit, language) for field, unit in _FIELDS}
        parts.append(
            _("In the middle %(bitrate)s kbit/s, %(loss)s lost, %(frames)s frames per second.") % numbers
        )
    if of.stalls:
        stood = duration(sum(to - since for since, to in of.stalls))
        parts.append(_("The picture was interrupted for %(length)s.") % {"length": stood})
    return " ".join([*parts, _("All numbers are in the table beneath.")])


def _legend(canvas: Canvas, of: Graph) -> float:
    if len(of.phones) < 2:
        return 0.0
    for number, name in enumerate(of.phones):
        y = text.LINE * (number + 1)
        canvas.marker(6, y - 4, number)
        canvas.words(18, y, text.fitted(name, canvas.width - 18))
    return float(text.LINE * len(of.phones))


def _panel(canvas: Canvas, of: Graph, panel: Panel, top: float, words: tuple[str, str]) -> None:
    """`words`: the language, and what a stall is called."""
    language, stalled = words
    values = [getattr(one.measured, panel.field) for one in of.told]
    scale = axis(values, whole=panel.unit == "count", most=1.0 if panel.unit == "share" else 1e12)
    bottom, wide = top + _HEIGHT, canvas.width
    for since, to in of.stalls:
        left, right = wide * of.share(since), wide * of.share(to)
        canvas.ground(
            left, top, right - left, _HEIGHT, "quality-stalled", f"{stalled} · {duration(to - since)}"
        )
    canvas.words(0, top - 7, panel.name, "chart-label")
    highest = written(scale.top, panel.unit, language)
    canvas.words(wide, top - 7, highest, "chart-soft", "end")
    canvas.line(0, top, wide, top, "chart-grid")
    canvas.line(0, bottom, wide, bottom, "chart-base")
    for number in range(len(of.phones)):
        own = [one for one in of.told if one.phone == number]
        for run in _runs(own):
            points = [
                (
                    wide * of.share(one.at + STRETCH / 2),
                    bottom - _HEIGHT * scale.share(getattr(one.measured, panel.field)),
                )
                for one in run
            ]
            if len(points) > 1:
                canvas.path(points, number)
            else:
                canvas.marker(*points[0], number)


def _runs(told: Sequence[Told]) -> list[list[Told]]:
    """Without the gaps in which nothing was measured. Condensed, stretches are further apart."""
    gaps = sorted(after.at - before.at for before, after in pairwise(told))
    broken = max(_BROKEN, 2 * gaps[len(gaps) // 2] if gaps else 0)
    runs: list[list[Told]] = []
    for one in told:
        if not runs or one.at - runs[-1][-1].at > broken:
            runs.append([])
        runs[-1].append(one)
    return runs


def _times(canvas: Canvas, of: Graph, top: float) -> None:
    """Since the beginning of the meeting."""
    length = of.until - of.start
    most = canvas.width / 90
    step = next((one for one in _TIMES if length / one <= most), 24 * HOUR)
    for at in range(0, length, step):
        x, words = canvas.width * at / length, duration(at)
        half = text.width(words) / 2
        canvas.line(x, top, x, top + 5, "chart-base")
        canvas.words(min(max(x, half), canvas.width - half), top + 19, words, "chart-soft", "middle")
