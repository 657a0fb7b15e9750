"""The fate of a message to a caller."""

from __future__ import annotations

from typing import Any

import pytest

from signaling.domain import delivery, facts
from signaling.domain.delivery import StatusReport
from signaling.domain.room import Room
from tests import cast
from tests.cast import NOW

SESSION = cast.session()
INVITATION = cast.invitation(SESSION)


def room_with(**fields: Any) -> tuple[Room, str]:
    message = cast.message(INVITATION, **fields)
    return Room(SESSION, (INVITATION,), (), (message,)), message.id


def test_what_the_carrier_took_is_not_tried_again() -> None:
    room, message = room_with()
    change = delivery.accepted(room, message, "SM123", delivered=False)
    assert change.facts == (facts.MessageAccepted(message=message),)
    [row] = change.updates
    assert (row.provider_ref, row.next_try_at, row.tries) == ("SM123", None, 1)  # type: ignore[attr-defined]


def test_a_retry_that_succeeds_is_said() -> None:
    room, message = room_with(state="failed", tries=1)
    change = delivery.accepted(room, message, "SM123", delivered=False)
    assert change.facts == (facts.MessageAccepted(message=message),)


def test_where_taking_is_delivering_both_are_said() -> None:
    room, message = room_with()
    kinds = [type(fact) for fact in delivery.accepted(room, message, "file", delivered=True).facts]
    assert kinds == [facts.MessageAccepted, facts.MessageDelivered]


def test_a_passing_failure_is_tried_again_later_and_a_final_one_never() -> None:
    room, message = room_with()
    [passing] = delivery.failed(room, message, "timeout", False, NOW).facts
    [final] = delivery.failed(room, message, "21614", True, NOW).facts
    assert isinstance(passing, facts.MessageFailed)
    assert isinstance(final, facts.MessageFailed)
    assert passing.retry_at is not None
    assert passing.retry_at > NOW
    assert final.retry_at is None


def test_trying_again_ends() -> None:
    room, message = room_with(tries=50)
    [fact] = delivery.failed(room, message, "timeout", False, NOW).facts
    assert isinstance(fact, facts.MessageFailed)
    assert fact.retry_at is None


@pytest.mark.parametrize(
    ("before", "report", "said"),
    [
        ("queued", "accepted", facts.MessageAccepted),
        ("accepted", "delivered", facts.MessageDelivered),
        ("queued", "delivered", facts.MessageDelivered),
        ("accepted", "failed", facts.MessageFailed),
        ("accepted", "accepted", None),
        ("delivered", "accepted", None),
        ("delivered", "failed", None),
        ("delivered", "delivered", None),
        ("failed", "failed", None),
        ("failed", "accepted", None),
    ],
)
def test_a_report_that_is_late_or_repeated_says_nothing_new(
    before: Any, report: Any, said: type[facts.Fact] | None
) -> None:
    room, message = room_with(state=before)
    kinds = [type(fact) for fact in delivery.reported(room, message, StatusReport(report)).facts]
    assert kinds == ([said] if said else [])


def test_a_report_that_overtook_the_carriers_answer_stands() -> None:
    room, message = room_with(state="delivered", next_try_at=None)
    change = delivery.accepted(room, message, "SM123", delivered=False)
    assert change.facts == ()
    [row] = change.updates
    assert row.provider_ref == "SM123"  # type: ignore[attr-defined]
