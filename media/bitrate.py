"""What a phone may send: the least of what its own line and its viewers' lines carry. All in bit/s.

A phone that speaks transport-wide congestion control finds the bitrate of its own line better than we
could: for it we only pass on the viewers' limits. For another one we go by the loss we see, as Chromium does.
"""

from __future__ import annotations

from collections.abc import Sequence

from media.downlink import SHARES, Downlink
from media.layers import TOP

FLOOR = 150_000  # below, no picture is worth sending
CEILING = 5_000_000  # above, no phone's camera needs more
GROWTH = 1.08  # a report, once a limit is lifted
THUMBNAIL = 250_000  # of a stream that is only seen small
MARGIN = 0.9  # of a narrow line for the lowest layer; the rest is for repairs and keyframes


class LossEstimate:
    """What a line carries, by its loss: above 10% less, below 2% more."""

    def __init__(self, start: int) -> None:
        self.bitrate = start

    def update(self, fraction_lost: float) -> None:
        if fraction_lost > 0.10:
            self.bitrate = max(FLOOR, int(self.bitrate * (1 - fraction_lost / 2)))
        elif fraction_lost < 0.02:
            self.bitrate = min(CEILING, int(self.bitrate * GROWTH))


class Allocation:
    """Of one stream: the phone's limit for its viewers' sake, and the layers that each of them gets.

    The limit goes down at once and up slowly. Without layers it is that of the narrowest line. With layers it
    is that of the widest one, unless not even the lowest layer would fit on the narrowest. Thumbnails have no
    say in it, unless nobody sees more of it: then the phone is asked for no more than they need.
    """

    def __init__(self) -> None:
        self.limit = CEILING
        self._sending = 0.0
        self._is_small = False

    def settle(self, lines: Sequence[Downlink], sending: int, now: float, *, layered: bool) -> None:
        """Called at each report. `sending`: what the phone sends now. `layered`: whether it sends layers."""
        self._sending += (sending - self._sending) / 2
        pictures = [line for line in lines if not line.is_thumbnail]
        narrow = [line.carries for line in pictures if line.is_narrow]
        if layered:
            widest = max((line.carries for line in pictures), default=CEILING)
            wanted = min(widest, *(MARGIN / SHARES[0] * carries for carries in narrow), CEILING)
        else:
            wanted = min(narrow, default=CEILING)
        was_small, self._is_small = self._is_small, bool(lines) and not pictures
        if self._is_small:
            wanted = THUMBNAIL
        growing = CEILING if was_small and not self._is_small else self.limit * GROWTH
        self.limit = max(FLOOR, int(min(wanted, growing, CEILING)))
        for line in lines:
            if layered:
                line.choose(min(self._sending, self.limit), now)
            else:
                line.layer = TOP
