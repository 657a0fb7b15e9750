"""Axes: from a number to a place, with marks at round numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

_ROUND: Final = (1, 2, 2.5, 5, 10)  # a person reads multiples of these
_SPARSE: Final = (1, 2, 5, 10)  # of what is whole
LEAST: Final = 1e-6  # below it nothing is seen
MOST: Final = 1e12  # beyond it nothing is told apart


class Axis(msgspec.Struct, frozen=True):
    """From 0 to `top`; `ticks`: where its marks are, both ends with them."""

    top: float
    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """How far along the axis, from 0 to 1."""
        return min(max(value / self.top, 0.0), 1.0)


def axis(values: Sequence[float | None], *, whole: bool = False, most: float = MOST, marks: int = 4) -> Axis:
    """That holds all of `values`. `whole`: marks at whole numbers. `most`: no mark above, e.g. 1 for shares.
    `marks`: about how many."""
    highest = max((value for value in values if value is not None), default=0.0)
    highest = min(highest, most)
    if highest < LEAST:
        highest = min(1.0, most)
    step = _step(highest / marks, whole=whole)
    count = max(1, math.ceil(round(highest / step, 6)))
    ticks = tuple(round(index * step, 10) for index in range(count + 1))
    if ticks[-1] > most:
        ticks = (*(tick for tick in ticks if tick < most), most)
    return Axis(ticks[-1], ticks)


def _step(least: float, *, whole: bool) -> float:
    """The first round number from `least` on."""
    if whole and least <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    sizes = _SPARSE if whole else _ROUND
    return next((size * power for size in sizes if size * power >= least * (1 - 1e-9)), 10 * power)
