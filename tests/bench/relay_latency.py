"""What the relay adds to the way of a frame, beside the same two peers connected directly."""

from __future__ import annotations

import asyncio
from typing import Final

from tests.bench.calls import Load, load, relay
from tests.bench.report import Report, Row, Sample

TURNS: Final = 3  # of each, in turn, so that a noisy moment falls on both
SETTLE, WINDOW = 1.0, 4.0  # seconds
GOAL: Final = 5.0  # ms


async def run() -> Report:
    relayed: list[float] = []
    straight: list[float] = []
    async with load() as peers, relay("ours") as ours:
        for _ in range(TURNS):
            await peers.straight()
            straight += await _delays(peers)
            await peers.through(ours)
            relayed += await _delays(peers)
    return _report(Sample.of(relayed), Sample.of(straight))


async def _delays(peers: Load) -> list[float]:
    await asyncio.sleep(SETTLE)
    await peers.consoles.ask("forget")
    await asyncio.sleep(WINDOW)
    delays: list[float] = (await peers.consoles.ask("delays"))["delays"]
    await peers.close()
    return delays


def _report(relayed: Sample, straight: Sample) -> Report:
    added = relayed.median - straight.median
    row = Row(
        what=f"frame from encoder to viewer, median / p95 of {len(relayed.values)}",
        here=str(relayed),
        beside=f"{straight} (direct)",
        compared=f"{added:.1f} ms added in the median",
        goal=f"under {GOAL:.0f} ms added",
        reached=added < GOAL,
    )
    numbers = {
        "relayed_median_ms": relayed.median,
        "relayed_p95_ms": relayed.p95,
        "direct_median_ms": straight.median,
        "direct_p95_ms": straight.p95,
        "added_median_ms": added,
    }
    return Report([row], numbers)
