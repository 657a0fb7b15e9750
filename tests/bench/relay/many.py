"""Sixty viewers on one relay: what gets lost, and what the relay adds to the way of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from tests.bench.relay.load import load
from tests.bench.relay.ways import ours
from tests.bench.relay.window import Window, calls_of
from tests.bench.report import Report, Row

TURNS: Final = 3  # of each, in turn
WINDOW: Final = 6.0  # seconds
SHAPES: Final = ((60, 1), (20, 3))  # streams, viewers of each
GOAL, GOAL_P99 = 1.5, 20.0  # ms


async def run() -> Report:
    straight: list[Window] = []
    relayed: dict[tuple[int, int], list[Window]] = {shape: [] for shape in SHAPES}
    async with load() as peers:
        for _ in range(TURNS):
            straight.append(await calls_of(peers, None, *SHAPES[0], WINDOW))
            for shape, windows in relayed.items():
                windows.append(await calls_of(peers, ours, *shape, WINDOW))
    rows: list[Row] = []
    numbers: dict[str, float] = {}
    for shape, windows in relayed.items():
        report = _report(shape, windows, straight)
        rows += report.rows
        numbers |= report.numbers
    return Report(rows, numbers)


def _report(shape: tuple[int, int], windows: Sequence[Window], straight: Sequence[Window]) -> Report:
    """Medians of the turns: one turn of a busy machine says nothing about a relay."""
    streams, viewers = shape
    name = f"{streams} streams with {viewers} viewer{'s' if viewers > 1 else ''} each"
    lost = sum(one.lost for one in windows)
    busy = median(100 * one.cpu * streams for one in windows)
    middle, late = _delays(windows)
    direct, direct_late = _delays(straight)
    added, added_late = middle - direct, late - direct_late
    rows = [
        Row(
            what=f"{name}: packets lost",
            here=str(lost),
            compared=f"{busy:.0f} % of a core",
            goal="none",
            reached=lost == 0,
        ),
        Row(
            what=f"{name}: frame from encoder to viewer, median / p99",
            here=f"{middle:.2f} / {late:.1f} ms",
            beside=f"{direct:.2f} / {direct_late:.1f} ms (direct)",
            compared=f"{added:.2f} / {added_late:.1f} ms added",
            goal=f"under {GOAL:.1f} / {GOAL_P99:.0f} ms added",
            reached=added < GOAL and added_late < GOAL_P99,
        ),
    ]
    found = {"lost": lost, "cpu_percent": busy, "added_median_ms": added, "p99_ms": late}
    numbers = {f"{streams}x{viewers}_{what}": value for what, value in found.items()}
    return Report(rows, {**numbers, "direct_median_ms": direct, "direct_p99_ms": direct_late})


def _delays(windows: Sequence[Window]) -> tuple[float, float]:
    """(median, p99) in ms."""
    return median(one.delays.median for one in windows), median(one.delays.p99 for one in windows)
