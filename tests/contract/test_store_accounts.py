"""Centres and their users."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from signaling.domain.errors import BadInput, NotFound
from signaling.domain.records import User
from signaling.ports import Store
from tests import cast
from tests.cast import ALICE, BOB, CHARLIE, NOW, SAMU_54, SAMU_75


async def test_centres_and_users_come_by_name(store: Store) -> None:
    assert list(await store.centres()) == [SAMU_54, SAMU_75]
    assert list(await store.users(SAMU_54.id)) == [ALICE, BOB]
    assert list(await store.users(SAMU_75.id)) == [CHARLIE]
    assert await store.centre(SAMU_54.id) == SAMU_54


async def test_an_email_address_belongs_to_one_user_of_all_centres(store: Store) -> None:
    with pytest.raises(BadInput):
        await store.add_user(cast.user("Impostor", SAMU_75, email=ALICE.email))
    assert list(await store.users(SAMU_75.id)) == [CHARLIE]


async def test_a_centre_is_added_once(store: Store) -> None:
    with pytest.raises(BadInput):
        await store.add_centre(SAMU_54)


async def test_a_user_needs_a_centre(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.add_user(cast.user("Nobody", cast.centre("SAMU 00")))


async def test_a_login_needs_a_user_of_its_own_centre(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.add_login(cast.login(cast.user("Nobody", SAMU_54)))
    with pytest.raises(NotFound):
        await store.add_login(cast.login(ALICE, centre=SAMU_75.id))


async def test_a_user_is_changed(store: Store) -> None:
    promoted = replace(ALICE, role="supervisor", email="alice@chru.test")
    assert await store.change_user(ALICE.email, lambda user: promoted) == promoted
    assert await store.user_by_email("alice@chru.test") == promoted
    with pytest.raises(NotFound):
        await store.user_by_email(ALICE.email)


async def test_changes_of_a_user_at_once_all_hold(store: Store) -> None:
    def longer(user: User) -> User:
        return replace(user, name=user.name + "+")

    await asyncio.gather(*(store.change_user(ALICE.email, longer) for _ in range(10)))
    assert (await store.user_by_email(ALICE.email)).name == "Alice++++++++++"


async def test_a_user_does_not_take_anothers_address(store: Store) -> None:
    with pytest.raises(BadInput):
        await store.change_user(ALICE.email, lambda user: replace(user, email=BOB.email))
    assert await store.user_by_email(ALICE.email) == ALICE


async def test_a_user_keeps_their_id_and_centre(store: Store) -> None:
    for other in (replace(ALICE, centre=SAMU_75.id), replace(ALICE, id="other")):
        with pytest.raises(ValueError, match="keeps their id and centre"):
            await store.change_user(ALICE.email, lambda user, other=other: other)  # type: ignore[misc]


async def test_an_unknown_user_is_not_changed(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.change_user("nobody@samu54.test", lambda user: replace(user, disabled_at=NOW))
