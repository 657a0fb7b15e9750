"""The rungs of a call, from the invitation to the first picture."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from signaling.domain import facts, ladder
from signaling.domain.facts import AnyFact, Event

CLIMB: tuple[AnyFact, ...] = (
    facts.MessageQueued(message="m", invitation="i", channel="sms", provider="outbox"),
    facts.MessageAccepted(message="m"),
    facts.MessageDelivered(message="m"),
    facts.LinkOpened(invitation="i"),
    facts.CameraAsked(participant="p"),
    facts.CameraGranted(participant="p"),
    facts.MediaConnecting(participant="p", epoch=1),
    facts.PictureFirst(participant="p"),
)


def test_a_call_climbs_every_rung_in_order() -> None:
    assert tuple(ladder.rung_of(fact) for fact in CLIMB) == ladder.NAMES


def test_a_claimed_link_was_opened() -> None:
    claimed = facts.LinkClaimed(invitation="i", participant="p", browser="b", language="fr")
    assert ladder.rung_of(claimed) == "opened"


def test_most_facts_are_no_rung() -> None:
    assert ladder.rung_of(facts.SessionStarted(by="alice")) is None
    assert ladder.rung_of(facts.PageHidden(participant="p")) is None
    assert ladder.rung_of(facts.CameraRefused(participant="p", reason="denied")) is None


def test_a_rung_may_be_skipped() -> None:
    """A regulator may read the link out: no message is ever delivered."""
    assert ladder.higher("queued", facts.CameraAsked(participant="p")) == "asked"


def test_the_first_fact_reaches_the_first_rung() -> None:
    assert ladder.higher("", CLIMB[0]) == "queued"
    assert ladder.higher("", facts.SessionStarted(by="alice")) == ""


@given(st.sampled_from(("", *ladder.NAMES)), st.sampled_from(CLIMB))
def test_no_fact_takes_a_call_down(current: str, fact: AnyFact) -> None:
    heights = ("", *ladder.NAMES)
    reached = ladder.higher(current, fact)
    assert heights.index(reached) == max(heights.index(current), heights.index(str(ladder.rung_of(fact))))


def test_each_rung_has_the_time_it_was_first_reached() -> None:
    asked, hidden, opened = CLIMB[4], facts.PageHidden(participant="p"), CLIMB[3]
    events = [Event(1, 100, opened), Event(2, 200, asked), Event(3, 300, hidden), Event(4, 400, asked)]
    assert ladder.times(events) == {"opened": 100, "asked": 200}


def test_a_call_without_events_reached_nothing() -> None:
    assert ladder.times([]) == {}


def test_the_console_is_told_the_facts_of_every_rung_by_their_names_on_the_wire() -> None:
    tags = {str(kind.__struct_config__.tag) for kind in get_args(AnyFact)}
    types = ladder.fact_types()
    assert set(types) <= tags
    assert types["picture.first"] == "picture"
    assert set(types.values()) == set(ladder.NAMES)
