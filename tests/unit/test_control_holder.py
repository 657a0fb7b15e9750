"""Who drives the phone."""

from __future__ import annotations

from typing import Any

import pytest

from signaling.domain import control_holder, facts
from signaling.domain.errors import NotAllowed, NotFound, NotInControl
from signaling.domain.records import Participant
from signaling.domain.room import Room
from tests import cast
from tests.cast import ALICE, BOB, CHARLIE, NOW


def room(*users: str, **fields: Any) -> Room:
    """A session of Alice's in which these users have been."""
    session = cast.session(ALICE, **fields)
    present = [
        Participant(id=u, centre=ALICE.centre, session=session.id, role="regulator", created_at=NOW, user=u)
        for u in users
    ]
    return Room(session=session, invitations=(), participants=tuple(present))


def test_who_started_the_session_drives_until_somebody_else_does() -> None:
    assert control_holder.driver(room().session) == ALICE.id
    assert control_holder.driver(room(controller=BOB.id).session) == BOB.id


def test_only_the_one_who_drives_may() -> None:
    control_holder.must_drive(room(), ALICE.id)
    with pytest.raises(NotInControl) as refused:
        control_holder.must_drive(room(controller=BOB.id), ALICE.id)
    assert refused.value.driver == BOB.id


def test_a_colleague_asks_and_the_one_who_drives_asks_nobody() -> None:
    assert control_holder.ask(room(), BOB.id).facts == (facts.ControlAsked(by=BOB.id),)
    assert control_holder.ask(room(), ALICE.id).facts == ()


def test_it_is_given_to_somebody_who_has_been_in_the_room() -> None:
    given = control_holder.give(room(BOB.id), ALICE.id, BOB.id)
    assert given.facts == (facts.ControlPassed(by=ALICE.id, to=BOB.id),)
    with pytest.raises(NotFound):
        control_holder.give(room(BOB.id), ALICE.id, CHARLIE.id)


def test_nobody_gives_what_they_do_not_have_and_given_twice_is_given_once() -> None:
    with pytest.raises(NotInControl):
        control_holder.give(room(ALICE.id, BOB.id), BOB.id, CHARLIE.id)
    assert control_holder.give(room(BOB.id, controller=BOB.id), ALICE.id, BOB.id).facts == ()


def test_it_is_taken_only_from_somebody_who_may_lose_it() -> None:
    taken = control_holder.take(room(), BOB.id, free=ALICE.id)
    assert taken.facts == (facts.ControlPassed(by=BOB.id, to=BOB.id),)
    with pytest.raises(NotInControl):
        control_holder.take(room(), BOB.id, free=None)
    assert control_holder.take(room(), ALICE.id, free=None).facts == ()


def test_of_two_who_take_at_once_the_second_learns_who_was_first() -> None:
    with pytest.raises(NotInControl) as refused:
        control_holder.take(room(controller=BOB.id), CHARLIE.id, free=ALICE.id)
    assert refused.value.driver == BOB.id


def test_nothing_passes_once_the_session_has_ended() -> None:
    over = room(BOB.id, ended_at=NOW)
    with pytest.raises(NotAllowed):
        control_holder.ask(over, BOB.id)
    with pytest.raises(NotAllowed):
        control_holder.give(over, ALICE.id, BOB.id)
    with pytest.raises(NotAllowed):
        control_holder.take(over, BOB.id, free=ALICE.id)
