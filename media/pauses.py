"""Python's garbage collector stops everything while it looks through all objects: pictures wait meanwhile."""

from __future__ import annotations

import gc


def spare_the_lasting() -> None:
    """What exists now will last: never look through it again. Call it once, when all is set up.

    Halves the longest delay of a picture (`relay-growth` in `docs/benchmarks.md`).
    """
    gc.collect()
    gc.freeze()
