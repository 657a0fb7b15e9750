"""Opening a session and inviting its caller."""

from __future__ import annotations

import pytest

from signaling.domain import facts, inviting
from signaling.domain.addresses import parse
from signaling.domain.errors import NotAllowed
from signaling.domain.ids import Secrets, fingerprint
from signaling.domain.inviting import Plan
from signaling.domain.records import Invitation, Message
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
    change = inviting.send_again(room, Plan(PLAN.address, "fr", "outbox", "again", 1), SECRETS, later)
    [renewed] = change.updates
    assert isinstance(renewed, Invitation)
    assert renewed.id == room.invitations[0].id
    assert renewed.code_hash != room.invitations[0].code_hash
    assert renewed.code_expires_at > later
    assert [type(fact) for fact in change.facts] == [facts.MessageQueued]


def test_the_same_intent_never_sends_twice() -> None:
    room = first_room()
    assert inviting.send_again(room, PLAN, SECRETS, NOW).facts == ()
    assert inviting.invite_other(room, PLAN, SECRETS, NOW).facts == ()


def test_another_number_revokes_the_invitation_that_nobody_took() -> None:
    room = first_room()
    plan = Plan(parse("alice@example.org"), "fr", "outbox", "other", 1)
    change = inviting.invite_other(room, plan, SECRETS, NOW)
    assert change.facts[0] == facts.InvitationRevoked(invitation=room.invitations[0].id)
    [session] = change.updates
    assert (session.address, session.channel) == ("alice@example.org", "email")  # type: ignore[attr-defined]


def test_another_number_leaves_the_phone_that_is_connected() -> None:
    room = first_room()
    [invitation] = room.invitations
    phone = cast.caller(invitation)
    taken = cast.invitation(SESSION, id=invitation.id, claimed_by=phone.id, claimed_at=NOW)
    plan = Plan(parse("+33 6 98 76 54 32"), "fr", "outbox", "other", 1)
    told = inviting.invite_other(Room(SESSION, (taken,), (phone,)), plan, SECRETS, NOW).facts
    assert facts.InvitationRevoked not in {type(fact) for fact in told}


def test_nothing_is_sent_for_a_session_that_has_ended() -> None:
    over = Room(cast.session(ended_at=NOW), first_room().invitations, ())
    for decide in (inviting.send_again, inviting.invite_other):
        with pytest.raises(NotAllowed):
            decide(over, Plan(PLAN.address, "fr", "outbox", "again", 1), SECRETS, NOW)


def test_a_fresh_code_is_not_kept_for_an_invitation_taken_meanwhile() -> None:
    room = first_room()
    fresh = inviting.new_code(room.invitations[0], SECRETS, NOW)
    assert inviting.put_code(room, fresh).updates == (fresh,)
    taken = cast.invitation(SESSION, id=fresh.id, claimed_by="phone", claimed_at=NOW)
    assert inviting.put_code(Room(SESSION, (taken,), ()), fresh).updates == ()
