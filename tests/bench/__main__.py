"""`python -m tests.bench [name ...] [--json FILE]`: measure, print figures with their goals beside.

A missed goal is printed, not an error. Exit code 1: a benchmark could not be measured.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import msgspec

from tests.bench.registry import BENCHMARKS
from tests.bench.report import Report, machine, table
from tests.e2e.browsers import CHROMIUM


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    names = arguments.names or list(BENCHMARKS)
    where = machine(_chromium_version())
    reports = asyncio.run(_measure(names))
    print(f"\n{where}\n\n{table(reports)}")
    if arguments.json:
        numbers = {name: report.numbers for name, report in reports.items()}
        text = msgspec.json.format(msgspec.json.encode({"machine": where, "numbers": numbers}))
        arguments.json.write_bytes(text + b"\n")
    return 0 if len(reports) == len(names) else 1


async def _measure(names: Sequence[str]) -> dict[str, Report]:
    """One after the other. A stop signal unwinds the one that runs, so that its processes end."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    reports = {}
    for name in names:
        began = monotonic()
        try:
            reports[name] = await BENCHMARKS[name]()
        except Exception:
            traceback.print_exc()
        print(f"{name}: {monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return reports


def _chromium_version() -> str:
    said = subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True, check=True).stdout
    return " ".join(said.split()[:2])


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(main())
    sys.exit(1)
