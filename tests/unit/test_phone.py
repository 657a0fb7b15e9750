"""What a phone may say, and what a regulator may tell it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from signaling.domain import facts, phone
from signaling.domain.controls import LENSES, Capabilities, Controls, Lens
from signaling.domain.errors import BadMessage
from signaling.domain.room import Change, Room
from signaling.messages import caller, control
from tests import cast
from tests.cast import NOW

SESSION = cast.session()
INVITATION = cast.invitation(SESSION)
PHONE = cast.caller(INVITATION, epoch=2, revision=5)
ROOM = Room(SESSION, (INVITATION,), (PHONE,))
OVER = Room(cast.session(ended_at=NOW), (INVITATION,), (PHONE,))


def said(kind: type[Any] = control.State, **fields: Any) -> Any:
    made: dict[str, Any] = {"epoch": 2, "revision": 6, "capabilities": Capabilities(zoom=(1, 4, 0.1))}
    made |= {"wanted": Controls(zoom=2), "actual": Controls(zoom=1)}
    return kind(**{**made, **fields})


def test_a_new_state_becomes_a_fact_and_its_revision_is_kept() -> None:
    change = phone.state(ROOM, PHONE.id, said())
    [fact] = change.facts
    assert isinstance(fact, facts.PhoneState)
    assert (fact.wanted.zoom, fact.actual.zoom) == (2, 1)
    [row] = change.updates
    assert row.revision == 6  # type: ignore[attr-defined]


@pytest.mark.parametrize("revision", [0, 4, 5])
def test_an_old_revision_says_nothing_new(revision: int) -> None:
    assert phone.state(ROOM, PHONE.id, said(revision=revision)).facts == ()


def test_a_hello_repeats_the_state_when_a_channel_opens_again() -> None:
    assert len(phone.state(ROOM, PHONE.id, said(control.Hello, revision=5)).facts) == 1
    assert phone.state(ROOM, PHONE.id, said(control.Hello, revision=4)).facts == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"epoch": 1},
        {"epoch": 3},
        {"revision": -1},
        {"revision": 2**53},
        {"capabilities": Capabilities(facing=("sideways",))},
        {"capabilities": Capabilities(facing=("user",) * 3)},
        {"capabilities": Capabilities(zoom=(0, 4, 0.1))},
        {"capabilities": Capabilities(zoom=(4, 1, 0.1))},
        {"capabilities": Capabilities(zoom=(1, 1e9, 0.1))},
        {"actual": Controls(zoom=9)},
        {"wanted": Controls(zoom=0.5)},
        {"reasons": {"torch": "<script>"}},
        {"reasons": {"microphone": "denied"}},
        {"capabilities": Capabilities(zoom=(float("nan"), 4, 0.1))},
        {"capabilities": Capabilities(zoom=(1, float("inf"), 0.1))},
        {"capabilities": Capabilities(zoom=(1, 4, -1))},
        {"capabilities": Capabilities(lenses=(Lens(id="l1", label="back"),) * (LENSES + 1))},
        {"capabilities": Capabilities(lenses=(Lens(id="l" * 101, label="back"),))},
        {"capabilities": Capabilities(lenses=(Lens(id="l1", label="b" * 101),))},
        {"actual": Controls(lens="l" * 101)},
        {"actual": Controls(guidance="dance")},
        {"actual": Controls(message="m" * 301)},
        {"wanted": Controls(language="x" * 13)},
    ],
)
def test_rule_5_an_impossible_state_or_a_forged_epoch_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        phone.state(ROOM, PHONE.id, said(**fields))


def test_as_many_lenses_as_the_largest_phone_has_are_taken() -> None:
    lenses = tuple(
        Lens(id=f"l{n}", label="camera2, facing back", facing="environment") for n in range(LENSES)
    )
    can = Capabilities(lenses=lenses)
    [fact] = phone.state(ROOM, PHONE.id, said(capabilities=can, actual=Controls(lens="l3"))).facts
    assert isinstance(fact, facts.PhoneState)
    assert fact.capabilities.lenses == lenses


@pytest.mark.parametrize(
    ("latitude", "longitude", "accuracy"),
    [(91, 0, 1), (-91, 0, 1), (0, 181, 1), (0, -181, 1), (0, 0, -1), (0, 0, 1e9), (float("nan"), 0, 1)],
)
def test_a_position_off_the_earth_is_refused(latitude: float, longitude: float, accuracy: float) -> None:
    frame = control.Position(latitude=latitude, longitude=longitude, accuracy=accuracy)
    with pytest.raises(BadMessage):
        phone.position(ROOM, PHONE.id, frame, "id", NOW)


def test_a_position_is_kept_as_it_came() -> None:
    frame = control.Position(latitude=48.692054, longitude=6.184417, accuracy=7.25)
    change = phone.position(ROOM, PHONE.id, frame, "id", NOW)
    [row], [fact] = change.records, change.facts
    for kept in (row, fact):
        assert (kept.latitude, kept.longitude, kept.accuracy) == (48.692054, 6.184417, 7.25)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("camera", "environment"),
        ("camera", "user"),
        ("torch", True),
        ("torch", False),
        ("zoom", 1.5),
        ("zoom", 2),
        ("position", True),
        ("lens", "l2"),
        ("profile", "detail"),
        ("photo", True),
    ],
)
def test_a_control_takes(name: Any, value: Any) -> None:
    [fact] = phone.command(ROOM, cast.ALICE.id, "cmd-1", name, value).facts
    assert fact == facts.CommandSent(
        command="cmd-1", participant=PHONE.id, by=cast.ALICE.id, name=name, value=value
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("camera", "left"),
        ("camera", True),
        ("torch", "on"),
        ("torch", 1.0),
        ("zoom", True),
        ("zoom", "2"),
        ("zoom", 0),
        ("zoom", -1),
        ("zoom", 1e6),
        ("position", 1.0),
        ("zoom", float("nan")),
        ("zoom", (0.5, 0.5)),
        ("lens", True),
        ("lens", "l" * 101),
        ("profile", "cinema"),
        ("photo", False),
        ("photo", "all"),
    ],
)
def test_a_control_does_not_take(name: Any, value: Any) -> None:
    with pytest.raises(BadMessage):
        phone.command(ROOM, cast.ALICE.id, "cmd-1", name, value)


@pytest.mark.parametrize("command", ["", "x" * 41, "a b", "é", "../x"])
def test_an_id_of_another_form_is_refused(command: str) -> None:
    with pytest.raises(BadMessage):
        phone.command(ROOM, cast.ALICE.id, command, "torch", True)


def test_without_a_phone_or_after_the_end_there_is_nothing_to_drive() -> None:
    for room in (Room(SESSION, (INVITATION,), ()), OVER):
        with pytest.raises(BadMessage):
            phone.command(room, cast.ALICE.id, "cmd-1", "torch", True)


def test_the_phone_that_joined_last_is_driven() -> None:
    second = cast.caller(INVITATION)
    assert phone.newest_phone(Room(SESSION, (INVITATION,), (PHONE, second))) == second


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("camera.asked", facts.CameraAsked),
        ("camera.granted", facts.CameraGranted),
        ("camera.back", facts.CameraBack),
        ("page.hidden", facts.PageHidden),
        ("page.shown", facts.PageShown),
        ("hung_up", facts.CallerHungUp),
    ],
)
def test_each_step_is_its_fact(step: Any, kind: type[facts.Fact]) -> None:
    [fact] = phone.step(ROOM, PHONE.id, caller.Step(step=step)).facts
    assert isinstance(fact, kind)


def test_a_refusal_says_why() -> None:
    [fact] = phone.step(ROOM, PHONE.id, caller.Step(step="camera.refused", reason="busy")).facts
    assert fact == facts.CameraRefused(participant=PHONE.id, reason="busy")


@pytest.mark.parametrize("cause", ["hidden", "locked", "taken", "withdrawn", "frozen", "network"])
def test_a_lost_camera_says_why(cause: Any) -> None:
    [fact] = phone.step(ROOM, PHONE.id, caller.Step(step="camera.lost", cause=cause)).facts
    assert fact == facts.CameraLost(participant=PHONE.id, cause=cause)


def test_a_lost_camera_that_says_nothing_more_is_frozen() -> None:
    [fact] = phone.step(ROOM, PHONE.id, caller.Step(step="camera.lost")).facts
    assert fact == facts.CameraLost(participant=PHONE.id, cause="frozen")


def test_an_answer_and_the_state_that_it_made_are_one_change() -> None:
    change = phone.result(ROOM, PHONE.id, control.Result(id="cmd-1", state=said()))
    assert [type(fact) for fact in change.facts] == [facts.PhoneState, facts.CommandAnswered]
    assert change.updates == (msgspec.structs.replace(PHONE, revision=6),)


def test_an_answer_with_an_old_state_is_an_answer_all_the_same() -> None:
    change = phone.result(ROOM, PHONE.id, control.Result(id="cmd-1", state=said(revision=4)))
    assert [type(fact) for fact in change.facts] == [facts.CommandAnswered]


def test_nothing_is_added_to_a_session_that_has_ended() -> None:
    for kind in (control.State, control.Hello):
        assert phone.state(OVER, PHONE.id, said(kind)) == Change()
    assert phone.step(OVER, PHONE.id, caller.Step(step="page.hidden")).facts == ()
    assert phone.result(OVER, PHONE.id, control.Result(id="cmd-1", state=said())) == Change()
    frame = control.Position(latitude=1, longitude=1, accuracy=1)
    assert phone.position(OVER, PHONE.id, frame, "id", NOW).facts == ()
