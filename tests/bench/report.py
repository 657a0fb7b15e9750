"""What a benchmark found, and how it is printed."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

import msgspec

_VERDICTS: Final = {True: "reached", False: "MISSED", None: ""}
_HEADS: Final = ("benchmark", "what", "here", "beside", "compared", "goal", "")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. `beside` is the same thing done another way, in the same run."""

    what: str
    here: str
    beside: str = ""
    compared: str = ""
    goal: str = ""
    reached: bool | None = None  # None: no goal, told for the reader


class Report(msgspec.Struct, frozen=True):
    """`numbers`: what the rows were made of, for programs."""

    rows: Sequence[Row]
    numbers: dict[str, float]


class Sample(msgspec.Struct, frozen=True):
    """Some durations of one thing, in milliseconds."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Sample:
        return cls(tuple(value * 1000 for value in seconds))

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def p95(self) -> float:
        return self._rank(0.95)

    @property
    def p99(self) -> float:
        return self._rank(0.99)

    def _rank(self, share: float) -> float:
        """The nearest rank: a value that was measured, never one between two."""
        return sorted(self.values)[math.ceil(share * len(self.values)) - 1]

    def __str__(self) -> str:
        return f"{self.median:.1f} / {self.p95:.1f} ms"


def table(reports: dict[str, Report]) -> str:
    """All rows under one head, in Markdown that also reads well in a terminal."""
    lines = [_HEADS, *(_cells(name, row) for name, report in reports.items() for row in report.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines)


def _cells(name: str, row: Row) -> tuple[str, ...]:
    return (name, row.what, row.here, row.beside, row.compared, row.goal, _VERDICTS[row.reached])


def machine(chromium: str) -> str:
    """What the figures were taken on, without a name or a path. `chromium`: its version."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    parts = [f"{os.cpu_count()} cores", f"load {os.getloadavg()[0]:.1f}", system]
    return ", ".join([*parts, f"Python {platform.python_version()}", chromium])
