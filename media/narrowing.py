"""A viewer on a narrow line: which packets it gets, and when they leave.

A keyframe that leaves at once overflows the buffers of such a line: most of it is lost, asked for again, and
lost again. So packets wait here and leave at the rate that the line carries.
"""

from __future__ import annotations

from collections import deque

from media.downlink import Downlink
from media.layers import TOP, Thinning
from media.rtp import Packet

PACE = 1.15  # of what the line is believed to carry: who never sends more never learns that it can
BURST = 0.1  # seconds' worth that may leave at once; the relay's tick comes as often
FULL = 2.0  # seconds' worth that wait at most: a keyframe of the poorest line
OVERHEAD = 28  # bytes that IP and UDP put before a packet


class Narrowing:
    """Made when a viewer's line is short first. Times in seconds of a steady clock."""

    def __init__(self, line: Downlink) -> None:
        self._line = line
        self._thinning: Thinning | None = None
        self.is_overrun = False  # what waited came too late: the viewer had better begin anew
        self._queue: deque[Packet] = deque()
        self._waiting = 0  # bytes
        self._room = 0.0  # bytes
        self._at = 0.0

    def thin(self, layer: int) -> None:
        if self._thinning is not None:
            self._thinning.layer = layer
        elif layer < TOP:
            self._thinning = Thinning(layer)

    def take(self, packets: list[Packet], now: float) -> list[Packet]:
        """Those that leave now, as the viewer gets them: numbered without gaps."""
        if self._thinning is not None:
            packets = self._thinning.take(packets)
        if not self.is_overrun:
            self._queue.extend(packets)
            self._waiting += sum(map(_size, packets))
        due = self._due(now)
        if self._line.backlog > FULL:
            self.is_overrun = True
            self._queue.clear()
        return due

    def source(self, number: int) -> int | None:
        """The phone's number of a packet that this viewer knows by that one."""
        return number if self._thinning is None else self._thinning.source(number)

    def repeat(self, packet: Packet, number: int) -> Packet | None:
        """A packet as the viewer knows it; None when too old to tell."""
        return packet if self._thinning is None else self._thinning.repeat(packet, number)

    def _due(self, now: float) -> list[Packet]:
        rate, queue, due = PACE * self._line.carries, self._queue, []
        self._room = min(rate * BURST / 8, self._room + rate * (now - self._at) / 8)
        self._at = now
        while queue and self._room > 0:
            packet = queue.popleft()
            self._waiting -= _size(packet)
            self._room -= _size(packet)
            due.append(packet)
        self._line.backlog = self._waiting * 8 / rate
        return due


def _size(packet: Packet) -> int:
    return len(packet.data) + OVERHEAD
