"""The faults in their long form: `scripts/faults [NAME ...]`. Prints what was counted."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from tests.faults import faults
from tests.faults.load import Ledger

Fault = Callable[[Path, argparse.Namespace], Awaitable[Ledger]]
FAULTS: Final[dict[str, Fault]] = {
    "web-killed": lambda folder, given: faults.web_killed(folder, given.times),
    "media-killed": lambda folder, given: faults.media_killed(folder, given.times),
    "redis-away": lambda folder, given: faults.redis_away(folder, given.seconds),
    "postgres-away": lambda folder, given: faults.postgres_away(folder, given.seconds),
    "slow-clients": lambda folder, given: faults.slow_clients(folder, 10 * given.times),
    "disk-full": lambda folder, given: faults.disk_full(folder, given.times),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument("--times", type=int, default=100, help="kills, full disks, tens of slow clients")
    parser.add_argument("--seconds", type=float, default=60, help="that a database is away")
    given = parser.parse_args()
    if unknown := set(given.names) - set(FAULTS):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    print("| fault | acknowledged | lost | refused, by status | unanswered | new session, p95 | minutes |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name in given.names or FAULTS:
        print(asyncio.run(_row(name, given)), flush=True)  # one at a time: they share two cores


async def _row(name: str, given: argparse.Namespace) -> str:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        ledger = await FAULTS[name](Path(folder), given)
    refused = ", ".join(f"{status}: {count}" for status, count in sorted(ledger.refused.items())) or "none"
    minutes = (time.monotonic() - began) / 60
    counts = f"{ledger.acknowledged} | {len(ledger.lost)} | {refused} | {ledger.unanswered}"
    return f"| {name} | {counts} | {1000 * ledger.p95:.0f} ms | {minutes:.1f} |"


if __name__ == "__main__":
    main()
