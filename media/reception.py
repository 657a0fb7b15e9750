"""How a stream arrives, for receiver reports. RFC 3550, appendices A.3 and A.8."""

from __future__ import annotations

from media import rtcp
from media.rtp import distance


class Statistics:
    """Of one source; repaired packets don't count, so that the loss told is that of the line."""

    def __init__(self, ssrc: int, sequence: int, clock: int) -> None:
        """`clock`: ticks of its RTP clock in a second."""
        self.ssrc = ssrc
        self._clock = clock
        self.fraction_lost = 0.0  # between the last two reports
        self._base = self._highest = sequence
        self._received = 0
        self._before = (0, 0)  # expected and received at the last report
        self._transit: float | None = None
        self._jitter = 0.0
        self._sender_report = (0, 0.0)  # middle of its NTP time, when it came

    def add(self, sequence: int, timestamp: int, now: float, count: int = 1) -> None:
        """So many packets came together, the last with these numbers: one says all of the jitter."""
        self._received += count
        ahead = distance(sequence, self._highest & 0xFFFF)
        if ahead > 0:
            self._highest += ahead
        transit = now * self._clock - timestamp
        if self._transit is not None:
            # A timestamp that wraps makes one huge difference; it says nothing about the line.
            difference = abs(transit - self._transit)
            if difference < self._clock * 60:
                self._jitter += (difference - self._jitter) / 16
        self._transit = transit

    def heard(self, report: rtcp.SenderReport, now: float) -> None:
        if report.ssrc == self.ssrc:
            self._sender_report = (report.middle_ntp, now)

    def report(self, now: float) -> rtcp.Reception:
        """The report block, and the start of the next interval."""
        expected = self._highest - self._base + 1
        was_expected, was_received = self._before
        self._before = (expected, self._received)
        interval = expected - was_expected
        lost = max(0, interval - (self._received - was_received))
        self.fraction_lost = lost / interval if interval > 0 else 0.0
        middle, at = self._sender_report
        return rtcp.Reception(
            ssrc=self.ssrc,
            fraction_lost=min(int(self.fraction_lost * 256), 255),
            lost=expected - self._received,
            highest=self._highest & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
            middle_ntp=middle,
            delay=int((now - at) * 65536) & 0xFFFFFFFF if middle else 0,
        )
