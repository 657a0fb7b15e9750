"""How many frames come through whole when a line loses packets at random, on each leg in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from tests.bench.children import Child
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import ours
from tests.bench.report import Report, Row

STREAMS: Final = 10
LASTING: Final = 20.0  # seconds of loss
REPAIRED: Final = 2.0  # seconds for the last repairs; longer than a viewer waits
GOALS: Final[Mapping[float, float]] = {0.02: 0.99, 0.05: 0.97}  # of the frames, by the share that is lost


async def run() -> Report:
    rows: list[Row] = []
    numbers: dict[str, float] = {}
    async with load() as peers, ours() as way:
        await peers.calls(way, 0, STREAMS)
        for leg, end in (("phone", peers.phones), ("viewer", peers.consoles)):
            for share, goal in GOALS.items():
                await end.ask("lose", share=share)
                delivered = await _delivered(peers, end)
                rows.append(_row(leg, share, delivered, goal))
                numbers[f"{leg}_{share:.0%}"] = delivered
        await peers.close()
    return Report(rows, numbers)


async def _delivered(peers: Load, end: Child) -> float:
    """The share of the frames sent that a decoder could show; the loss ends before the count does."""
    await peers.consoles.ask("forget")
    await asyncio.sleep(LASTING)
    await end.ask("lose", share=0.0)
    await asyncio.sleep(REPAIRED)
    seen = await peers.consoles.ask("seen")
    return float(seen["frames"] / (seen["frames"] + seen["skipped"]))


def _row(leg: str, share: float, delivered: float, goal: float) -> Row:
    return Row(
        what=f"frames delivered whole, {share:.0%} of the packets lost on the {leg}'s leg",
        here=f"{delivered:.2%}",
        goal=f"at least {goal:.0%}",
        reached=delivered >= goal,
    )
