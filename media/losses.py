"""Which packets of a phone are missing, and when to ask for each again.

At once, as long as the line keeps packets in order. Where some overtake others, we first wait as long as
those take that come by themselves. Then again after a round trip, and each time half as late again.
"""

from __future__ import annotations

import enum
import math

import msgspec

from media.rtp import distance

ROUND_TRIP = 0.1  # seconds, until a repair has shown what it is
QUICKEST, SLOWEST = 0.01, 1.0  # seconds; what we believe of a round trip
BACKOFF = 1.5  # a line that lost the repair too is most likely congested
PATIENCE = 0.03  # seconds that we wait for reordered packets at most: a frame's time
TIME = 1.0  # seconds; then a keyframe heals the picture sooner than a repair
JUMP = 256  # a gap of more packets is a new start, not a loss
MEMORY = 1024  # packets behind the newest that can still be new to us


class Arrival(enum.Enum):
    """What a sequence number means to the stream."""

    NEXT = "next"
    GAP = "gap"  # packets before it are missing
    LATE = "late"  # fills a gap
    REPEATED = "repeated"  # we have it, or have given it up
    JUMPED = "jumped"  # the stream starts anew here


class _Missing(msgspec.Struct, gc=False):
    since: float
    due: float  # when to ask next
    tries: int = 0
    asked_at: float = 0.0


class Losses:
    """The list of missing packets of one stream; times in seconds of a steady clock.

    `expected` is the number that follows the newest, -1 before the first. Whoever holds the packet with that
    very number may raise it instead of calling `add`: nearly all packets of a stream take that short way.
    `due_at` says when `due` has something to tell.
    """

    def __init__(self) -> None:
        self.expected = -1
        self.due_at = math.inf
        self._missing: dict[int, _Missing] = {}  # by sequence number, in order of the stream
        self._round_trip = ROUND_TRIP
        self._patience = 0.0

    def __len__(self) -> int:
        return len(self._missing)

    def add(self, sequence: int, now: float, *, is_repair: bool | None = None) -> Arrival:
        """`is_repair`: whether it came because we asked; None where nobody can tell (a phone without RTX)."""
        expected = self.expected
        ahead = distance(sequence, expected) if expected >= 0 else 0
        if -MEMORY <= ahead < 0:
            return self._late(sequence, now, is_repair)
        self.expected = (sequence + 1) & 0xFFFF
        if ahead == 0:
            return Arrival.NEXT
        if not 0 < ahead < JUMP:
            self._missing.clear()
            self.due_at = math.inf
            return Arrival.JUMPED
        due = now + self._patience
        for step in range(ahead):
            self._missing[(expected + step) & 0xFFFF] = _Missing(now, due)
        while len(self._missing) > JUMP:
            del self._missing[next(iter(self._missing))]
        self.due_at = min(self.due_at, due)
        return Arrival.GAP

    def due(self, now: float) -> list[int]:
        """Packets to ask for now, in order."""
        asked = [sequence for sequence, missing in self._missing.items() if missing.due <= now]
        for sequence in asked:
            missing = self._missing[sequence]
            missing.asked_at, missing.due = now, now + self._retry * BACKOFF**missing.tries
            missing.tries += 1
        self._schedule()
        return asked

    def give_up(self, now: float) -> bool:
        """Forget packets asked for long enough. True when there were any: the picture is broken."""
        long_ago = now - max(TIME, 3 * self._retry)
        hopeless = [sequence for sequence, missing in self._missing.items() if missing.since <= long_ago]
        for sequence in hopeless:
            del self._missing[sequence]
        self._schedule()
        return bool(hopeless)

    @property
    def _retry(self) -> float:
        """Seconds from the first request to the second."""
        return 1.25 * self._round_trip + QUICKEST

    def _late(self, sequence: int, now: float, is_repair: bool | None) -> Arrival:
        missing = self._missing.pop(sequence, None)
        if missing is None:
            return Arrival.REPEATED
        if missing.tries > 0 if is_repair is None else is_repair:
            self._patience *= 0.9  # in vain
            if missing.tries == 1:  # of several requests we don't know which was answered
                took = min(max(now - missing.asked_at, QUICKEST), SLOWEST)
                self._round_trip += (took - self._round_trip) / 4
        else:
            self._patience = min(PATIENCE, max(self._patience, 1.25 * (now - missing.since)))
        if not self._missing:
            self.due_at = math.inf
        return Arrival.LATE

    def _schedule(self) -> None:
        self.due_at = min((missing.due for missing in self._missing.values()), default=math.inf)
