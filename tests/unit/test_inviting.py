"""Opening a session and inviting its caller."""

from __future__ import annotations

from typing import Any

import pytest

from signaling.domain import facts, inviting
from signaling.domain.addresses import parse
from signaling.domain.errors import NotAllowed
from signaling.domain.ids import Secrets, fingerprint
from signaling.domain.inviting import Plan
from signaling.domain.records import Invitation, Message, Participant
from signaling.domain.room import Room
from tests import cast
from tests.cast import MINUTE, NOW

SECRETS = Secrets(b"k" * 32)
PLAN = Plan(parse("06 12 34 56 78"), "fr", "outbox", "first", 120 * MINUTE)
SESSION = cast.session()


def first_room() -> Room:
    invitation = inviting.draft(SESSION, PLAN, SECRETS, NOW)
    change = inviting.begin(SESSION, invitation, PLAN, NOW)
    [message] = [row for row in change.records if isinstance(row, Message)]
    return Room(SESSION, (invitation,), (), (message,))


def drafted(plan: Plan) -> Invitation:
    return inviting.draft(SESSION, plan, SECRETS, NOW)


def test_a_session_begins_with_its_invitation_and_its_message() -> None:
    invitation = inviting.draft(SESSION, PLAN, SECRETS, NOW)
    change = inviting.begin(SESSION, invitation, PLAN, NOW)
    assert [type(fact) for fact in change.facts] == [
        facts.SessionStarted,
        facts.InvitationCreated,
        facts.MessageQueued,
    ]
    assert [type(row) for row in change.records] == [Invitation, Message]


def test_neither_token_nor_code_nor_number_is_in_what_is_said() -> None:
    invitation = inviting.draft(SESSION, PLAN, SECRETS, NOW)
    told = repr(inviting.begin(SESSION, invitation, PLAN, NOW).facts)
    for secret in (SECRETS.token(invitation.id), SECRETS.code(invitation.id, 0), "612345678"):
        assert secret not in told
    assert invitation.token_hash == fingerprint(SECRETS.token(invitation.id))


def test_sending_again_keeps_the_link_and_makes_a_fresh_code() -> None:
    room = first_room()
    later = NOW + 11 * MINUTE
    fresh = inviting.renew(room.invitations[0], SECRETS, later, 1)
    change = inviting.send_again(room, fresh, Plan(PLAN.address, "fr", "outbox", "again", 1), later)
    [renewed] = change.updates
    assert isinstance(renewed, Invitation)
    assert renewed.id == room.invitations[0].id
    assert renewed.code_hash != room.invitations[0].code_hash
    assert renewed.code_expires_at > later
    assert [type(fact) for fact in change.facts] == [facts.MessageQueued]


def test_the_same_intent_never_sends_twice() -> None:
    room = first_room()
    [invitation] = room.invitations
    assert inviting.send_again(room, invitation, PLAN, NOW).facts == ()
    assert inviting.invite_other(room, invitation, PLAN, NOW).facts == ()


def test_another_number_revokes_the_invitation_that_nobody_took() -> None:
    room = first_room()
    plan = Plan(parse("alice@example.org"), "fr", "outbox", "other", 1)
    change = inviting.invite_other(room, drafted(plan), plan, NOW)
    assert change.facts[0] == facts.InvitationRevoked(invitation=room.invitations[0].id)
    [session] = change.updates
    assert (session.address, session.channel) == ("alice@example.org", "email")  # type: ignore[attr-defined]


def test_another_number_leaves_the_phone_that_is_connected() -> None:
    room = first_room()
    [invitation] = room.invitations
    phone = cast.caller(invitation)
    taken = cast.invitation(SESSION, id=invitation.id, claimed_by=phone.id, claimed_at=NOW)
    plan = Plan(parse("+33 6 98 76 54 32"), "fr", "outbox", "other", 1)
    told = inviting.invite_other(Room(SESSION, (taken,), (phone,)), drafted(plan), plan, NOW).facts
    assert facts.InvitationRevoked not in {type(fact) for fact in told}


def test_nothing_is_sent_for_a_session_that_has_ended() -> None:
    over = Room(cast.session(ended_at=NOW), first_room().invitations, ())
    for decide in (inviting.send_again, inviting.invite_other):
        with pytest.raises(NotAllowed):
            decide(over, over.invitations[0], Plan(PLAN.address, "fr", "outbox", "again", 1), NOW)


def test_a_fresh_code_is_not_kept_for_an_invitation_taken_meanwhile() -> None:
    room = first_room()
    fresh = inviting.new_code(room.invitations[0], SECRETS, NOW)
    assert inviting.put_code(room, fresh).updates == (fresh,)
    taken = cast.invitation(SESSION, id=fresh.id, claimed_by="phone", claimed_at=NOW)
    assert inviting.put_code(Room(SESSION, (taken,), ()), fresh).updates == ()


def test_nothing_is_sent_by_an_invitation_that_another_replaced_meanwhile() -> None:
    room = first_room()
    stale = room.invitations[0]
    newer = drafted(Plan(parse("alice@example.org"), "fr", "outbox", "other", 1))
    moved = Room(SESSION, (cast.invitation(SESSION, id=stale.id, revoked_at=NOW), newer), ())
    with pytest.raises(NotAllowed):
        inviting.send_again(moved, stale, Plan(PLAN.address, "fr", "outbox", "again", 1), NOW)


# ---------------------------------------------------------------- shown on the caller's own screen
def sharing_room(*shown: Invitation, **fields: Any) -> tuple[Room, Participant]:
    invitation = cast.invitation(SESSION)
    phone = cast.caller(invitation, **fields)
    taken = cast.invitation(SESSION, id=invitation.id, claimed_by=phone.id, claimed_at=NOW)
    return Room(SESSION, (taken, *shown), (phone,)), phone


def test_a_shared_link_lives_a_quarter_of_an_hour_and_has_no_code() -> None:
    room, phone = sharing_room()
    [shared] = inviting.share(room, phone.id, "i" * 32, SECRETS, NOW).records
    assert isinstance(shared, Invitation)
    assert shared.token_hash == fingerprint(SECRETS.token("i" * 32))
    assert (shared.shared_by, shared.expires_at - NOW) == (phone.id, 15 * MINUTE)
    assert (shared.code_hash, shared.code_expires_at) == ("", NOW)


def test_a_second_shared_link_revokes_the_first_and_not_what_was_sent() -> None:
    shown = cast.invitation(SESSION, shared_by="somebody")
    room, phone = sharing_room(shown)
    told = inviting.share(room, phone.id, "i" * 32, SECRETS, NOW).facts
    assert told == (
        facts.InvitationRevoked(invitation=shown.id),
        facts.InvitationShared(invitation="i" * 32, participant=phone.id),
    )


def test_a_shared_link_is_not_the_sessions_and_another_number_does_not_revoke_it() -> None:
    shown = cast.invitation(SESSION, shared_by="somebody")
    room, _ = sharing_room(shown)
    assert inviting.newest_open(room) == room.invitations[0]
    plan = Plan(parse("alice@example.org"), "fr", "outbox", "other", 1)
    assert all(
        not isinstance(fact, facts.InvitationRevoked)
        for fact in inviting.invite_other(room, drafted(plan), plan, NOW).facts
    )


@pytest.mark.parametrize("standing", ["next", "second", "replaced"])
def test_a_phone_that_is_not_the_camera_shares_nothing(standing: str) -> None:
    room, phone = sharing_room(standing=standing)
    with pytest.raises(NotAllowed):
        inviting.share(room, phone.id, "i" * 32, SECRETS, NOW)
