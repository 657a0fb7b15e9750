"""In a word, whether what calls stand on works."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from signaling.domain.errors import Unavailable
from signaling.ports import CarrierCount
from signaling.service.machinery import LASTS, LOOKED_AT, Health, Machinery
from tests.cast import NOW, Clock


class Carriers:
    """The part of a store that counts messages."""

    def __init__(self, *counts: CarrierCount) -> None:
        self.counts = counts
        self.away = False
        self.asked: list[int] = []

    async def carriers(self, since: int) -> Sequence[CarrierCount]:
        self.asked.append(since)
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("the database went away")
        return self.counts


def machinery(store: Carriers, clock: Clock, *missing: str) -> Machinery:
    async def ask() -> tuple[str, ...]:
        return missing

    return Machinery(store, clock, ("store", "relay"), ask)  # type: ignore[arg-type]


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
        ("ovh", "unknown"),
    ]


async def test_whoever_asks_together_gets_one_answer(clock: Clock) -> None:
    store = Carriers(CarrierCount("ovh", delivered=9))
    asked = machinery(store, clock)
    answers = await asyncio.gather(*(asked.parts() for _ in range(10)))
    assert {len(parts) for parts in answers} == {3}
    assert len(store.asked) == 1
