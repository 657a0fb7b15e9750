"""The look-ups that find the centre: by a link, a spoken code, a cookie, an e-mail address."""

from __future__ import annotations

from typing import Literal

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import NotFound
from signaling.domain.records import Invitation, Session
from signaling.ports import Bearer, Change, Store
from tests import cast
from tests.cast import ALICE, BOB, MINUTE, NOW, SAMU_54


async def invited(store: Store, **fields: object) -> tuple[Session, Invitation]:
    session = cast.session()
    invitation = cast.invitation(session, **fields)
    await store.start(session, Change(records=(invitation,)))
    return session, invitation


async def test_a_link_finds_its_invitation(store: Store) -> None:
    session, invitation = await invited(store)
    place = (SAMU_54.id, session.id, invitation.id)
    assert await store.centre_of_token(invitation.token_hash) == place


async def test_a_link_is_found_whatever_became_of_it(store: Store) -> None:
    """The page then says why it can't be used."""
    session, invitation = await invited(store)
    revoked = Change(facts=(facts.InvitationRevoked(invitation=invitation.id), facts.SessionEnded(by=None)))
    await store.change(SAMU_54.id, session.id, lambda room: revoked)
    assert (await store.centre_of_token(invitation.token_hash))[2] == invitation.id
    assert (await store.room(SAMU_54.id, session.id)).invitations[0].revoked_at == NOW


async def test_an_unknown_link_finds_nothing(store: Store) -> None:
    await invited(store)
    with pytest.raises(NotFound):
        await store.centre_of_token("0" * 64)


async def test_a_spoken_code_finds_its_invitation_until_it_expires(store: Store) -> None:
    session, invitation = await invited(store, code_expires_at=NOW + MINUTE)
    place = (SAMU_54.id, session.id, invitation.id)
    assert await store.centre_of_code(invitation.code_hash, NOW + MINUTE - 1) == place
    with pytest.raises(NotFound):
        await store.centre_of_code(invitation.code_hash, NOW + MINUTE)


@pytest.mark.parametrize("fact", ["claimed", "revoked"])
async def test_a_spoken_code_of_a_closed_invitation_finds_nothing(store: Store, fact: str) -> None:
    session, invitation = await invited(store)
    closing: dict[str, facts.AnyFact] = {
        "claimed": facts.LinkClaimed(invitation=invitation.id, participant="p", browser="", language="fr"),
        "revoked": facts.InvitationRevoked(invitation=invitation.id),
    }
    await store.change(SAMU_54.id, session.id, lambda room: Change(facts=(closing[fact],)))
    with pytest.raises(NotFound):
        await store.centre_of_code(invitation.code_hash, NOW)


async def test_a_code_that_fits_two_invitations_opens_neither(store: Store) -> None:
    _, invitation = await invited(store)
    await invited(store, code_hash=invitation.code_hash)
    with pytest.raises(NotFound):
        await store.centre_of_code(invitation.code_hash, NOW)


async def test_a_code_used_long_ago_may_come_again(store: Store) -> None:
    _, expired = await invited(store, code_expires_at=NOW)
    _, fresh = await invited(store, code_hash=expired.code_hash)
    assert (await store.centre_of_code(fresh.code_hash, NOW))[2] == fresh.id


async def test_a_cookie_finds_the_callers_phone(store: Store) -> None:
    session, invitation = await invited(store)
    phone = cast.caller(invitation)
    await store.change(SAMU_54.id, session.id, lambda room: Change(records=(phone,)))
    assert phone.cookie_hash is not None
    assert await store.caller(phone.cookie_hash) == phone
    with pytest.raises(NotFound):
        await store.caller("0" * 64)


async def test_a_regulator_is_no_caller(store: Store) -> None:
    session, invitation = await invited(store)
    regulator = cast.caller(invitation, role="regulator", user=ALICE.id, invitation=None)
    await store.change(SAMU_54.id, session.id, lambda room: Change(records=(regulator,)))
    with pytest.raises(NotFound):
        await store.caller(str(regulator.cookie_hash))


@pytest.mark.parametrize("role", ["caller", "guest"])
async def test_a_guest_who_was_removed_has_no_door_any_more(
    store: Store, role: Literal["caller", "guest"]
) -> None:
    session, invitation = await invited(store, guest="camera" if role == "caller" else "watch")
    guest = cast.caller(invitation, role=role)
    cookie = str(guest.cookie_hash)
    await store.change(SAMU_54.id, session.id, lambda room: Change(records=(guest,)))
    door, other = (store.caller, store.guest) if role == "caller" else (store.guest, store.caller)
    assert await door(cookie) == guest
    with pytest.raises(NotFound):
        await other(cookie)
    removed = facts.GuestRemoved(invitation=invitation.id, by=ALICE.id)
    await store.change(SAMU_54.id, session.id, lambda room: Change(facts=(removed,)))
    with pytest.raises(NotFound):
        await door(cookie)


async def test_a_login_finds_its_user_and_centre(store: Store) -> None:
    login = cast.login(ALICE)
    await store.add_login(login)
    assert await store.signed_in(login.id, NOW) == Bearer(login, ALICE, SAMU_54, cast.person(ALICE))


async def test_a_login_ends_when_it_expires(store: Store) -> None:
    login = cast.login(ALICE, expires_at=NOW + MINUTE)
    await store.add_login(login)
    assert (await store.signed_in(login.id, NOW + MINUTE - 1)).login.id == login.id
    with pytest.raises(NotFound):
        await store.signed_in(login.id, NOW + MINUTE)


async def test_a_revoked_login_ends_at_once_and_no_other(store: Store) -> None:
    desk, laptop = cast.login(ALICE), cast.login(ALICE)
    for login in (desk, laptop):
        await store.add_login(login)
    await store.revoke_login(desk.id, NOW)
    await store.revoke_login("unknown", NOW)
    with pytest.raises(NotFound):
        await store.signed_in(desk.id, NOW)
    assert (await store.signed_in(laptop.id, NOW)).login.id == laptop.id


async def test_all_logins_of_a_user_are_revoked_together(store: Store) -> None:
    desk, laptop, bobs = cast.login(ALICE), cast.login(ALICE), cast.login(BOB)
    for login in (desk, laptop, bobs):
        await store.add_login(login)
    await store.revoke_logins(ALICE.id, NOW)
    for login in (desk, laptop):
        with pytest.raises(NotFound):
            await store.signed_in(login.id, NOW)
    assert (await store.signed_in(bobs.id, NOW)).login.id == bobs.id


async def test_a_disabled_user_is_signed_in_nowhere(store: Store) -> None:
    login = cast.login(ALICE)
    await store.add_login(login)
    await store.change_user(SAMU_54.id, ALICE.id, lambda user: replace(user, disabled_at=NOW))
    with pytest.raises(NotFound):
        await store.signed_in(login.id, NOW)


async def test_an_unknown_login_is_not_signed_in(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.signed_in("0" * 64, NOW)
