"""Transport-wide congestion control: tells a phone when each of its packets arrived, so that it finds the
bitrate of its line by itself. draft-holmer-rmcat-transport-wide-cc-extensions-01, which every browser speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack

TICK = 0.00025  # seconds of one unit of a delta
REFERENCE = 256  # ticks of one unit of the reference time: 64 ms
SPAN = 400  # packets of one report at most; a longer gap is told from its end only
VECTOR = 7  # symbols of a status vector chunk
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
    symbols, deltas = bytearray(), bytearray()
    for sequence in range(first, last + 1):
        arrived = times.get(sequence)
        if arrived is None:
            symbols.append(_LOST)
            continue
        delta = int(arrived / TICK + 0.5) - ticks
        if 0 <= delta <= 0xFF:
            symbols.append(_SMALL)
            deltas.append(delta)
        else:
            delta = max(-0x8000, min(delta, 0x7FFF))
            symbols.append(_LARGE)
            deltas += pack("!h", delta)
        ticks += delta
    head = pack("!HHI", first & 0xFFFF, len(symbols), (reference & 0xFFFFFF) << 8 | count)
    body = head + _chunks(bytes(symbols)) + bytes(deltas)
    return body + bytes(-len(body) % 4)


def _chunks(symbols: bytes) -> bytes:
    """A run-length chunk where one symbol is repeated long enough, else a vector of seven of two bits."""
    chunks = bytearray()
    while symbols:
        rest = symbols.lstrip(symbols[:1])
        if (run := len(symbols) - len(rest)) >= VECTOR or not rest:
            chunk = symbols[0] << 13 | run
        else:
            chunk, vector, rest = 0xC000, symbols[:VECTOR], symbols[VECTOR:]
            for place, symbol in enumerate(vector):
                chunk |= symbol << (12 - 2 * place)
        chunks += pack("!H", chunk)
        symbols = rest
    return bytes(chunks)
