"""How long a simulated phone waits before a try: as the caller's page does, `signaling/client/backoff.js`."""

from __future__ import annotations

import random

_WAITS = (0.0, 0.3, 1.2, 2.7, 4.8)  # seconds
_LONGEST = 7.0


def delay(attempt: int) -> float:
    """Seconds before a try; `attempt` is 0 for the first one after a loss."""
    wait = _WAITS[attempt] if attempt < len(_WAITS) else _LONGEST
    return wait if attempt < 2 else wait + random.random()  # noqa: S311 - spreads phones, hides nothing
