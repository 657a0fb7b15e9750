"""The line to one viewer: what it carries, and how many temporal layers fit on it. Rates in bit/s."""

from __future__ import annotations

import math

from media.layers import TOP

SHARES = (0.4, 0.6, 1.0)  # of a stream's bitrate up to each layer, as libwebrtc allots it (L1T3)
SHORT = 0.85  # below that share of what is sent an estimate that fell means it
FELL = 0.97  # of the estimate before; a smaller step down is noise
FRESH = 2.0  # seconds; estimates that fell longer ago follow what is sent, and rise by 8% a second at most
SPARE = 1.15  # room for repairs, where a line is known to be narrow
LOSS = 0.10  # above, a line carries less than it is sent (as Chromium takes it)
BACKLOG = 0.5  # seconds; the picture is late by that
WARY = 5.0  # seconds after a line was short until we try whether it carries more than its viewer believes
WARIEST = 60.0  # seconds; the wait doubles each time that it did not
STEP = 2.0  # seconds from one layer more to the next
LEAST = 30_000  # bit/s; what any line is taken to carry
ROUND_TRIP = 0.1  # seconds, until the viewer's reports have shown what it is


class Downlink:
    """`layer` is the highest that fits. Times in seconds of a steady clock."""

    def __init__(self, *, is_thumbnail: bool = False) -> None:
        self.is_thumbnail = is_thumbnail
        self.layer = TOP
        self.round_trip = ROUND_TRIP
        self.is_short = False  # it carries less than it is sent
        self.is_narrow = False  # it was short not long ago: its viewer's estimate is its limit
        self.sent = 0.0  # bit/s, of the last second or so
        self.backlog = 0.0  # seconds until what waits for it here has left
        self._limit = math.inf
        self._loss = self._last_loss = 0.0
        self._seen = (0, 0.0)  # octets sent, and when
        self._fell_at = self._short_at = self._climbed_at = self._gives_way_until = -math.inf
        self._wary = WARY

    # ------------------------------------------------------------ what is known
    def limited(self, bitrate: int, now: float) -> None:
        """The viewer's own estimate (REMB)."""
        limit = max(LEAST, bitrate)
        if limit < FELL * self._limit:
            self._fell_at = now
        self._limit = limit

    def reported(self, fraction_lost: float, round_trip: float | None) -> None:
        """A receiver report of the viewer; repaired packets count as lost.

        Loss that one report alone tells of was a cut: less would not have been lost less.
        """
        self._loss, self._last_loss = min(fraction_lost, self._last_loss), fraction_lost
        if round_trip is not None:
            self.round_trip += (round_trip - self.round_trip) / 4

    def measure(self, octets: int, now: float) -> None:
        """`octets` left for it so far. Called about twice a second."""
        before, at = self._seen
        self._seen = (octets, now)
        if not before:
            return
        sent = (octets - before) * 8 / (now - at)
        self.sent += (sent - self.sent) / (2 if self.sent else 1)
        fell = now - self._fell_at < FRESH and self._limit < SHORT * self.sent
        self.is_short = fell or self._loss > LOSS or self.backlog > BACKLOG

    def excuse(self) -> None:
        """Room was made: whether it is short still shows at the next measurement."""
        self.is_short = False

    def conclude(self, now: float) -> None:
        """After each measurement. Twice as wary as before, if it was short soon after we tried more."""
        since = now - self._short_at
        if self.is_short:
            if since > self._wary:
                self._wary = min(WARIEST, 2 * self._wary) if since < 3 * self._wary else WARY
            self._short_at = now
        self.is_narrow = now - self._short_at < self._wary

    @property
    def carries(self) -> float:
        """What is known of its limit; infinite where nothing is."""
        if not self.is_narrow:
            return math.inf
        arriving = self.sent * (1 - self._loss) if self._loss > LOSS else math.inf
        return max(LEAST, min(self._limit, arriving))

    # ------------------------------------------------------------ what follows
    def choose(self, bitrate: float, now: float) -> None:
        """Which layers of a stream of that bitrate fit: fewer at once, one more after a while."""
        if self.is_short:
            self.layer = min(self.layer, self._fitting(bitrate))
        elif self._fits_one_more(bitrate) and now - max(self._short_at, self._climbed_at) > STEP:
            self.layer += 1
            self._climbed_at = now

    def layer_at(self, now: float) -> int:
        return 0 if now < self._gives_way_until else self.layer

    def give_way(self, now: float) -> bool:
        """To the picture beside this thumbnail, for a minute. Whether that makes room that was not there."""
        makes_room = self.layer_at(now) > 0
        self._gives_way_until = now + WARIEST
        return makes_room

    def _fits_one_more(self, bitrate: float) -> bool:
        return self.layer < TOP and self.carries >= SHARES[self.layer + 1] * bitrate

    def _fitting(self, bitrate: float) -> int:
        carries = self.carries
        if carries >= SHORT * bitrate:
            return TOP
        return max((layer for layer in range(TOP) if SPARE * SHARES[layer] * bitrate <= carries), default=0)
