"""Searches of the history, over more and more sessions, on both databases; and the memory of reading it all.

`HISTORY_SESSIONS=10000,100000,1000000` says over how many. Each search is asked of all sizes of a database in
turn, so that they are compared as of the same minute. With several sizes their growth is drawn.
"""

from __future__ import annotations

import asyncio
import random
import tracemalloc
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC
from itertools import groupby
from time import perf_counter
from typing import Final

import msgspec

from signaling.domain.search import Digits, Search, Word, understand
from signaling.store.sql import SqlStore
from tests.bench.drawing import Chart, Line, draw
from tests.bench.kept_history import Made, made_histories
from tests.bench.made_history import END, NAMES, Maker
from tests.bench.report import Report, Row, Sample
from tests.e2e.stage import ROOT

TIMES: Final = 60
LIMIT: Final = 26
PAGE_GOAL: Final = 50.0  # ms, p95
SEARCH_GOAL: Final = 100.0
MEMORY_GOAL: Final = 200  # MB
DAY: Final = 86_400_000  # ms
DRAWING: Final = ROOT / "docs/images/history-growth.svg"
DRAWN: Final = ("first page", "whole number", "town", "nothing like it")

Make = Callable[[random.Random, Maker], Search]


THREE: Final = ("first page", "whole number", "town", "regulator")  # asked of three centres at once, too


class Opened(msgspec.Struct, frozen=True):
    """`maker`: knows the centres and users that are in it."""

    made: Made
    maker: Maker
    store: SqlStore


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
    return await asyncio.to_thread(_run)


def _run() -> Report:
    """In a thread: making histories blocks, and starts event loops of its own."""
    with made_histories() as histories:
        return asyncio.run(_measure(histories))


async def _measure(histories: Sequence[Made]) -> Report:
    rows = [row for made in histories for row in made.rows]
    numbers: dict[str, float] = {}
    async with opened(histories) as stores:
        for kind, centres in (*((kind, 1) for kind in SEARCHES), *((kind, 3) for kind in THREE)):
            what = kind if centres == 1 else f"{kind}, three centres"
            for _, same in groupby(stores, lambda one: one.made.backend):
                for one, sample in (await _times(list(same), kind, centres)).items():
                    rows.append(_row(f"{one}: {what}", sample, PAGE_GOAL if "page" in kind else SEARCH_GOAL))
                    numbers[f"{one}: {what}"] = sample.p95
        rows += [await _walk(one) for one in stores]
    if len({made.size for made in histories}) > 1:
        DRAWING.write_text(_growth(histories, numbers), encoding="utf-8")
    return Report(rows, numbers)


@asynccontextmanager
async def opened(histories: Sequence[Made]) -> AsyncIterator[list[Opened]]:
    async with AsyncExitStack() as stack:
        stores = []
        for made in histories:
            store = made.store()
            stack.push_async_callback(store.close)
            await store.open()
            stores.append(Opened(made, made.maker(), store))
        yield stores


async def _times(stores: Sequence[Opened], kind: str, centres: int) -> Mapping[str, Sample]:
    """By the history's name."""
    times: dict[str, list[float]] = {one.made.name: [] for one in stores}
    dice = {one.made.name: random.Random(2) for one in stores}
    for _ in range(TIMES):
        for one in stores:
            search = SEARCHES[kind](dice[one.made.name], one.maker)
            asked = tuple(centre.id for centre in one.maker.centres[:centres])
            began = perf_counter()
            await one.store.search(asked, search, LIMIT)
            times[one.made.name].append(perf_counter() - began)
    return {name: Sample.of(values) for name, values in times.items()}


def _row(what: str, sample: Sample, goal: float) -> Row:
    return Row(what=what, here=str(sample), goal=f"p95 {goal:.0f} ms", reached=sample.p95 <= goal)


async def _walk(one: Opened) -> Row:
    """As an export reads: all of a centre, 100,000 sessions at most."""
    tracemalloc.start()
    began, seen = perf_counter(), 0
    search = Search()
    centre = one.maker.centres[0].id
    while seen < 100_000 and (found := await one.store.search((centre,), search, 500)):
        seen += len(found)
        search = Search(before=found[-1].place)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return Row(
        what=f"{one.made.name}: read {seen:,} for an export",
        here=f"{peak:.0f} MB, {perf_counter() - began:.0f} s",
        goal=f"{MEMORY_GOAL} MB",
        reached=peak <= MEMORY_GOAL,
    )


def _growth(histories: Sequence[Made], numbers: Mapping[str, float]) -> str:
    sizes = sorted({made.size for made in histories})
    charts = []
    for backend in dict.fromkeys(made.backend for made in histories):
        lines = [Line(kind, [numbers[f"{backend} {size:,}: {kind}"] for size in sizes]) for kind in DRAWN]
        start = min(line.values[0] for line in lines)
        linear = Line("linear growth", [start * size / sizes[0] for size in sizes], compared=True)
        charts.append(Chart(f"{backend}: p95, ms", [*lines, linear]))
    return draw("Searches among more and more meetings", sizes, charts, logarithmic=True)
