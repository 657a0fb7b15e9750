"""The keys of centres' files: kept in order, one in use, changed by one process at a time."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from signaling.domain.errors import NotFound
from signaling.domain.records import CentreKey
from signaling.ports import Store
from tests.cast import NOW, SAMU_54, SAMU_75

OURS = SAMU_54.id


def key(letter: str, centre: str = OURS) -> CentreKey:
    return CentreKey(id=letter * 32, centre=centre, wrapped=f"sealed {letter}", master="mark", created_at=NOW)


async def test_keys_are_listed_oldest_first_with_the_retired_ones(store: Store) -> None:
    for one in (key("b"), key("a"), key("c", SAMU_75.id)):
        await store.add_centre_key(one)
    retired = await store.change_centre_key(OURS, "a" * 32, lambda one: replace(one, retired_at=NOW))
    assert retired == replace(key("a"), retired_at=NOW)
    assert list(await store.centre_keys(OURS)) == [retired, key("b")]


async def test_of_first_keys_that_come_at_once_one_is_kept(store: Store) -> None:
    await asyncio.gather(*(store.add_centre_key(key(letter), if_none=True) for letter in "abcdef"))
    (kept,) = await store.centre_keys(OURS)
    await store.change_centre_key(OURS, kept.id, lambda one: replace(one, retired_at=NOW))
    await store.add_centre_key(key("0"), if_none=True)
    assert {one.id for one in await store.centre_keys(OURS)} == {kept.id, "0" * 32}


async def test_an_unknown_centre_or_key_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.add_centre_key(key("a", "0" * 32))
    with pytest.raises(NotFound):
        await store.change_centre_key(OURS, "a" * 32, lambda one: one)
    await store.add_centre_key(key("a"))
    with pytest.raises(ValueError, match="keeps its id"):
        await store.change_centre_key(OURS, "a" * 32, lambda one: replace(one, centre=SAMU_75.id))
