"""One unbroken stream for a viewer, whatever phones, connections and pages it comes from."""

from __future__ import annotations

import random

from media.rtp import distance

_WRAP = 1 << 16


class Rewriter:
    """Maps sequence numbers and timestamps of the source to those of one viewer, and back.

    Sequence numbers are kept unwrapped inside, so that a number of before the last `restart` is never taken
    for one of after it. `clock`: ticks of the RTP clock in a second, those of every source.
    """

    def __init__(self, clock: int) -> None:
        self._clock = clock
        # In the lower half: a viewer's SRTP can't guess the cycle wrong then (RFC 3711, 3.3.1).
        self._highest = _WRAP + random.randrange(_WRAP // 2)  # noqa: S311
        self._first = self._highest + 1
        self._offset: int | None = None  # viewer's number minus the source's; None: no packet of it yet
        self._timestamp_offset = random.getrandbits(32)
        self._timestamp = 0
        self._at: float | None = None

    def restart(self) -> None:
        """The next packet is the first of another source: it follows the last, later by the time between."""
        self._offset = None

    def map(self, sequence: int, timestamp: int, now: float) -> tuple[int, int] | None:
        """(sequence, timestamp) for the viewer; None for a packet of before the first it got from here."""
        offset = self._offset
        if offset is None:
            offset = self._begin(sequence, timestamp, now)
        highest = self._highest
        mapped = highest - 0x8000 + (sequence + offset - highest + 0x8000 & 0xFFFF)  # `distance`, written out
        timestamp = timestamp + self._timestamp_offset & 0xFFFFFFFF
        if mapped > highest:
            self._highest, self._timestamp, self._at = mapped, timestamp, now
        elif mapped < self._first:
            return None
        return mapped & 0xFFFF, timestamp

    def source(self, sequence: int) -> int | None:
        """The source's number of one the viewer asks for again; None when the source has changed since."""
        if self._offset is None:
            return None
        mapped = self._highest + distance(sequence, self._highest & 0xFFFF)
        return (mapped - self._offset) & 0xFFFF if self._first <= mapped <= self._highest else None

    def timestamp_of(self, timestamp: int) -> int:
        """The viewer's timestamp of a packet of the present source."""
        return (timestamp + self._timestamp_offset) & 0xFFFFFFFF

    def timestamp_at(self, now: float) -> int:
        """Where the viewer's RTP clock stands, for sender reports."""
        since = now - self._at if self._at is not None else 0.0
        return (self._timestamp + int(since * self._clock)) & 0xFFFFFFFF

    def _begin(self, sequence: int, timestamp: int, now: float) -> int:
        self._first = self._highest + 1
        self._offset = offset = self._first - sequence
        if self._at is not None:
            self._timestamp_offset = self.timestamp_at(now) - timestamp
        return offset
