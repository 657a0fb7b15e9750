"""Third persons invited to a session: what a regulator may do, and that the caller's ladder never moves."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from signaling.domain import facts, guests, handover, inviting, joining, ladder
from signaling.domain.addresses import parse
from signaling.domain.errors import BadGuest, LinkUnusable, NotAllowed, NotFound, TooManyGuests
from signaling.domain.facts import AnyFact
from signaling.domain.ids import Secrets
from signaling.domain.inviting import Plan
from signaling.domain.records import GuestRole, Invitation, Message, Participant
from signaling.domain.room import Change, Room
from signaling.store.projection import number, session_after
from tests import cast
from tests.cast import ALICE, MINUTE, NOW

SECRETS = Secrets(b"k" * 32)
PLAN = Plan(parse("medecin@example.org"), "fr", "outbox", "guest-1", 120 * MINUTE)
CALLER_PLAN = Plan(parse("06 12 34 56 78"), "fr", "outbox", "again", 120 * MINUTE)


def drafted(room: Room, role: GuestRole = "watch", name: str = "Dr Petit") -> Invitation:
    return guests.draft_guest(room.session, PLAN, role, name, SECRETS, NOW)


def with_change(room: Room, change: Change) -> Room:
    """The room with the change's new rows."""
    return Room(
        room.session,
        (*room.invitations, *(row for row in change.records if isinstance(row, Invitation))),
        (*room.participants, *(row for row in change.records if isinstance(row, Participant))),
        (*room.messages, *(row for row in change.records if isinstance(row, Message))),
    )


def room_with_guest(role: GuestRole = "watch", **fields: Any) -> tuple[Room, Invitation]:
    """The caller is invited, and so is a guest."""
    session = cast.session()
    room = Room(session, (cast.invitation(session),), ())
    guest = replace(drafted(room, role), **fields)
    return with_change(room, guests.invite(room, guest, PLAN, ALICE.id, NOW)), guest


def test_a_guest_is_invited_by_a_message_and_the_facts_hold_neither_name_nor_address() -> None:
    room = Room(cast.session(), (), ())
    guest = drafted(room, "seen", "  Dr Petit, \n médecin traitant ")
    change = guests.invite(room, guest, PLAN, ALICE.id, NOW)
    assert (guest.name, guest.guest, guest.code_hash) == ("Dr Petit, médecin traitant", "seen", "")
    assert [type(fact) for fact in change.facts] == [facts.GuestInvited, facts.MessageQueued]
    assert "Petit" not in repr(change.facts)
    assert "medecin@example.org" not in repr(change.facts)


def test_a_guest_without_a_name_is_called_by_the_masked_address() -> None:
    name = drafted(Room(cast.session(), (), ()), name="").name
    assert name.endswith("example.org")
    assert "medecin" not in name


