"""Datagrams on their way out: now or never, and those of one size in one call.

With UDP_SEGMENT the kernel cuts one buffer into datagrams at the end of its path and not at the start: five
packets of a frame then cost it little more than one (udp(7); measured in `docs/benchmarks.md`).
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence
from functools import cache
from struct import pack

UDP_SEGMENT = 103  # linux/udp.h; Python has no name for it


def runs(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """How packets that lie one behind the other leave: (bytes of a segment, bytes in all) of each call.

    All segments of a call have one size; the last may be smaller.
    """
    segment = total = 0
    for size in sizes:
        if total and (size > segment or total % segment):
            yield segment, total
            total = 0
        if not total:
            segment = size
        total += size
    yield segment, total


def send(sock: socket.socket, address: tuple[str, int], data: memoryview, segment: int) -> None:
    """Send `data` as datagrams of `segment` bytes each, or as the one datagram it is."""
    with contextlib.suppress(OSError):
        if not 0 < segment < len(data):
            sock.sendto(data, address)
            return
        try:
            sock.sendmsg([data], _segmented(segment), 0, address)
        except BlockingIOError:
            return
        except OSError:  # a device or a path that can't: one by one
            for start in range(0, len(data), segment):
                sock.sendto(data[start : start + segment], address)


@cache
def _segmented(size: int) -> list[tuple[int, int, bytes]]:
    """Ancillary data of a call that sends several datagrams (udp(7), linux/udp.h)."""
    return [(socket.IPPROTO_UDP, UDP_SEGMENT, pack("=H", size))]
