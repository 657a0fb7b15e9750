"""Transport-wide congestion control: tells a phone when each of its packets arrived, so that it finds the
bitrate of its line by itself. draft-holmer-rmcat-transport-wide-cc-extensions-01, which every browser speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack

TICK = 0.00025  # seconds of one unit of a delta
REFERENCE = 256  # ticks of one unit of the reference time: 64 ms
SPAN = 400  # packets of one report at most; a longer gap is told from its end only
_LOST, _SMALL, _LARGE = 0, 1, 2


class Arrivals:
    """Arrival times since the last report."""

    def __init__(self) -> None:
        self._times: dict[int, float] = {}  # unwrapped sequence -> seconds
        self._highest = -1
        self._next: int | None = None  # first sequence that no report has spoken of
        self._count = 0

    def add(self, sequences: Sequence[int], now: float) -> None:
        """Packets with these 16-bit numbers arrived at `now`, in seconds of a steady clock."""
        times, highest = self._times, self._highest
        for sequence in sequences:
            if highest < 0:
                highest = sequence + 0x10000  # room for packets that overtook each other at the start
            unwrapped = highest - 0x8000 + (sequence - highest + 0x8000 & 0xFFFF)  # `distance`, written out
            highest = max(highest, unwrapped)
            if unwrapped > highest - SPAN:
                times.setdefault(unwrapped, now)
        self._highest = highest

    def take(self) -> bytes | None:
        """The body of the next report, or None when nothing arrived since the last."""
        if not self._times:
            return None
        times, self._times = self._times, {}
        last = max(times)
        first = min(times) if self._next is None else min(self._next, *times)
        first = max(first, last - SPAN + 1)
        self._next = last + 1
        self._count = (self._count + 1) & 0xFF
        return _body(first, last, times, self._count - 1 & 0xFF)


def _body(first: int, last: int, times: dict[int, float], count: int) -> bytes:
    reference = int(times[min(seq for seq in times if seq >= first)] / TICK) // REFERENCE
    ticks = reference * REFERENCE
    symbols, deltas = [], bytearray()
    for sequence in range(first, last + 1):
        arrived = times.get(sequence)
        if arrived is None:
            symbols.append(_LOST)
            continue
        delta = max(-0x8000, min(round(arrived / TICK) - ticks, 0x7FFF))
        ticks += delta
        small = 0 <= delta <= 0xFF
        symbols.append(_SMALL if small else _LARGE)
        deltas += bytes([delta]) if small else pack("!h", delta)
    head = pack("!HHI", first & 0xFFFF, len(symbols), (reference & 0xFFFFFF) << 8 | count)
    body = head + _chunks(symbols) + bytes(deltas)
    return body + bytes(-len(body) % 4)


def _chunks(symbols: list[int]) -> bytes:
    """Status vector chunks: two bits a symbol, seven symbols a chunk."""
    chunks = bytearray()
    for start in range(0, len(symbols), 7):
        chunk = 0xC000
        for place, symbol in enumerate(symbols[start : start + 7]):
            chunk |= symbol << (12 - 2 * place)
        chunks += pack("!H", chunk)
    return bytes(chunks)
