"""Thousands of calls made and ended: nothing of them may stay in the relay's process."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from tests.bench import proc
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import Served, ours
from tests.bench.report import Report, Row

FIRST, CALLS = 500, 2000  # those before fill caches and pools, and nobody counts them
GROWTH_GOAL: Final = 2.0  # MB; 1 KB a call
CLOSED_WITHIN: Final = 20.0  # seconds from the end of the last call to its last socket


class Held(msgspec.Struct, frozen=True):
    """By the relay's process."""

    memory: float  # MB
    objects: int  # of Python
    tasks: int
    descriptors: int


async def run() -> Report:
    async with load() as peers, ours() as way:
        idle = await _held(way)
        await _calls(peers, way, 0, FIRST)
        before = await _settled(way, idle)
        await _calls(peers, way, FIRST, FIRST + CALLS)
        after = await _settled(way, idle)
    return _report(before, after)


async def _calls(peers: Load, way: Served, first: int, last: int) -> None:
    """One after the other, each with a picture. By turns the relay ends them, or the peers leave first."""
    for number in range(first, last):
        await peers.calls(way, number, number + 1)
        if number % 2:
            await peers.close()
        await way.end(f"session {number}")
        if not number % 2:
            await peers.close()


async def _settled(way: Served, idle: Held) -> Held:
    """Once the last connections are closed, or have had their time."""
    deadline = asyncio.get_running_loop().time() + CLOSED_WITHIN
    while True:
        held = await _held(way)
        done = held.tasks <= idle.tasks and held.descriptors <= idle.descriptors
        if done or asyncio.get_running_loop().time() > deadline:
            return held
        await asyncio.sleep(0.2)


async def _held(way: Served) -> Held:
    told = await way.held()
    return Held(proc.memory(way.pid), told["objects"], told["tasks"], proc.descriptors(way.pid))


def _report(before: Held, after: Held) -> Report:
    grown = after.memory - before.memory
    counts = (after.tasks - before.tasks, after.descriptors - before.descriptors)
    rows = [
        Row(
            what=f"memory of the relay's process after {CALLS} more calls (RSS)",
            here=f"{after.memory:.1f} MB",
            beside=f"{before.memory:.1f} MB after {FIRST} calls",
            compared=f"{grown:+.1f} MB",
            goal=f"at most {GROWTH_GOAL:.0f} MB more",
            reached=grown <= GROWTH_GOAL,
        ),
        Row(
            what="the same for tasks, sockets and other descriptors; objects of Python",
            here=f"{after.tasks}, {after.descriptors}; {after.objects}",
            beside=f"{before.tasks}, {before.descriptors}; {before.objects}",
            compared=f"{counts[0]:+d}, {counts[1]:+d}; {after.objects - before.objects:+d}",
            goal="no more tasks and sockets",
            reached=max(counts) <= 0,
        ),
    ]
    numbers = {f"before_{name}": value for name, value in msgspec.structs.asdict(before).items()}
    return Report(
        rows, numbers | {f"after_{name}": value for name, value in msgspec.structs.asdict(after).items()}
    )
