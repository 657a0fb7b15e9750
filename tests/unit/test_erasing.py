"""What stays of an erased session, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.controls import Capabilities, Controls
from signaling.domain.erasing import FIELDS, Blank, blanked, days_of, days_of_pictures
from signaling.domain.facts import AnyFact
from signaling.domain.policy import Policy
from signaling.messages.codec import decode_event, encode

EVENTS: Final = Path(__file__).parents[1] / "contract/messages/events.json"
EVERYTHING: Final = ("sessions",)


def test_every_field_of_every_fact_is_judged() -> None:
    assert {kind: set(fields) for kind, fields in FIELDS.items()} == {
        kind: set(kind.__struct_fields__) for kind in get_args(AnyFact)
    }


@pytest.mark.parametrize("wire", json.loads(EVENTS.read_text()), ids=lambda wire: str(wire["fact"]["type"]))
def test_what_is_left_is_a_fact_of_the_same_kind(wire: dict[str, Any]) -> None:
    event = decode_event(encode(wire))
    left = replace(event, fact=blanked(event.fact, EVERYTHING))
    assert decode_event(encode(left)) == left
    for name, judged in FIELDS[type(event.fact)].items():
        value = getattr(left.fact, name)
        if isinstance(judged, Blank) and isinstance(getattr(event.fact, name), judged.only):
            assert value == judged.value
        else:
            assert value == getattr(event.fact, name)


def test_a_class_takes_its_own_fields_only() -> None:
    fixed = facts.PositionFixed(position="1", participant="2", latitude=48.6, longitude=6.1, accuracy=12.0)
    invited = facts.InvitationCreated(invitation="1", channel="sms", to_hint="+33 6 78", line="mobile")
    assert blanked(fixed, ("positions",)) == replace(fixed, latitude=0.0, longitude=0.0)
    assert blanked(fixed, ("addresses", "captures")) == fixed
    assert blanked(invited, ("addresses",)) == replace(invited, to_hint="•••")


def test_what_was_typed_goes_and_what_was_switched_stays() -> None:
    text = facts.CommandSent(command="1", participant="2", by="3", name="message", value="Restez calme")
    torch = replace(text, name="torch", value=False)
    assert blanked(text, EVERYTHING) == replace(text, value="…")
    assert blanked(torch, EVERYTHING) == torch


def test_a_phone_tells_nothing_of_its_screen_afterwards() -> None:
    shown = Controls(message="Restez calme", language="ar")
    state = facts.PhoneState(
        participant="1", epoch=1, revision=1, capabilities=Capabilities(), wanted=shown, actual=shown,
        reasons={"torch": "denied"},
    )  # fmt: skip
    left = blanked(state, EVERYTHING)
    assert left == replace(state, wanted=Controls(), actual=Controls(), reasons={})


def test_a_centre_says_how_long_and_the_installation_where_it_does_not() -> None:
    days = days_of(Policy(keep_days={"captures": 7, "positions": 30}), 365)
    assert (days["captures"], days["photos"], days["documents"]) == (7, 365, 365)
    assert (days["positions"], days["addresses"], days["sessions"]) == (30, 0, 0)


@pytest.mark.parametrize(
    ("keep", "installed", "told"),
    [({}, 365, 365), ({"photos": 0}, 365, 0), ({"photos": 0, "sessions": 90}, 365, 90), ({}, 0, 0)],
)
def test_a_caller_is_told_when_the_last_picture_goes(keep: Any, installed: int, told: int) -> None:
    assert days_of_pictures(Policy(keep_days=keep), installed) == told
