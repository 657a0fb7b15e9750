"""Lighthouse's judgement of the caller's page: `scripts/lighthouse [FOLDER]`. For eyes, not for the suite."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Final

from tests.e2e.browsers import CHROMIUM
from tests.e2e.caller_page.server import running

ROOT: Final = Path(__file__).parents[3]
PROGRAM: Final = ROOT / "var/lighthouse/node_modules/.bin/lighthouse"
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
GOALS: Final = {"performance": 95, "accessibility": 95}
# What a link can lead to by itself; states behind a tap are looked at by axe (test_screens.py).
STATES: Final = ("ready", "claimed", "expired", "revoked", "unknown", "ended", "replaced", "")


async def judged(address: str, report: Path) -> dict[str, int]:
    """Scores from 0 to 100 by category, on Lighthouse's phone profile."""
    command = [
        str(PROGRAM), address, "--quiet", "--output=json", f"--output-path={report}",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]  # fmt: skip
    path = f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"
    program = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, "PATH": path, "CHROME_PATH": CHROMIUM}
    )
    if await program.wait() != 0:
        raise SystemExit(f"Lighthouse could not judge {address}")
    found = json.loads(report.read_text(encoding="utf-8"))["categories"]
    return {name: round(100 * found[name]["score"]) for name in CATEGORIES}


async def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/lighthouse", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var/lighthouse/reports")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    missed = 0
    async with running() as server:
        for state in STATES:
            address = server.link(state, state) if state else f"{server.origin}/j"
            scores = await judged(address, folder / f"{state or 'code'}.json")
            missed += any(scores[name] < goal for name, goal in GOALS.items())
            sys.stdout.write(f"{state or 'code'} {scores}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
