"""What a phone may send: the least of what its own line and its viewers' lines carry. All in bit/s.

A phone that speaks transport-wide congestion control finds the bitrate of its own line better than we
could: for it we only pass on the viewers' limits. For another one we go by the loss we see, as Chromium does.
"""

from __future__ import annotations

FLOOR = 150_000  # below, no picture is worth sending
CEILING = 5_000_000  # above, no phone's camera needs more
SETTLING = 5.0  # seconds; a young viewer's estimate is low and would throttle the phone for nothing
GROWTH = 1.08  # a report, once a limit is lifted


class LossEstimate:
    """What a line carries, by its loss: above 10% less, below 2% more."""

    def __init__(self, start: int) -> None:
        self.bitrate = start

    def update(self, fraction_lost: float) -> None:
        if fraction_lost > 0.10:
            self.bitrate = max(FLOOR, int(self.bitrate * (1 - fraction_lost / 2)))
        elif fraction_lost < 0.02:
            self.bitrate = min(CEILING, int(self.bitrate * GROWTH))


class ViewerLimits:
    """The viewers' limits on one stream, with hysteresis: down at once, up slowly."""

    def __init__(self) -> None:
        self._cap = CEILING

    def cap(self, limits: list[tuple[float, int]], sending: int) -> int:
        """Called at each report. `limits`: (seconds watched, limit) of each viewer; `sending`: the rate now.

        A receiver's estimate follows what it is sent: one above that rate says nothing, one below means it.
        """
        short = [limit for watched, limit in limits if watched > SETTLING and limit < 0.95 * sending]
        wanted = min(short, default=CEILING)
        self._cap = max(FLOOR, min(wanted, int(self._cap * GROWTH)))
        return self._cap
