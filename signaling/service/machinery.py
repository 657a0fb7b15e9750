"""Whether what calls stand on works: the store, the bus, the relay and each of its nodes, the files, each
carrier, and the messages that wait for one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec

from signaling.domain.errors import Unavailable
from signaling.ports import CarrierCount, Clock, NodeLoad, Relay, Store

LOOKED_AT: Final = 15 * 60_000  # ms of messages
LASTS: Final = 5_000  # ms that an answer counts, whoever asks
FEW: Final = 3  # messages, of which nothing can be told
BAD, SLOW = 0.5, 0.2  # share that failed, from which on a carrier is so
FULL, BUSY = 1.0, 0.85  # share of what a node can carry: further viewers, and new calls go elsewhere
MANY, SOME = 50, 10  # messages that are due and have not left: a courier sends several a second

Health = Literal["good", "slow", "bad", "unknown"]


class PartHealth(msgspec.Struct, frozen=True):
    """`carrier`: its messages, None for what is no carrier. `node`: what it carries, None for what is no
    node of the relay. `waiting`: messages that are due, None for what is no queue."""

    name: str
    health: Health
    carrier: CarrierCount | None = None
    node: NodeLoad | None = None
    waiting: int | None = None


class Machinery:
    """`missing`: of `parts`, those that do not answer now."""

    def __init__(
        self,
        store: Store,
        relay: Relay,
        clock: Clock,
        parts: tuple[str, ...],
        missing: Callable[[], Awaitable[tuple[str, ...]]],
    ) -> None:
        self._store = store
        self._relay = relay
        self._clock = clock
        self._names = parts
        self._missing = missing
        self._asking = asyncio.Lock()
        self._asked_at: int | None = None
        self._parts: tuple[PartHealth, ...] = ()

    async def parts(self) -> tuple[PartHealth, ...]:
        """Never raises: what can't be told is unknown, or bad."""
        async with self._asking:
            now = self._clock.now()
            if self._asked_at is None or not 0 <= now - self._asked_at < LASTS:
                missing = await self._missing()
                own = [PartHealth(name, "bad" if name in missing else "good") for name in self._names]
                self._parts = (
                    *own,
                    *await self._nodes(),
                    *await self._queue(now),
                    *await self._carriers(now),
                )
                self._asked_at = now
            return self._parts

    async def _nodes(self) -> list[PartHealth]:
        try:
            return [_node(one) for one in await self._relay.nodes()]
        except Unavailable:
            return [PartHealth(one.name, "unknown", node=one.node) for one in self._parts if one.node]

    async def _queue(self, now: int) -> list[PartHealth]:
        try:
            waiting = (await self._store.depths(now)).messages
        except Unavailable:
            return [PartHealth("queue", "unknown")]
        health: Health = "bad" if waiting >= MANY else "slow" if waiting >= SOME else "good"
        return [PartHealth("queue", health, waiting=waiting)]

    async def _carriers(self, now: int) -> list[PartHealth]:
        try:
            return [_carrier(one) for one in await self._store.carriers(now - LOOKED_AT) if one.provider]
        except Unavailable:
            return [PartHealth(one.name, "unknown", one.carrier) for one in self._parts if one.carrier]


def _node(of: NodeLoad) -> PartHealth:
    health: Health = "bad" if not of.alive or of.share >= FULL else "slow" if of.share >= BUSY else "good"
    return PartHealth(of.name, health, node=of)


def _carrier(of: CarrierCount) -> PartHealth:
    told = of.accepted + of.delivered + of.failed
    share = of.failed / told if told else 0.0
    health: Health = "bad" if share >= BAD else "slow" if share >= SLOW else "good"
    return PartHealth(of.provider, health if told >= FEW else "unknown", of)
