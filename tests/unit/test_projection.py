"""What each fact changes on the rows it speaks of."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.records import Handover, Invitation, Message, Participant, Position
from signaling.store.projection import RowChange, number, row_changes, session_after
from tests import cast

NOW = cast.NOW


def test_facts_are_numbered_from_the_sessions_version_on() -> None:
    asked = facts.CameraAsked(participant="p")
    events = number(cast.session(version=7), (asked, asked), NOW)
    assert events == (Event(8, NOW, asked), Event(9, NOW, asked))


def test_the_session_is_at_the_version_of_its_newest_event() -> None:
    session = cast.session(version=7)
    events = number(session, (facts.PageHidden(participant="p"), facts.PageShown(participant="p")), NOW)
    assert session_after(session, events) == replace(session, version=9)


def test_the_rung_rises_and_never_falls() -> None:
    session = cast.session()
    events = number(session, (facts.CameraAsked(participant="p"), facts.LinkOpened(invitation="i")), NOW)
    assert session_after(session, events).rung == "asked"


def test_the_first_picture_counts_and_no_later_one() -> None:
    session = cast.session()
    first, second = (Event(n, NOW + n, facts.PictureFirst(participant="p")) for n in (1, 2))
    assert session_after(session, (first, second)).first_picture_at == NOW + 1


def test_the_last_answer_to_the_camera_prompt_counts() -> None:
    refused = facts.CameraRefused(participant="p", reason="denied")
    granted = facts.CameraGranted(participant="p")
    session = cast.session()
    assert session_after(session, number(session, (refused,), NOW)).refused
    assert not session_after(session, number(session, (refused, granted), NOW)).refused
    assert session_after(session, number(session, (granted, refused), NOW)).refused


def test_the_session_ends() -> None:
    session = cast.session()
    assert session_after(session, number(session, (facts.SessionEnded(by=None),), NOW)).ended_at == NOW


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        (
            facts.LinkClaimed(invitation="i", participant="p", browser="b", language="fr"),
            RowChange(Invitation, "i", {"claimed_at": NOW, "claimed_by": "p"}),
        ),
        (facts.InvitationRevoked(invitation="i"), RowChange(Invitation, "i", {"revoked_at": NOW})),
        (
            facts.MessageAccepted(message="m"),
            RowChange(Message, "m", {"state": "accepted", "next_try_at": None}),
        ),
        (
            facts.MessageDelivered(message="m"),
            RowChange(Message, "m", {"state": "delivered", "next_try_at": None}),
        ),
        (
            facts.MessageFailed(message="m", reason="30006", permanent=True),
            RowChange(Message, "m", {"state": "failed", "reason": "30006", "next_try_at": None}),
        ),
        (
            facts.MessageFailed(message="m", reason="timeout", permanent=False, retry_at=NOW + 5),
            RowChange(Message, "m", {"state": "failed", "reason": "timeout", "next_try_at": NOW + 5}),
        ),
        (
            facts.PositionAddressed(position="x", address="Place Stanislas, Nancy", source="BAN"),
            RowChange(Position, "x", {"address": "Place Stanislas, Nancy", "source": "BAN"}),
        ),
        (
            facts.HandoverDecided(handover="h", by="u", decision="move", participant="p"),
            RowChange(Handover, "h", {"decision": "move", "participant": "p"}),
        ),
    ],
)
def test_a_fact_changes_the_row_it_speaks_of(fact: AnyFact, change: RowChange) -> None:
    assert row_changes(Event(1, NOW, fact)) == (change,)


def test_a_phone_that_is_replaced_leaves_its_place_to_the_other() -> None:
    replaced = facts.PhoneReplaced(participant="first", successor="second")
    assert row_changes(Event(1, NOW, replaced)) == (
        RowChange(Participant, "first", {"standing": "replaced"}),
        RowChange(Participant, "second", {"standing": "main"}),
    )


def test_every_column_that_a_fact_changes_is_a_field_of_its_record() -> None:
    for kind in get_args(AnyFact):
        fields = dict.fromkeys(kind.__struct_fields__, "x")
        for change in row_changes(Event(1, NOW, kind(**fields))):
            assert set(change.values) <= set(change.kind.__struct_fields__)
