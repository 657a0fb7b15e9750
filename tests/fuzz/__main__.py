"""Invented input in its long form: `scripts/fuzz [--count 100000] [NAME ...]`. Prints what came of it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from tests.fuzz import guesses, media, routes, sockets
from tests.fuzz.counts import Counts
from tests.fuzz.stage import Visio, visio


async def _routes(count: int, mark: int) -> Counts:
    return await _on_stage(lambda made: asyncio.to_thread(routes.fuzz, made, count, mark))


async def _sockets(count: int, mark: int) -> Counts:
    return await _on_stage(lambda made: sockets.fuzz(made, count, mark))


async def _guesses(count: int, mark: int) -> Counts:
    return await _on_stage(lambda made: guesses.fuzz(made, count, mark))


async def _on_stage(run: Callable[[Visio], Awaitable[Counts]]) -> Counts:
    with tempfile.TemporaryDirectory() as folder:
        async with visio(Path(folder)) as made:
            return await run(made)


FUZZERS: Final[dict[str, Callable[[int, int], Coroutine[Any, Any, Counts]]]] = {
    "routes": _routes,
    "sockets": _sockets,
    "media": media.fuzz,
    "guesses": _guesses,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FUZZERS))
    parser.add_argument("--count", type=int, default=100_000, help="requests, frames, packets: of each")
    parser.add_argument(
        "--mark", type=int, default=0, help="begins the invention: the same again, or another"
    )
    given = parser.parse_args()
    if unknown := set(given.names) - set(FUZZERS):
        parser.error(f"no such fuzzer: {', '.join(sorted(unknown))}")
    faults = [fault for name in given.names or FUZZERS for fault in _run(name, given.count, given.mark)]
    return 1 if faults else 0


def _run(name: str, count: int, mark: int) -> list[str]:
    began = time.monotonic()
    counts = asyncio.run(FUZZERS[name](count, mark))
    minutes = (time.monotonic() - began) / 60
    before, after = counts.memory
    print(f"{name}: {counts.sent} in {minutes:.1f} minutes, {before:.0f} MB before and {after:.0f} MB after")
    for outcome, times in sorted(counts.outcomes.items()):
        print(f"  {outcome}: {times}")
    print(f"  faults: {len(counts.faults)}", *counts.faults, sep="\n    ", flush=True)
    return counts.faults


if __name__ == "__main__":
    sys.exit(main())
