"""In a word, whether what calls stand on works."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from signaling.domain.errors import RelayUnavailable, Unavailable
from signaling.ports import CarrierCount, Depths, NodeLoad
from signaling.service.machinery import BUSY, FULL, LASTS, LOOKED_AT, MANY, SOME, Health, Machinery
from tests.cast import NOW, Clock


class Carriers:
    """The part of a store that counts messages."""

    def __init__(self, *counts: CarrierCount, waiting: int = 0) -> None:
        self.counts = counts
        self.waiting = waiting
        self.away = False
        self.asked: list[int] = []

    async def carriers(self, since: int) -> Sequence[CarrierCount]:
        self.asked.append(since)
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("the database went away")
        return self.counts

    async def depths(self, now: int) -> Depths:
        if self.away:
            raise Unavailable("the database went away")
        return Depths(calls=0, messages=self.waiting, uploads=0, audit=0)


class Nodes:
    """The part of a relay that tells of its nodes."""

    def __init__(self, *loads: NodeLoad) -> None:
        self.loads = loads
        self.away = False

    async def nodes(self) -> Sequence[NodeLoad]:
        if self.away:
            raise RelayUnavailable("Redis went away")
        return self.loads


def machinery(store: Carriers, clock: Clock, *missing: str, relay: Nodes | None = None) -> Machinery:
    async def ask() -> tuple[str, ...]:
        return missing

    nodes = relay or Nodes()
    return Machinery(store, nodes, clock, ("store", "relay"), ask)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "health"),
    [
        (CarrierCount("ovh", delivered=9, failed=1), "good"),
        (CarrierCount("ovh", accepted=4, delivered=4, failed=2), "slow"),
        (CarrierCount("ovh", delivered=5, failed=5), "bad"),
        (CarrierCount("ovh", queued=50, failed=2), "unknown"),  # nothing can be told of two
    ],
    ids=["good", "slow", "bad", "few"],
)
async def test_a_carrier_is_as_good_as_its_messages(counts: CarrierCount, health: Health) -> None:
    store = Carriers(counts)
    parts = await machinery(store, Clock()).parts()
    assert [(one.name, one.health) for one in parts] == [
        ("store", "good"),
        ("relay", "good"),
        ("queue", "good"),
        ("ovh", health),
    ]
    assert store.asked == [NOW - LOOKED_AT]


async def test_what_does_not_answer_is_down_and_carriers_are_unknown_without_the_store(clock: Clock) -> None:
    store = Carriers(CarrierCount("ovh", delivered=9))
    asked = machinery(store, clock, "relay")
    await asked.parts()
    store.away = True
    clock.advance(LASTS)
    assert [(one.name, one.health) for one in await asked.parts()] == [
        ("store", "good"),
        ("relay", "bad"),
        ("queue", "unknown"),
        ("ovh", "unknown"),
    ]


def load(share: float, *, alive: bool = True) -> NodeLoad:
    return NodeLoad("a", sessions=3, packets=900.0, cpu=20.0, share=share, alive=alive)


@pytest.mark.parametrize(
    ("node", "health"),
    [
        (load(BUSY - 0.01), "good"),
        (load(BUSY), "slow"),
        (load(FULL), "bad"),
        (load(0.1, alive=False), "bad"),
    ],
    ids=["calm", "busy", "full", "silent"],
)
async def test_a_node_of_the_relay_is_as_good_as_what_it_can_still_carry(
    node: NodeLoad, health: Health, clock: Clock
) -> None:
    relay = Nodes(node)
    asked = machinery(Carriers(), clock, relay=relay)
    (found,) = [one for one in await asked.parts() if one.node]
    assert (found.name, found.health, found.node) == ("a", health, node)
    relay.away = True
    clock.advance(LASTS)
    (found,) = [one for one in await asked.parts() if one.node]
    assert (found.health, found.node) == ("unknown", node)


@pytest.mark.parametrize(("waiting", "health"), [(SOME - 1, "good"), (SOME, "slow"), (MANY, "bad")])
async def test_messages_that_wait_are_told(waiting: int, health: Health, clock: Clock) -> None:
    parts = await machinery(Carriers(waiting=waiting), clock).parts()
    assert [(one.health, one.waiting) for one in parts if one.name == "queue"] == [(health, waiting)]


async def test_whoever_asks_together_gets_one_answer(clock: Clock) -> None:
    store = Carriers(CarrierCount("ovh", delivered=9))
    asked = machinery(store, clock)
    answers = await asyncio.gather(*(asked.parts() for _ in range(10)))
    assert {len(parts) for parts in answers} == {4}
    assert len(store.asked) == 1
