"""Which packets a viewer is sent again: not twice within a round trip, and no more than its line takes.

On a full line each repeated packet pushes another one out, which is then asked for too.
"""

from __future__ import annotations

import math

from media.downlink import Downlink

BURST = 128 * 1024  # bytes at once: a large keyframe
SHARE = 0.5  # of what a viewer is sent may be repeated; a lever for a flood is no more than that
LEAST = 400_000  # bit/s
NARROW_BURST = 8 * 1024  # bytes at once on a line that is short
NARROW_SHARE = 0.25  # of what a short line carries
ON_ITS_WAY = 0.25  # seconds; a viewer that asks again after that long may have lost the repair too
MEMORY = 512  # packets repeated last


class Repeats:
    """Times in seconds of a steady clock."""

    def __init__(self, line: Downlink) -> None:
        self._line = line
        self._last: dict[int, float] = {}  # sequence -> when it was repeated
        self.refused = 0  # for want of room, since somebody set it to 0
        self._room = float(BURST)  # bytes
        self._at = 0.0

    def allow(self, sequence: int, size: int, now: float) -> bool:
        self._refill(now)
        if now - self._last.get(sequence, -math.inf) < min(0.8 * self._line.round_trip, ON_ITS_WAY):
            return False
        if self._room < size:
            self.refused += 1
            return False
        self._room -= size
        self._last.pop(sequence, None)
        self._last[sequence] = now
        if len(self._last) > MEMORY:
            del self._last[next(iter(self._last))]
        return True

    def _refill(self, now: float) -> None:
        line = self._line
        if line.is_narrow:
            rate, burst = NARROW_SHARE * line.carries, NARROW_BURST
        else:
            rate, burst = max(LEAST, SHARE * line.sent), BURST
        self._room = min(float(burst), self._room + rate * (now - self._at) / 8)
        self._at = now
