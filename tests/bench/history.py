"""Searches of the history, over more and more sessions, on both databases; and the memory of an export.

`HISTORY_SESSIONS=10000,1000000` says over how many.
"""

from __future__ import annotations

import asyncio
import os
import random
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from signaling.clock import SystemClock
from signaling.domain.ids import Secrets
from signaling.domain.search import Digits, Search, Word, understand
from signaling.store.sql import SqlStore
from tests.bench.made_history import END, NAMES, Maker, fill
from tests.bench.report import Report, Row, Sample
from tests.servers import postgres_server

SIZES: Final = "10000,100000"
KEY: Final = b"k" * 32
TIMES: Final = 60
LIMIT: Final = 26
PAGE_GOAL: Final = 50.0  # ms, p95
SEARCH_GOAL: Final = 100.0
MEMORY_GOAL: Final = 200  # MB
DAY: Final = 86_400_000  # ms

Make = Callable[[random.Random, Maker], Search]


def typed(text: Callable[[random.Random], str]) -> Make:
    def make(dice: random.Random, maker: Maker) -> Search:
        regulators = {one.id: one.name for one in maker.users[maker.centres[0].id]}
        return understand(text(dice), regulators, END, UTC)

    return make


SEARCHES: Final[dict[str, Make]] = {
    "first page": lambda dice, maker: Search(),
    "deep page": lambda dice, maker: Search(until=END - dice.randrange(700) * DAY),
    "2 last digits": typed(lambda dice: f"{dice.randrange(100):02d}"),
    "4 digits": typed(lambda dice: f"{dice.randrange(10_000):04d}"),
    "whole number": typed(lambda dice: f"06{dice.randrange(10**8):08d}"),
    "day and hour": typed(lambda dice: f"{dice.randrange(1, 28)}/{dice.randrange(1, 12)} 14h"),
    "town": typed(lambda dice: dice.choice(["nancy", "toul", "longwy", "luneville"])),
    "beginning of a word": typed(lambda dice: dice.choice(["lun", "tho", "sta", "jar"])),
    "regulator": typed(lambda dice: dice.choice(NAMES)),
    "regulator and note": typed(lambda dice: f"{dice.choice(NAMES)} brulure"),
    "file number": typed(lambda dice: f"{dice.randrange(20_000, 20_700)}-{dice.randrange(10_000):06d}"),
    "nothing like it": typed(lambda dice: "zzzz introuvable"),
    "outcome": lambda dice, maker: Search(ending="refused"),
    "outcome and regulator": lambda dice, maker: Search(
        ending="stills", regulator=dice.choice(maker.users[maker.centres[0].id]).id
    ),
    "outcome and rare words": lambda dice, maker: Search(
        ending="not_delivered", debrief=True, terms=((Word("convulsions"),), (Digits("12"),))
    ),
    "to debrief": lambda dice, maker: Search(debrief=True),
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
    began = perf_counter()
    maker = await asyncio.to_thread(fill, url, size, 1, KEY)
    rows.append(Row(what=f"{name}: made", here=f"{perf_counter() - began:.0f} s"))
    store = SqlStore(url, SystemClock(), Secrets(KEY).search_key())
    await store.open()
    try:
        for kind, make in SEARCHES.items():
            sample = Sample.of(await _times(store, maker, make))
            goal = PAGE_GOAL if "page" in kind else SEARCH_GOAL
            rows.append(
                Row(
                    what=f"{name}: {kind}",
                    here=str(sample),
                    goal=f"p95 {goal:.0f} ms",
                    reached=sample.p95 <= goal,
                )
            )
            numbers[f"{name}: {kind}"] = sample.p95
        rows.append(await _walk(name, store, maker))
    finally:
        await store.close()


async def _times(store: SqlStore, maker: Maker, make: Make) -> Sequence[float]:
    dice = random.Random(2)
    centre = maker.centres[0].id
    times = []
    for _ in range(TIMES):
        search = make(dice, maker)
        began = perf_counter()
        await store.search(centre, search, LIMIT)
        times.append(perf_counter() - began)
    return times


async def _walk(name: str, store: SqlStore, maker: Maker) -> Row:
    """As an export reads: all of a centre, 100,000 sessions at most."""
    tracemalloc.start()
    began, seen = perf_counter(), 0
    search = Search()
    while seen < 100_000 and (found := await store.search(maker.centres[0].id, search, 500)):
        seen += len(found)
        search = Search(before=found[-1].place)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return Row(
        what=f"{name}: read {seen:,} for an export",
        here=f"{peak:.0f} MB, {perf_counter() - began:.0f} s",
        goal=f"{MEMORY_GOAL} MB",
        reached=peak <= MEMORY_GOAL,
    )
