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


async def test_an_email_address_belongs_to_one_person(store: Store) -> None:
    impostor = cast.user("Impostor", SAMU_75, email=ALICE.email)
    with pytest.raises(BadInput):
        await store.add_user(impostor, cast.person(impostor))
    assert list(await store.users(SAMU_75.id)) == [CHARLIE]


async def test_a_centre_is_added_once(store: Store) -> None:
    with pytest.raises(BadInput):
        await store.add_centre(SAMU_54)


async def test_a_user_needs_a_centre(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.add_user(cast.user("Nobody", cast.centre("SAMU 00"), person=ALICE.id))


async def test_a_login_needs_a_user_of_its_own_centre(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.add_login(cast.login(cast.user("Nobody", SAMU_54)))
    with pytest.raises(NotFound):
        await store.add_login(cast.login(ALICE, centre=SAMU_75.id))


async def test_a_user_is_changed(store: Store) -> None:
    promoted = replace(ALICE, role="supervisor")
    assert await store.change_user(SAMU_54.id, ALICE.id, lambda user: promoted) == promoted
    assert await store.user(SAMU_54.id, ALICE.id) == promoted


async def test_changes_of_a_user_at_once_all_hold(store: Store) -> None:
    def later(user: User) -> User:
        return replace(user, disabled_at=(user.disabled_at or 0) + 1)

    await asyncio.gather(*(store.change_user(SAMU_54.id, ALICE.id, later) for _ in range(10)))
    assert (await store.user(SAMU_54.id, ALICE.id)).disabled_at == 10


async def test_a_user_keeps_their_id_their_centre_and_what_is_the_persons(store: Store) -> None:
    for other in (
        {"centre": SAMU_75.id},
        {"id": "other"},
        {"person": BOB.id},
        {"email": "a@b"},
        {"name": "A"},
    ):
        with pytest.raises(ValueError, match="a user keeps"):
            await store.change_user(
                SAMU_54.id,
                ALICE.id,
                lambda user, other=other: replace(user, **other),  # type: ignore[misc]
            )


async def test_an_unknown_user_is_not_changed(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.change_user(SAMU_54.id, "nobody", lambda user: replace(user, disabled_at=NOW))
