"""`python -m config.backup`: a back-up of the product while it runs, and back (docs/operations.md).

Exit codes: 0 done, 1 refused (the reason is on standard error), 2 wrong arguments or settings.
"""

# ruff: noqa: T201 - a person starts it and reads what it prints
from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from config import log
from config.backup.restoring import Asked, check, restore
from config.backup.taking import take
from config.settings import Settings, SettingsError, read
from console.admin_audit import Broken
from signaling.domain.errors import VisioError
from signaling.store.schema import NotMigrated

REFUSED: Final = 1
MISUSED: Final = 2


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m config.backup", description="Records and files.")
    actions = top.add_subparsers(dest="action", required=True, metavar="ACTION")
    taking = actions.add_parser("take", help="make one, while the product runs")
    checking = actions.add_parser("check", help="read all of one, and say whether it is whole")
    restoring = actions.add_parser("restore", help="put one into an empty machine, before the product starts")
    for action in (taking, checking, restoring):
        action.add_argument("folder", type=Path, metavar="FOLDER")
    erased = restoring.add_mutually_exclusive_group(required=True)
    erased.add_argument(
        "--erasures", type=Path, metavar="FILE", help="lines of the log or of `audit export`, to erase again"
    )
    erased.add_argument("--no-erasures", action="store_true", help="nothing was erased since")
    restoring.add_argument(
        "--other-secret-key", action="store_true", help="go on although SECRET_KEY is another one"
    )
    return top


def main(argv: Sequence[str] | None = None) -> int:
    given = parser().parse_args(argv)
    try:
        settings = read(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return MISUSED
    try:
        for line in _lines(settings, given):
            print(line)
    except Broken as error:
        print(error, file=sys.stderr)
        return REFUSED
    except (VisioError, NotMigrated) as error:
        print(f"Refused: {error}.", file=sys.stderr)
        return REFUSED
    return 0


def _lines(settings: Settings, given: argparse.Namespace) -> Sequence[str]:
    if given.action == "take":
        taken = asyncio.run(take(settings, given.folder))
        rows, files = sum(taken.manifest.counts.values()), len(taken.manifest.files)
        lines = [f"{rows} rows and {files} files of {taken.manifest.taken_at}."]
        return [*lines, *(f"{name} was deleted meanwhile, or is lost" for name in taken.gone)]
    if given.action == "check":
        found = check(settings, given.folder)
        return [f"Whole: {sum(found.counts.values())} rows and {len(found.files)} files of {found.taken_at}."]
    return asyncio.run(restore(settings, Asked(given.folder, given.erasures, given.other_secret_key)))


if __name__ == "__main__":
    log.configure("json", "info")  # on standard error: what a command prints is for scripts
    sys.exit(main())
