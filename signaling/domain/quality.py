"""How good the picture was: what phones measure of their own sending, kept by stretches of ten seconds."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

import msgspec

from signaling.domain.records import Record

STRETCH: Final = 10_000  # ms


class Measured(msgspec.Struct, frozen=True):
    """What a phone measured at one moment, or the medians of some such moments."""

    bitrate: float  # kbit/s
    frames: float  # a second
    loss: float  # share of the packets, 0 to 1
    round_trip: float | None = None  # ms; None: not measured


class Quality(Record, frozen=True):
    """Of one phone, ten seconds long or less; medians, as in `Measured`."""

    session: str
    participant: str
    at: int  # of its beginning
    bitrate: float
    frames: float
    loss: float
    round_trip: float | None = None


def medians(of: Sequence[Measured | Quality]) -> Measured:
    """Of one at least."""
    trips = [one.round_trip for one in of if one.round_trip is not None]
    return Measured(
        bitrate=median(one.bitrate for one in of),
        frames=median(one.frames for one in of),
        loss=median(one.loss for one in of),
        round_trip=median(trips) if trips else None,
    )


def summary(of: Sequence[Quality]) -> Measured | None:
    """Of the time in which a picture was sent; None when there was none, or nothing was measured."""
    sent = [one for one in of if one.bitrate > 0]
    return medians(sent) if sent else None


class Stretches:
    """Gathers what phones measure until ten seconds of one are together, or it is asked for."""

    def __init__(self, most_phones: int) -> None:
        self._most = most_phones
        self._open: dict[tuple[str, str, str], tuple[int, list[Measured]]] = {}
        self._done: list[tuple[tuple[str, str, str], int, Measured]] = []

    def add(self, key: tuple[str, str, str], at: int, measured: Measured) -> None:
        """`key`: centre, session, participant."""
        began, gathered = self._open.get(key, (at, []))
        if gathered and not began <= at < began + STRETCH:
            self._close(key)
            began, gathered = at, []
        if key not in self._open and len(self._open) >= self._most:
            self._close(next(iter(self._open)))
        self._open[key] = (began, [*gathered, measured])

    def take(self, now: int) -> list[tuple[tuple[str, str, str], int, Measured]]:
        """What is together by now: key, beginning, medians. It is gone from here."""
        for key, (began, _) in list(self._open.items()):
            if not began <= now < began + STRETCH:
                self._close(key)
        done, self._done = self._done, []
        return done

    def _close(self, key: tuple[str, str, str]) -> None:
        began, gathered = self._open.pop(key)
        self._done.append((key, began, medians(gathered)))
