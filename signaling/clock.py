"""The computer's clock."""

from __future__ import annotations

import time


class SystemClock:
    """Implements `signaling.ports.Clock`."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000
