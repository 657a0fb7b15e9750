"""When a message that could not leave is tried again."""

from __future__ import annotations

from typing import Final

# A caller waits on the phone: the first tries come while the regulator still looks at the ladder, the last
# outlives a carrier's short outage. After six minutes the regulator has long read the code out.
DELAYS: Final = (2_000, 5_000, 15_000, 60_000, 300_000)  # ms
LONGEST: Final = max(DELAYS)  # no message ever waits for longer


def backoff(tries: int) -> int | None:
    """Milliseconds until the next try after `tries` failed ones (1 or more), None when there is none left."""
    return DELAYS[tries - 1] if 1 <= tries <= len(DELAYS) else None
