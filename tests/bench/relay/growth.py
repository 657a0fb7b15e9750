"""From one stream to sixty: processor time and latency of ours and of Janus, as a drawing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from statistics import median
from typing import Final

import msgspec

from tests.bench.drawing import Chart, Line, draw
from tests.bench.relay.compared import JANUS, OURS, WAYS, beside
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import OpenWay
from tests.bench.relay.window import Window, window
from tests.bench.report import Report, Row
from tests.e2e.stage import ROOT

STREAMS: Final = (1, 5, 10, 20, 30, 40, 50, 60)
TURNS: Final = 3  # of each, in turn; their medians count
SETTLE, WINDOW = 1.0, 3.0  # seconds
DRAWING: Final = ROOT / "docs/images/relay-growth.svg"


class Step(msgspec.Struct, frozen=True):
    """At one number of streams."""

    cpu: float  # percent of one core, in all
    median: float  # ms
    p99: float  # ms


async def run() -> Report:
    turns: dict[str, list[list[Step]]] = {name: [] for name in WAYS}
    async with load() as peers:
        for _ in range(TURNS):
            for name, open_way in WAYS.items():
                turns[name].append(await _grow(peers, open_way))
    found = {name: [_middle(steps) for steps in zip(*runs, strict=True)] for name, runs in turns.items()}
    DRAWING.write_text(_drawing(found), encoding="utf-8")
    return _report(found)


async def _grow(peers: Load, open_way: OpenWay) -> list[Step]:
    steps, before = [], 0
    async with open_way() as way:
        for streams in STREAMS:
            await peers.calls(way, before, streams)
            await asyncio.sleep(SETTLE)
            steps.append(_step(await window(peers, way, streams, 1, WINDOW), streams))
            before = streams
        await peers.close()
    return steps


def _step(found: Window, streams: int) -> Step:
    return Step(100 * found.cpu * streams, found.delays.median, found.delays.p99)


def _middle(steps: tuple[Step, ...]) -> Step:
    return Step(*(median(getattr(step, name) for step in steps) for name in Step.__struct_fields__))


def _drawing(found: Mapping[str, list[Step]]) -> str:
    def lines(name: str) -> list[Line]:
        return [Line(way, [getattr(step, name) for step in steps]) for way, steps in found.items()]

    return draw(
        "From 1 to 60 streams with one viewer each",
        STREAMS,
        [
            Chart("Processor time, % of a core", lines("cpu")),
            Chart("Delay of a frame, median, ms", lines("median")),
            Chart("Delay of a frame, p99, ms", lines("p99")),
        ],
    )


def _report(found: Mapping[str, list[Step]]) -> Report:
    rows = []
    for at in (0, STREAMS.index(20), len(STREAMS) - 1):
        steps = {name: all_steps[at] for name, all_steps in found.items()}
        rows.append(
            Row(
                what=f"streams: {STREAMS[at]}; CPU in all; delay of a frame, median / p99",
                here=_cell(steps[OURS]),
                beside=beside(steps, _cell),
                compared=f"{steps[OURS].cpu / steps[JANUS].cpu:.2f} times the CPU of Janus",
            )
        )
    numbers = {
        f"{name}_{streams}_{field}": getattr(step, field)
        for name, steps in found.items()
        for streams, step in zip(STREAMS, steps, strict=True)
        for field in Step.__struct_fields__
    }
    return Report(rows, numbers)


def _cell(step: Step) -> str:
    return f"{step.cpu:.1f} % of a core; {step.median:.1f} / {step.p99:.1f} ms"
