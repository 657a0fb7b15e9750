"""How often something may be done: a bucket of tokens, filled at a steady rate."""

from __future__ import annotations


class Allowance:
    """`rate` a second, `burst` at once. Times in seconds of a steady clock."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = self._left = burst
        self._at = 0.0

    def take(self, now: float, count: int = 1) -> bool:
        """Use it `count` times. False, and nothing is used, when that is too often."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < count:
            return False
        self._left -= count
        return True
