"""Second phones: who may ask, who decides, and when the camera passes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from signaling.domain import facts, handover, joining, phone
from signaling.domain.errors import LinkUnusable, NotAllowed, NotFound, Throttled
from signaling.domain.records import Handover, Invitation, Participant
from signaling.domain.room import Change, Room
from tests import cast
from tests.cast import ALICE, MINUTE, NOW

SESSION = cast.session()
_INVITATION = cast.invitation(SESSION)
FIRST = cast.caller(_INVITATION)
TAKEN = replace(_INVITATION, claimed_by=FIRST.id, claimed_at=NOW)
ROOM = Room(SESSION, (TAKEN,), (FIRST,))


def request(mark: str = "second", **fields: Any) -> Handover:
    made: dict[str, Any] = {"id": f"request-of-{mark}", "centre": SESSION.centre, "session": SESSION.id}
    made |= {"invitation": TAKEN.id, "mark_hash": f"hash-of-{mark}", "browser": "Chrome 137, Android"}
    return Handover(**{**made, "language": "fr", "created_at": NOW, **fields})


def with_link(**fields: Any) -> Room:
    invitation: Invitation = replace(TAKEN, **fields)
    return replace(ROOM, invitations=(invitation,))


def second_phone(standing: str, **fields: Any) -> Participant:
    return cast.caller(TAKEN, standing=standing, **fields)


def decided(room: Room, decision: facts.Decision) -> Change:
    return handover.decide(room, ALICE.id, "request-of-second", decision, "p" * 32, NOW)


# ---------------------------------------------------------------- asking
def test_a_second_phone_asks_once_however_often_it_calls() -> None:
    asked = handover.ask(ROOM, request())
    assert asked.facts == (facts.HandoverAsked(handover="request-of-second", browser="Chrome 137, Android"),)
    [row] = asked.records
    again = replace(ROOM, handovers=(row,))
    assert handover.ask(again, request(id="another")) == Change()


def test_the_fourth_phone_that_waits_is_told_to_be_patient() -> None:
    waiting = tuple(request(f"phone-{number}") for number in range(3))
    with pytest.raises(Throttled):
        handover.ask(replace(ROOM, handovers=waiting), request())


@pytest.mark.parametrize(
    "fields", [{"decision": "refuse"}, {"created_at": NOW - 10 * MINUTE}], ids=["decided", "old"]
)
def test_what_was_decided_or_is_old_is_in_nobodys_way(fields: dict[str, Any]) -> None:
    waiting = tuple(request(f"phone-{number}", **fields) for number in range(3))
    assert handover.ask(replace(ROOM, handovers=waiting), request()).records


@pytest.mark.parametrize(
    ("room", "reason"),
    [
        (replace(ROOM, session=replace(SESSION, ended_at=NOW)), "ended"),
        (with_link(expires_at=NOW), "expired"),
        (with_link(revoked_at=NOW), "revoked"),
        (with_link(claimed_by=None), "ready"),
    ],
    ids=["ended", "expired", "revoked", "nobodys"],
)
def test_a_link_that_nobody_can_take_over_is_not_asked_for(room: Room, reason: str) -> None:
    with pytest.raises(LinkUnusable) as refused:
        handover.ask(replace(room, participants=()), request())
    assert refused.value.reason == reason


# ---------------------------------------------------------------- deciding
ASKED = replace(ROOM, handovers=(request(),))


@pytest.mark.parametrize(("decision", "standing"), [("move", "next"), ("add", "second")])
def test_a_phone_that_is_let_in_holds_the_link_with_the_cookie_of_its_mark(
    decision: facts.Decision, standing: str
) -> None:
    change = decided(ASKED, decision)
    [row] = change.records
    assert isinstance(row, Participant)
    assert (row.standing, row.role, row.cookie_hash) == (standing, "caller", "hash-of-second")
    assert change.facts == (
        facts.HandoverDecided(
            handover="request-of-second", by=ALICE.id, decision=decision, participant=row.id
        ),
    )
    room = replace(ASKED, participants=(FIRST, row))
    assert joining.link_state(room, TAKEN, "hash-of-second", NOW) == "mine"
    assert joining.link_state(room, TAKEN, FIRST.cookie_hash, NOW) == "mine"
    assert phone.newest_phone(room) == FIRST


def test_a_phone_that_is_refused_gets_nothing() -> None:
    change = decided(ASKED, "refuse")
    assert change.records == ()
    assert [type(fact) for fact in change.facts] == [facts.HandoverDecided]


def test_the_same_decision_again_says_nothing_and_another_one_comes_too_late() -> None:
    room = replace(ASKED, handovers=(request(decision="move", participant="p" * 32),))
    assert decided(room, "move") == Change()
    with pytest.raises(NotAllowed):
        decided(room, "refuse")


def test_nothing_is_decided_on_what_nobody_asked_or_after_the_end() -> None:
    with pytest.raises(NotFound):
        decided(ROOM, "move")
    with pytest.raises(NotAllowed):
        decided(replace(ASKED, session=replace(SESSION, ended_at=NOW)), "move")


# ---------------------------------------------------------------- the camera passes
def shows(who: Participant) -> Change:
    return Change(facts=(facts.MediaConnected(participant=who.id),))


def after(room: Room, change: Change) -> list[facts.AnyFact]:
    return list(handover.succession(room, change).facts[len(change.facts) :])


def test_the_camera_passes_with_the_first_picture_of_the_next_phone_and_not_before() -> None:
    next_one = second_phone("next")
    room = replace(ROOM, participants=(FIRST, next_one))
    replaced = facts.PhoneReplaced(participant=FIRST.id, successor=next_one.id)
    connecting = Change(facts=(facts.MediaConnecting(participant=next_one.id, epoch=1),))
    assert after(room, connecting) == []
    assert after(room, shows(FIRST)) == []
    assert after(room, shows(next_one)) == [replaced]


@pytest.mark.parametrize(("way", "passes"), [("stills", True), ("turn_tcp", True), ("photo", False)])
def test_stills_are_a_picture_and_a_photo_is_not(way: facts.Way, passes: bool) -> None:
    next_one = second_phone("next")
    room = replace(ROOM, participants=(FIRST, next_one))
    change = Change(facts=(facts.PictureWay(participant=next_one.id, way=way),))
    assert bool(after(room, change)) is passes


@pytest.mark.parametrize("standing", ["second", "replaced"])
def test_a_camera_beside_the_main_one_replaces_nobody(standing: str) -> None:
    beside = second_phone(standing)
    assert after(replace(ROOM, participants=(FIRST, beside)), shows(beside)) == []


def test_of_two_next_phones_the_one_that_shows_something_first_is_the_camera() -> None:
    slow, quick = second_phone("next"), second_phone("next")
    room = replace(ROOM, participants=(FIRST, slow, quick))
    assert after(room, shows(quick)) == [facts.PhoneReplaced(participant=FIRST.id, successor=quick.id)]


def test_a_phone_that_was_replaced_is_told_so_until_its_owner_stays() -> None:
    gone = replace(FIRST, standing="replaced")
    room = replace(ROOM, participants=(gone, second_phone("main")))
    assert joining.link_state(room, TAKEN, gone.cookie_hash, NOW) == "replaced"
    [stayed] = handover.stay(room, gone.id).updates
    assert isinstance(stayed, Participant)
    assert stayed.standing == "second"
    assert handover.stay(ROOM, FIRST.id) == Change()
