"""The figures of a year, over more and more sessions, on both databases; and how fast sessions are counted.

`HISTORY_SESSIONS=10000,100000,1000000` says over how many, as for `history`; each question is asked of all in
turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Final

from signaling.clock import SystemClock
from signaling.domain.figures import Step
from signaling.service.figures import Figures
from tests.bench.history import Opened, opened
from tests.bench.kept_history import ZONE, Made, made_histories
from tests.bench.made_history import END
from tests.bench.report import Report, Row, Sample

GOAL: Final = 1_000.0  # ms, p95
TIMES: Final = 10
LAST: Final = datetime.fromtimestamp(END / 1000, UTC).date()
YEAR: Final = (LAST - timedelta(days=364), LAST)
MONTH: Final = (LAST - timedelta(days=29), LAST)

# Days, step, groups, and whether all centres are asked
QUESTIONS: Final[dict[str, tuple[tuple[date, date], Step | None, str, bool]]] = {
    "a year by month": (YEAR, "month", "", False),
    "a year by week": (YEAR, "week", "", False),
    "a year by day": (YEAR, "day", "", False),
    "a year by month, three centres": (YEAR, "month", "", True),
    "a year by centre": (YEAR, None, "centre", True),
    "a year by regulator": (YEAR, None, "regulator", False),
    "a year by month and regulator": (YEAR, "month", "regulator", False),
    "a year by phone model": (YEAR, None, "model", False),
    "a year by network": (YEAR, None, "network", False),
    "30 days by day and carrier": (MONTH, "day", "carrier", False),
}


async def run() -> Report:
    return await asyncio.to_thread(_run)


def _run() -> Report:
    """In a thread: making histories blocks, and starts event loops of its own."""
    with made_histories() as histories:
        return asyncio.run(_measure(histories))


async def _measure(histories: Sequence[Made]) -> Report:
    rows = [row for made in histories for row in made.rows]
    numbers: dict[str, float] = {}
    async with opened(histories) as stores:
        for question in QUESTIONS:
            for name, sample in (await _times(stores, question)).items():
                rows.append(
                    Row(
                        what=f"{name}: {question}",
                        here=str(sample),
                        goal=f"p95 {GOAL:.0f} ms",
                        reached=sample.p95 <= GOAL,
                    )
                )
                numbers[f"{name}: {question}"] = sample.p95
    return Report(rows, numbers)


async def _times(stores: Sequence[Opened], question: str) -> Mapping[str, Sample]:
    """By the history's name."""
    days, step, split, everywhere = QUESTIONS[question]
    times: dict[str, list[float]] = {one.made.name: [] for one in stores}
    for _ in range(TIMES):
        for one in stores:
            centres = [centre.id for centre in one.maker.centres][: None if everywhere else 1]
            began = perf_counter()
            found = await Figures(one.store, SystemClock(), ZONE).read(centres, *days, step, split)
            times[one.made.name].append(perf_counter() - began)
            assert found, "nothing was counted"
    return {name: Sample.of(values) for name, values in times.items()}
