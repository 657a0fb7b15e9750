"""The figures of a year, over more and more sessions, on both databases; and how fast sessions are counted.

`HISTORY_SESSIONS=10000,1000000` says over how many, as for `history`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final
from zoneinfo import ZoneInfo

from signaling.clock import SystemClock
from signaling.domain.figures import Step
from signaling.service.figures import Figures
from signaling.store.sql import SqlStore
from tests.bench.history import KEY, SIZES
from tests.bench.made_history import END, Maker, fill
from tests.bench.report import Report, Row, Sample
from tests.servers import postgres_server

ZONE: Final = ZoneInfo("Europe/Paris")
GOAL: Final = 1_000.0  # ms, p95
TIMES: Final = 10
AT_ONCE: Final = 1_000  # sessions of one transaction: a live product counts them as they end
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
    rows: list[Row] = []
    numbers: dict[str, float] = {}
    for size in map(int, os.environ.get("HISTORY_SESSIONS", SIZES).split(",")):
        with TemporaryDirectory() as folder:
            await _measure(f"SQLite {size:,}", f"sqlite:///{folder}/visio.db", size, rows, numbers)
        with postgres_server() as server:
            url = server.url(server.create_database())
            await _measure(f"PostgreSQL {size:,}", url, size, rows, numbers)
    return Report(rows, numbers)


async def _measure(name: str, url: str, size: int, rows: list[Row], numbers: dict[str, float]) -> None:
    maker = await asyncio.to_thread(fill, url, size, 1, KEY)
    store = SqlStore(url, SystemClock())
    await store.open()
    try:
        began = perf_counter()
        while await store.count_sessions(ZONE, AT_ONCE):
            pass
        took = perf_counter() - began
        rows.append(Row(what=f"{name}: counted", here=f"{took:.0f} s, {size / took:.0f} sessions a second"))
        for question in QUESTIONS:
            sample = Sample.of(await _times(store, maker, question))
            reached = sample.p95 <= GOAL
            rows.append(
                Row(what=f"{name}: {question}", here=str(sample), goal=f"p95 {GOAL:.0f} ms", reached=reached)
            )
            numbers[f"{name}: {question}"] = sample.p95
    finally:
        await store.close()


async def _times(store: SqlStore, maker: Maker, question: str) -> Sequence[float]:
    days, step, split, everywhere = QUESTIONS[question]
    centres = [one.id for one in maker.centres][: None if everywhere else 1]
    figures = Figures(store, SystemClock(), ZONE)
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        found = await figures.read(centres, *days, step, split)
        times.append(perf_counter() - began)
        assert found, "nothing was counted"
    return times
