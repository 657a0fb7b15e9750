"""What a chart shows, before it is drawn."""

from __future__ import annotations

import math
from typing import Final, Literal

import msgspec

# "share": of 1; "kilobits": kbit/s; "frames": a second; "count": whole
Unit = Literal["count", "share", "seconds", "kilobits", "frames"]
# "columns": upright and stacked, over time; "lines": over time; "bars": lying and stacked, a row a label;
# "bands": lying, a row a label, of which each next series reaches further (median, p90, p99)
Kind = Literal["columns", "lines", "bars", "bands"]
UPRIGHT: Final = ("columns", "lines")


class Series(msgspec.Struct, frozen=True):
    """`values`: one for each label of the chart; None where there is none, as for what is no finite number of
    0 or more."""

    name: str
    values: tuple[float | None, ...]

    def __post_init__(self) -> None:
        there = tuple(None if one is None or not 0 <= one < math.inf else one for one in self.values)
        msgspec.structs.force_setattr(self, "values", there)


class Reference(msgspec.Struct, frozen=True):
    """A number of somebody else's, drawn as a dashed line."""

    value: float
    name: str  # short, with its number


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """`key`: names it in addresses and files. `head`: of the column of labels."""

    key: str
    kind: Kind
    unit: Unit
    title: str
    note: str = ""  # what is counted, in a sentence
    head: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    reference: Reference | None = None

    @property
    def empty(self) -> bool:
        return not any(value is not None for series in self.series for value in series.values)
