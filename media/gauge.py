"""Measures what a relay carries: packets, processor time, how late its loop is, what is left of ports."""

from __future__ import annotations

import contextlib
import resource
import time
from pathlib import Path

from media.load import Load
from media.stats import Stats

EVERY = 1.0  # seconds between two measurements
_DESCRIPTORS = Path("/dev/fd")  # of this process; Linux and BSD


class Gauge:
    """Asked at each tick of the relay. `ports`: how many UDP ports there are, None for any."""

    def __init__(self, ports: int | None) -> None:
        self._ports = ports
        self._at = time.monotonic()
        self._cpu = time.process_time()
        self._packets = 0
        self._late: list[float] = []  # seconds, of each tick since the last measurement

    def ticked(self, late: float) -> None:
        """A tick came `late` seconds after it was due."""
        self._late.append(late)

    def is_due(self, now: float) -> bool:
        return now - self._at >= EVERY

    def read(self, now: float, stats: Stats) -> Load:
        """The load since the last reading."""
        counters = stats.counters
        cpu, packets = time.process_time(), counters.packets_in + counters.packets_out
        seconds = now - self._at
        connections = stats.publishers + stats.viewers
        load = Load(
            connections=connections,
            packets=(packets - self._packets) / seconds,
            waiting=stats.waiting,
            cpu=(cpu - self._cpu) / seconds * 100,
            lag=sum(self._late) / max(1, len(self._late)) * 1000,
            descriptors=_descriptors(),
            ports=connections / self._ports if self._ports else 0.0,
        )
        self._at, self._cpu, self._packets = now, cpu, packets
        self._late.clear()
        return load


def _descriptors() -> float:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY:
        with contextlib.suppress(OSError):
            return sum(1 for _ in _DESCRIPTORS.iterdir()) / limit
    return 0.0
