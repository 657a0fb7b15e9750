"""What the charts of the figures are made of: numbers by time or by group, and how they become series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from console.charts.chart import Kind, Series
from signaling.domain.figures import Measures


class Slice(msgspec.Struct, frozen=True):
    """A step of time or a group, as it is read."""

    label: str
    measures: Measures


class Figures(msgspec.Struct, frozen=True):
    """`slices`: by time, or by group; `head`: names what they are. By group there is also `over_time`: each
    group at each of `times`, steps that `time_head` names."""

    whole: Measures
    slices: Sequence[Slice]
    head: str
    times: tuple[str, ...] = ()
    time_head: str = ""
    over_time: Sequence[tuple[str, Sequence[Measures]]] = ()

    @property
    def grouped(self) -> bool:
        return bool(self.time_head)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(one.label for one in self.slices)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def series(figures: Figures, name: str, measure: Callable[[Measures], float | None]) -> Series:
    return Series(name, tuple(measure(one.measures) for one in figures.slices))


def counted(
    figures: Figures, known: Mapping[str, str], of: Callable[[Measures], Mapping[str, int]]
) -> tuple[Series, ...]:
    """A series for each of the names that occurs, in their order."""
    return tuple(
        series(figures, words, _count(of, name))
        for name, words in known.items()
        if of(figures.whole).get(name, 0)
    )


def _count(of: Callable[[Measures], Mapping[str, int]], name: str) -> Callable[[Measures], float | None]:
    return lambda measures: of(measures).get(name, 0)


def stacked(figures: Figures) -> Kind:
    return "bars" if figures.grouped else "columns"


def plain(figures: Figures) -> Kind:
    return "bars" if figures.grouped else "lines"
