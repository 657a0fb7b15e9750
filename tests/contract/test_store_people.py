"""People, the centres that they work in, their logins and their tickets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from signaling.domain.errors import BadInput, NotAllowed, NotFound
from signaling.domain.ids import fingerprint, new_id
from signaling.domain.records import Passkey, Ticket
from signaling.ports import Bearer, Store
from tests import cast
from tests.cast import ALICE, BOB, MINUTE, NOW, SAMU_54, SAMU_75

ELSEWHERE = cast.user("Alice", SAMU_75, person=ALICE.id, email=ALICE.email, role="supervisor")


def ticket(secret: str, **fields: Any) -> Ticket:
    made: dict[str, Any] = {"id": new_id(NOW), "centre": "", "person": ALICE.id, "kind": "code"}
    made |= {"secret_hash": fingerprint(secret), "created_at": NOW, "expires_at": NOW + 5 * MINUTE}
    return Ticket(**{**made, **fields})


async def test_an_email_address_finds_its_person(store: Store) -> None:
    assert await store.person_by_email("alice@samu54.test") == cast.person(ALICE)
    assert await store.person(ALICE.id) == cast.person(ALICE)
    for unknown in ("nobody@samu54.test", "ALICE@samu54.test", "alice%", "' OR 1=1 --", ""):
        with pytest.raises(NotFound):
            await store.person_by_email(unknown)


async def test_a_person_works_in_several_centres(store: Store) -> None:
    await store.add_user(ELSEWHERE)
    assert list(await store.users_of(ALICE.id)) == [(ALICE, SAMU_54), (ELSEWHERE, SAMU_75)]
    login = cast.login(ELSEWHERE)
    await store.add_login(login)
    bearer = Bearer(login, ELSEWHERE, SAMU_75, cast.person(ALICE), several=True)
    assert await store.signed_in(login.id, NOW) == bearer
    await store.change_user(SAMU_54.id, ALICE.id, lambda user: replace(user, disabled_at=NOW))
    assert not (await store.signed_in(login.id, NOW)).several


async def test_a_name_and_an_address_change_in_all_centres(store: Store) -> None:
    await store.add_user(ELSEWHERE)
    renamed = replace(cast.person(ALICE), name="Alice B.", email="alice@chru.test")
    assert await store.change_person(ALICE.id, lambda person: renamed) == renamed
    named = {(user.name, user.email) for user, _ in await store.users_of(ALICE.id)}
    assert named == {("Alice B.", "alice@chru.test")}
    with pytest.raises(BadInput):
        await store.change_person(ALICE.id, lambda person: replace(person, email=BOB.email))


async def test_a_disabled_person_is_signed_in_nowhere(store: Store) -> None:
    await store.add_user(ELSEWHERE)
    logins = cast.login(ALICE), cast.login(ELSEWHERE)
    for login in logins:
        await store.add_login(login)
    await store.change_person(ALICE.id, lambda person: replace(person, disabled_at=NOW))
    for login in logins:
        with pytest.raises(NotFound):
            await store.signed_in(login.id, NOW)


async def test_all_logins_of_a_person_are_listed_and_revoked_but_for_one(store: Store) -> None:
    await store.add_user(ELSEWHERE)
    here, there, bobs = cast.login(ALICE), cast.login(ELSEWHERE, created_at=NOW + 1), cast.login(BOB)
    half = cast.login(ALICE, waits_for="factor")
    for login in (here, there, bobs, half, cast.login(ALICE, expires_at=NOW)):
        await store.add_login(login)
    await store.saw_login(here.id, NOW + 2)
    seen = replace(here, seen_at=NOW + 2)
    assert list(await store.logins_of(ALICE.id, NOW)) == [(there, SAMU_75), (seen, SAMU_54)]
    await store.revoke_logins_of(ALICE.id, NOW, here.id)
    assert list(await store.logins_of(ALICE.id, NOW)) == [(seen, SAMU_54)]
    assert (await store.signed_in(bobs.id, NOW)).login.id == bobs.id
    with pytest.raises(NotFound):
        await store.signed_in(half.id, NOW)


async def test_a_ticket_is_used_once_however_many_try(store: Store) -> None:
    made = ticket("secret")
    await store.add_tickets(made)
    with pytest.raises(BadInput):
        await store.add_tickets(ticket("secret"))

    def use(found: Ticket) -> Ticket:
        if found.used_at is not None:
            raise NotAllowed("used")
        return replace(found, used_at=NOW)

    tries = [store.change_ticket(made.id, use) for _ in range(10)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, Ticket) for answer in answers) == 1
    assert (await store.ticket("code", made.secret_hash)).used_at == NOW
    with pytest.raises(NotFound):
        await store.ticket("reset", made.secret_hash)


async def test_tickets_that_can_be_used_are_found_by_person_and_kind(store: Store) -> None:
    older, newer = ticket("1", id=new_id(NOW - 1)), ticket("2", id=new_id(NOW))
    await store.add_tickets(
        older,
        newer,
        ticket("3", expires_at=NOW),
        ticket("4", kind="reset"),
        ticket("5", person=BOB.id),
        ticket("6", used_at=NOW),
    )
    assert list(await store.tickets(ALICE.id, "code", NOW)) == [newer, older]
    await store.end_tickets(ALICE.id, "code", NOW)
    assert list(await store.tickets(ALICE.id, "code", NOW)) == []
    assert len(await store.tickets(BOB.id, "code", NOW)) == 1
    await store.forget_tickets(NOW)
    assert (await store.ticket("code", fingerprint("3"))).id
    await store.forget_tickets(NOW + 1)
    for gone in ("3", "6"):
        with pytest.raises(NotFound):
            await store.ticket("code", fingerprint(gone))
    assert len(await store.tickets(BOB.id, "code", NOW)) == 1


def passkey(credential: str, **fields: Any) -> Passkey:
    made: dict[str, Any] = {"id": new_id(NOW), "centre": "", "person": ALICE.id, "credential": credential}
    made |= {"public_key": "a2V5", "sign_count": 0, "name": "YubiKey", "created_at": NOW}
    return Passkey(**{**made, **fields})


async def test_an_rpps_number_finds_its_one_person(store: Store) -> None:
    numbered = await store.change_person(ALICE.id, lambda person: replace(person, rpps="899700218896"))
    assert await store.person_by_rpps("899700218896") == numbered
    with pytest.raises(BadInput):
        await store.change_person(BOB.id, lambda person: replace(person, rpps="899700218896"))
    for unknown in ("", "8997002%", "899700218897"):
        with pytest.raises(NotFound):
            await store.person_by_rpps(unknown)


async def test_passkeys_are_found_by_credential_and_by_person(store: Store) -> None:
    older, newer = passkey("a", id=new_id(NOW - 1)), passkey("b", id=new_id(NOW))
    bobs = passkey("c", person=BOB.id)
    for made in (newer, older, bobs):
        await store.add_passkey(made)
    with pytest.raises(BadInput):
        await store.add_passkey(passkey("a"))
    assert await store.passkey("b") == newer
    with pytest.raises(NotFound):
        await store.passkey("d")
    assert list(await store.passkeys(ALICE.id)) == [older, newer]
    used = await store.change_passkey(newer.id, lambda row: replace(row, sign_count=3, used_at=NOW))
    assert await store.passkey("b") == used
    await store.remove_passkeys(ALICE.id, bobs.id)
    await store.remove_passkeys(ALICE.id, older.id)
    assert list(await store.passkeys(ALICE.id)) == [used]
    await store.remove_passkeys(ALICE.id)
    assert not await store.passkeys(ALICE.id)
    assert list(await store.passkeys(BOB.id)) == [bobs]


async def test_logins_that_ended_long_ago_are_forgotten_and_no_other(store: Store) -> None:
    logins = {
        "expired": cast.login(ALICE, id="expired", expires_at=NOW - 1),
        "revoked": cast.login(ALICE, id="revoked", revoked_at=NOW - 1, expires_at=NOW + 9),
        "newer": cast.login(ALICE, id="newer", expires_at=NOW),
        "held": cast.login(ALICE, id="held", expires_at=NOW + 9),
    }
    for one in logins.values():
        await store.add_login(one)
    await store.forget_logins(NOW)
    for name in ("newer", "held"):
        assert (await store.signed_in(name, NOW - 1)).login == logins[name]
    for name in ("expired", "revoked"):
        await store.add_login(logins[name])  # their ids are free again