@pytest.mark.parametrize("name", ["x" * 61, "Dr\u202ePetit", "Dr\0Petit"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(BadGuest):
        drafted(Room(cast.session(), (), ()), name=name)


def test_the_same_intent_invites_once() -> None:
    room, _ = room_with_guest()
    assert guests.invite(room, drafted(room), PLAN, ALICE.id, NOW) == Change()


def test_an_eleventh_guest_is_refused_until_one_is_removed_or_too_late() -> None:
    session = cast.session()
    ten = tuple(cast.invitation(session, guest="watch") for _ in range(10))
    room = Room(session, ten, ())
    with pytest.raises(TooManyGuests):
        guests.invite(room, drafted(room), PLAN, ALICE.id, NOW)
    for gone in (replace(ten[0], revoked_at=NOW), replace(ten[0], expires_at=NOW)):
        fewer = Room(session, (gone, *ten[1:]), ())
        assert guests.invite(fewer, drafted(room), PLAN, ALICE.id, NOW).facts


def test_nobody_is_invited_after_the_end() -> None:
    room = Room(cast.session(ended_at=NOW), (), ())
    with pytest.raises(NotAllowed):
        guests.invite(room, drafted(room), PLAN, ALICE.id, NOW)


def test_the_same_link_is_sent_again_until_the_guest_comes() -> None:
    room, guest = room_with_guest()
    again = replace(PLAN, intent="guest-2")
    change = guests.send_again(room, guest.id, again, NOW + MINUTE)
    assert [(row.id, row.expires_at) for row in change.updates if isinstance(row, Invitation)] == [
        (guest.id, NOW + 121 * MINUTE)
    ]
    for late in ({"claimed_by": "somebody"}, {"revoked_at": NOW}):
        over, gone = room_with_guest(**late)
        with pytest.raises(NotAllowed):
            guests.send_again(over, gone.id, again, NOW)


def test_a_guest_is_removed_once_and_a_caller_never() -> None:
    room, guest = room_with_guest()
    assert guests.remove(room, guest.id, ALICE.id).facts == (
        facts.GuestRemoved(invitation=guest.id, by=ALICE.id),
    )
    gone, removed = room_with_guest(revoked_at=NOW)
    assert guests.remove(gone, removed.id, ALICE.id) == Change()
    with pytest.raises(NotFound):
        guests.remove(room, room.invitations[0].id, ALICE.id)


def test_a_second_camera_joins_as_a_phone_that_never_becomes_the_camera() -> None:
    room, guest = room_with_guest("camera")
    change = joining.claim(room, guest, cast.caller(guest), NOW)
    [phone] = change.records
    assert isinstance(phone, Participant)
    assert phone.standing == "second"
    assert [type(fact) for fact in change.facts] == [facts.GuestJoined]
    assert joining.standing_of_another(with_change(room, change)) == "main"  # the caller's, once it comes


def test_what_a_regulator_does_for_the_caller_passes_guests_by() -> None:
    room, guest = room_with_guest()
    own = room.invitations[0]
    assert inviting.newest_open(room) == own
    fresh = inviting.draft(room.session, CALLER_PLAN, SECRETS, NOW)
    revoked = [
        fact.invitation
        for fact in inviting.invite_other(room, fresh, CALLER_PLAN, NOW).facts
        if isinstance(fact, facts.InvitationRevoked)
    ]
    assert revoked == [own.id]
    held = replace(guest, claimed_by="somebody")
    with pytest.raises(LinkUnusable):
        handover.must_be_askable(Room(room.session, (held,), ()), held, NOW)


@pytest.mark.parametrize("role", ["watch", "camera", "seen"])
def test_nothing_that_becomes_of_a_guest_moves_the_callers_ladder(role: GuestRole) -> None:
    room, guest = room_with_guest(role)
    phone = cast.caller(guest, role="caller" if role == "camera" else "guest")
    room = with_change(room, Change(records=(phone,)))
    [message] = room.messages
    ids = {"participant": phone.id}
    happened: tuple[AnyFact, ...] = (
        facts.GuestInvited(invitation=guest.id, by=ALICE.id, role=role, channel="email", to_hint="m•"),
        facts.MessageQueued(message=message.id, invitation=guest.id, channel="email", provider="outbox"),
        facts.MessageAccepted(message=message.id),
        facts.MessageDelivered(message=message.id),
        facts.LinkOpened(invitation=guest.id),
        facts.GuestJoined(invitation=guest.id, participant=phone.id, role=role, browser="Firefox"),
        facts.CameraAsked(**ids),
        facts.CameraGranted(**ids),
        facts.MediaConnecting(epoch=1, **ids),
        facts.PictureFirst(**ids),
        facts.CameraRefused(reason="denied", **ids),
    )
    events = number(room.session, happened, NOW)
    after = session_after(room.session, events, guests.guest_ids(room))
    assert after == replace(room.session, version=len(events))
    assert ladder.times(events) == {}


def test_the_callers_own_ladder_goes_on_beside_a_guest() -> None:
    room, _ = room_with_guest()
    own = room.invitations[0]
    events = number(room.session, (facts.LinkOpened(invitation=own.id),), NOW)
    assert session_after(room.session, events, guests.guest_ids(room)).rung == "opened"
