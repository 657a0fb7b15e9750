"""Processor time of the relay for each stream that it forwards, beside aiortc's `MediaRelay`."""

from __future__ import annotations

import asyncio
from statistics import median
from time import monotonic
from typing import Final

from tests.bench.calls import Kind, Load, load, relay
from tests.bench.report import Report, Row

TURNS: Final = 2  # of each, in turn
SETTLE, WINDOW = 3.0, 8.0  # seconds
MANY: Final = 10  # streams at once; MediaRelay collapses at four on two cores
LEAST_RATE: Final = 25  # of 30 frames a second and stream: a relay that drops more has it easy
GOAL: Final = 10.0  # times less


async def run() -> Report:
    ours: list[float] = []
    theirs: list[float] = []
    async with load() as peers:
        for _ in range(TURNS):
            ours.append(await _share(peers, "ours"))
            theirs.append(await _share(peers, "media-relay"))
        many = await _share(peers, "ours", MANY)
    return _report(median(ours), median(theirs), many)


async def _share(peers: Load, kind: Kind, calls: int = 1) -> float:
    """Percent of one core for each stream with one viewer."""
    async with relay(kind) as made:
        await peers.through(made, calls)
        await asyncio.sleep(SETTLE)
        await peers.consoles.ask("forget")
        began, spent = monotonic(), made.cpu()
        await asyncio.sleep(WINDOW)
        spent, lasted = made.cpu() - spent, monotonic() - began
        frames = (await peers.consoles.ask("frames"))["frames"]
        await peers.close()
    if frames < LEAST_RATE * lasted * calls:
        raise RuntimeError(f"{kind} forwarded only {frames} frames of {calls} calls in {lasted:.1f} s")
    return 100 * spent / lasted / calls


def _report(ours: float, theirs: float, many: float) -> Report:
    less = theirs / ours
    rows = [
        Row(
            what="relay CPU, one 720p stream, one viewer",
            here=f"{ours:.1f} % of a core",
            beside=f"{theirs:.1f} % (MediaRelay)",
            compared=f"{less:.1f} times less",
            goal=f"at least {GOAL:.0f} times less",
            reached=less >= GOAL,
        ),
        Row(what=f"the same for each of {MANY} streams at once", here=f"{many:.1f} % of a core"),
    ]
    numbers = {
        "ours_percent": ours,
        "media_relay_percent": theirs,
        "times_less": less,
        "ours_of_many_percent": many,
    }
    return Report(rows, numbers)
