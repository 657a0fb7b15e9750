"""All figures of one process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from signaling.metrics.calls import Calls
from signaling.metrics.complaints import Complaints
from signaling.metrics.machinery import Machinery
from signaling.metrics.traffic import Traffic
from signaling.ports import Depths


class Figures:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.calls = Calls(self.registry)
        self.machinery = Machinery(self.registry)
        self.traffic = Traffic(self.registry)
        self.complaints = Complaints(self.registry)

    def text(self, depths: Depths | None) -> bytes:
        """As Prometheus reads it. `depths`: None while the store can't tell: the last ones stay."""
        if depths is not None:
            self.machinery.waiting(depths)
        return generate_latest(self.registry)
