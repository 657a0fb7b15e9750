"""What is measured while a load runs evenly: the relay's processor time, delays of frames, lost packets."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from time import monotonic
from typing import Final

import msgspec

from tests.bench import proc
from tests.bench.relay.load import Load
from tests.bench.relay.ways import OpenWay, Way
from tests.bench.report import Sample

SETTLE: Final = 2.0  # seconds from the last call's first picture to the window
LEAST_RATE: Final = 25  # of 30 frames a second and viewer: a relay that drops more has it easy
TRIES: Final = 5  # a machine may be too busy with other things


class OverloadedError(Exception):
    """Fewer frames came through than the comparison needs, again and again."""


class Window(msgspec.Struct, frozen=True):
    cpu: float  # of one core, for each stream
    delays: Sample  # of each frame, from its stamp to its last packet
    lost: int  # packets that did not come by themselves, on both legs


async def window(load: Load, way: Way | None, streams: int, viewers: int, lasting: float) -> Window:
    """Of the calls that run, at a moment when the machine has time for them. Raises OverloadedError."""
    least = int(LEAST_RATE * lasting * streams * viewers)
    for _ in range(TRIES):
        found = await _window(load, way, streams, lasting)
        if len(found.delays.values) >= least:
            return found
        print(f"{len(found.delays.values)} frames of {streams} x {viewers}: again", file=sys.stderr)
    raise OverloadedError(f"less than {least} frames of {streams} x {viewers} in {lasting} s")


async def _window(load: Load, way: Way | None, streams: int, lasting: float) -> Window:
    await load.consoles.ask("forget")
    await load.phones.ask("forget")
    began, spent = monotonic(), proc.cpu(way.pid) if way else 0.0
    await asyncio.sleep(lasting)
    spent, lasted = (proc.cpu(way.pid) if way else 0.0) - spent, monotonic() - began
    seen = await load.consoles.ask("seen")
    asked_again = (await load.phones.ask("asked_again"))["packets"]
    return Window(
        cpu=spent / lasted / streams,
        delays=Sample.of(seen["delays"]),
        lost=seen["missed"] - seen["reordered"] + asked_again,
    )


async def calls_of(
    load: Load, open_way: OpenWay | None, streams: int, viewers: int, lasting: float
) -> Window:
    """The window of so many calls, made for it, through a relay started for it (None: without any)."""
    async with AsyncExitStack() as stack:
        way = await stack.enter_async_context(open_way()) if open_way else None
        await load.calls(way, 0, streams, viewers)
        await asyncio.sleep(SETTLE)
        found = await window(load, way, streams, viewers, lasting)
        await load.close()
    return found
