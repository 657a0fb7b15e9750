"""Which packets of a phone are missing, and when to ask for each again."""

from __future__ import annotations

import enum

from media.rtp import distance

RETRY = 0.1  # seconds between two requests for the same packet
TRIES = 8  # then the phone has most likely forgotten it: a keyframe heals the picture
JUMP = 256  # a gap of more packets is a new start, not a loss
MEMORY = 1024  # packets behind the newest that can still be new to us


class Arrival(enum.Enum):
    """What a sequence number means to the stream."""

    NEXT = "next"
    GAP = "gap"  # packets before it are missing: ask for them
    LATE = "late"  # fills a gap
    REPEATED = "repeated"  # we have it, or have given it up
    JUMPED = "jumped"  # the stream starts anew here


class Losses:
    """The list of missing packets of one stream; times in seconds of a steady clock.

    `expected` is the number that follows the newest, -1 before the first. Whoever holds the packet with that
    very number may raise it instead of calling `add`: nearly all packets of a stream take that short way.
    """

    def __init__(self) -> None:
        self.expected = -1
        self._missing: dict[int, tuple[int, float]] = {}  # sequence -> (tries, due); in order of the stream

    def __len__(self) -> int:
        return len(self._missing)

    def add(self, sequence: int, now: float) -> Arrival:
        expected = self.expected
        ahead = distance(sequence, expected) if expected >= 0 else 0
        if -MEMORY <= ahead < 0:
            return Arrival.REPEATED if self._missing.pop(sequence, None) is None else Arrival.LATE
        self.expected = (sequence + 1) & 0xFFFF
        if ahead == 0:
            return Arrival.NEXT
        if not 0 < ahead < JUMP:
            self._missing.clear()
            return Arrival.JUMPED
        for step in range(ahead):
            self._missing[(expected + step) & 0xFFFF] = (0, now)
        while len(self._missing) > JUMP:
            del self._missing[next(iter(self._missing))]
        return Arrival.GAP

    def due(self, now: float) -> list[int]:
        """Packets to ask for now, in order."""
        asked = [sequence for sequence, (_, due) in self._missing.items() if due <= now]
        for sequence in asked:
            self._missing[sequence] = (self._missing[sequence][0] + 1, now + RETRY)
        return asked

    def give_up(self, now: float) -> bool:
        """Forget packets asked for often enough. True when there were any: the picture is broken."""
        hopeless = [seq for seq, (tries, due) in self._missing.items() if tries >= TRIES and due <= now]
        for sequence in hopeless:
            del self._missing[sequence]
        return bool(hopeless)
