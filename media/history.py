"""The last packets of a stream, for viewers that lost one. Memory is bounded by its size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from media.rtp import Packet

SIZE = 1024  # packets: about 7 s at 1.2 Mbit/s, 1.2 MB at most; a power of two, as sequence numbers wrap


class History:
    def __init__(self) -> None:
        self._packets: list[Packet | None] = [None] * SIZE

    def put(self, packets: Iterable[Packet]) -> None:
        kept = self._packets
        for packet in packets:
            kept[packet.sequence % SIZE] = packet

    def before(self, sequence: int, count: int) -> Iterator[Packet]:
        """Those of the `count` packets before that number which are here."""
        for step in range(1, count + 1):
            packet = self.get(sequence - step & 0xFFFF)
            if packet is not None:
                yield packet

    def get(self, sequence: int) -> Packet | None:
        """The packet with that number, if it is still here."""
        packet = self._packets[sequence % SIZE]
        return packet if packet is not None and packet.sequence == sequence else None
