"""A relay in figures, as Prometheus reads them: `RelayFigures` is a collector of its client library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from media.relay import EmbeddedRelay
from media.stats import Counters

_PLAIN: Final = {
    "nacked": "Packets that phones were asked for again, at each try",
    "recovered": "Packets that came after they were asked for",
    "repeated": "Packets repeated for viewers that asked",
    "keyframes_asked": "Keyframes that phones were asked for",
    "unconnected": "Connections that did not come about: no path (ICE), or no DTLS",
}


class RelayFigures(Collector):
    def __init__(self, relay: EmbeddedRelay) -> None:
        self._relay = relay

    def collect(self) -> Iterator[Metric]:
        stats = self._relay.stats()
        parties = GaugeMetricFamily("visio_relay_parties", "What the relay serves now", labels=["kind"])
        for kind in ("sessions", "publishers", "viewers", "waiting"):
            parties.add_metric([kind], getattr(stats, kind))
        yield parties
        yield from _counted(stats.counters)
        yield from self._load()

    def describe(self) -> Iterator[Metric]:
        """Nothing: a relay that is not open yet has no figures."""
        yield from ()

    def _load(self) -> Iterator[Metric]:
        capacity = self._relay.counted()
        share = "Share of what the relay can carry that it carries, by its scarcest resource"
        yield GaugeMetricFamily("visio_relay_load", share, value=capacity.share)
        yield GaugeMetricFamily(
            "visio_relay_thins_thumbnails",
            "1 while thumbnails get fewer layers",
            value=float(capacity.thins_thumbnails),
        )
        yield GaugeMetricFamily(
            "visio_relay_lag_seconds", "How late its event loop is on average", value=capacity.load.lag / 1000
        )


def _counted(counters: Counters) -> Iterator[Metric]:
    for what in ("packets", "bytes"):
        both = CounterMetricFamily(f"visio_relay_{what}", f"RTP {what} of pictures", labels=["direction"])
        for direction in ("in", "out"):
            both.add_metric([direction], getattr(counters, f"{what}_{direction}"))
        yield both
    dropped = CounterMetricFamily("visio_relay_dropped", "Datagrams that were dropped", labels=["reason"])
    for name, count in msgspec.structs.asdict(counters).items():
        if name.startswith("dropped_"):
            dropped.add_metric([name.removeprefix("dropped_").removeprefix("by_")], count)
    yield dropped
    for name, help_ in _PLAIN.items():
        yield CounterMetricFamily(f"visio_relay_{name}", help_, value=getattr(counters, name))
