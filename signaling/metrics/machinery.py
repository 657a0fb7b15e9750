"""The machinery in figures: transactions of the database, refusals of limits, how late the event loop is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from signaling.domain.throttle import Limit
from signaling.ports import Limiter
from signaling.ports.store import Depths

Kind = TypeVar("Kind")
Found = TypeVar("Found")

LOOK_EVERY: Final = 0.5  # seconds
_TRANSACTIONS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
_LAGS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)  # seconds


class Machinery:
    """`transaction` and `limiter` are for the adapters, `measure_lag` runs for ever."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._transactions = Histogram(
            "visio_database_seconds",
            "Transactions of the database",
            ["kind"],
            buckets=_TRANSACTIONS,
            registry=registry,
        )
        self._errors = Counter(
            "visio_database_errors", "Transactions that did not come about", ["kind"], registry=registry
        )
        self._refusals = Counter(
            "visio_limit_refusals", "Tries that a limit refused", ["limit"], registry=registry
        )
        self._lag = Histogram(
            "visio_event_loop_lag_seconds",
            "How much later than asked for the event loop woke",
            buckets=_LAGS,
            registry=registry,
        )
        self._inspections = Gauge(
            "visio_inspections", "Files that are being looked at, or wait for it", registry=registry
        )
        self._running = Gauge(
            "visio_calls_running", "Calls that have not ended, in the database", registry=registry
        )
        self._depths = Gauge("visio_queue_depth", "What waits, in the database", ["queue"], registry=registry)

    def transaction(self, kind: Literal["read", "write"], seconds: float, *, failed: bool) -> None:
        self._transactions.labels(kind).observe(seconds)
        if failed:
            self._errors.labels(kind).inc()

    def limiter(self, limit: Limit, limiter: Limiter) -> Limiter:
        """The same limiter, whose refusals are counted."""
        return _Counted(limiter, self._refusals.labels(limit.name))

    def inspected(
        self, inspect: Callable[[Kind, bytes], Awaitable[Found]]
    ) -> Callable[[Kind, bytes], Awaitable[Found]]:
        """The same inspection, whose files are counted while they are here."""

        async def counted(kind: Kind, data: bytes) -> Found:
            with self._inspections.track_inprogress():
                return await inspect(kind, data)

        return counted

    def waiting(self, depths: Depths) -> None:
        self._running.set(depths.calls)
        self._depths.labels("messages").set(depths.messages)
        self._depths.labels("uploads").set(depths.uploads)
        self._depths.labels("audit").set(depths.audit)

    async def measure_lag(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            slept_at = clock()
            await asyncio.sleep(LOOK_EVERY)
            self._lag.observe(max(0.0, clock() - slept_at - LOOK_EVERY))


class _Counted:
    """Implements `signaling.ports.Limiter`."""

    def __init__(self, limiter: Limiter, refusals: Counter) -> None:
        self._limiter = limiter
        self._refusals = refusals

    async def hit(self, key: str) -> None:
        await self._limiter.hit(key)

    async def wait(self, key: str) -> float:
        seconds = await self._limiter.wait(key)
        if seconds > 0:
            self._refusals.inc()
        return seconds
