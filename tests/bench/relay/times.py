"""How long a viewer waits for its first picture: of a caller that comes, and of one that is there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from time import monotonic
from typing import Final, Protocol

from tests.bench import clip
from tests.bench.relay.compared import JANUS, OURS, WAYS, beside
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import Way
from tests.bench.report import Report, Row, Sample

TIMES: Final = 30  # of each and way, after one that is not counted
RUNNING: Final = 1.2  # seconds before another viewer joins; Janus asks for one keyframe a second
GOALS: Final[Mapping[str, float]] = {"cold": 60.0, "join": 50.0}  # ms
WHAT: Final[Mapping[str, str]] = {
    "cold": "a caller's offer to a keyframe at a viewer that waits",
    "join": "a viewer comes to a stream that runs, to its first keyframe",
}


class Take(Protocol):
    """Takes the time of one session, in seconds."""

    __name__: str

    async def __call__(self, load: Load, way: Way, session: str) -> float: ...


async def run() -> Report:
    rows: list[Row] = []
    numbers: dict[str, float] = {}
    async with load() as peers, AsyncExitStack() as stack:
        ways = {name: await stack.enter_async_context(open_way()) for name, open_way in WAYS.items()}
        for kind, take in TAKES.items():
            found = await _take_turns(peers, ways, take)
            rows.append(_row(kind, found))
            numbers |= {f"{kind}_{name}_median_ms": sample.median for name, sample in found.items()}
    return Report(rows, numbers)


async def _take_turns(peers: Load, ways: Mapping[str, Way], take: Take) -> dict[str, Sample]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(TIMES + 1):
        for name, way in ways.items():
            times[name].append(await take(peers, way, f"{take.__name__} {number}"))
            await peers.close()
            await way.end(f"{take.__name__} {number}")
    return {name: Sample.of(found[1:]) for name, found in times.items()}


async def _cold(load: Load, way: Way, session: str) -> float:
    """Where a viewer can't wait for a phone, it comes as soon as the relay says that the phone is there."""
    viewer = f"{session} viewer"
    if way.viewers_wait:
        console = await load.console(way, session, viewer)
        await console.connected()
        began = await load.phone(way, session)
    else:
        began, console = await asyncio.gather(load.phone(way, session), load.console(way, session, viewer))
    return await console.pictured() - began


async def _join(load: Load, way: Way, session: str) -> float:
    await load.phone(way, session)
    first = await load.console(way, session, f"{session} first")
    await first.pictured()
    await asyncio.sleep(RUNNING + random.random() / clip.RATE)  # at any moment between two frames
    began = monotonic()
    second = await load.console(way, session, f"{session} second")
    return await second.pictured() - began


def _row(kind: str, found: Mapping[str, Sample]) -> Row:
    mine = found[OURS].median
    return Row(
        what=f"{WHAT[kind]}, median / p95 of {TIMES}",
        here=str(found[OURS]),
        beside=beside(found),
        compared=f"{mine / found[JANUS].median:.2f} times Janus",
        goal=f"median under {GOALS[kind]:.0f} ms",
        reached=mine < GOALS[kind],
    )


TAKES: Final[Mapping[str, Take]] = {"cold": _cold, "join": _join}
