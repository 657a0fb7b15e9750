"""What a supervisor has to look at, and after how long."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from signaling.domain import facts
from signaling.domain.alerts import GONE, STALLED, WAITS, WEAK, Alert, Course, State, alerts, follow
from signaling.domain.facts import AnyFact, Event

START = 1_000_000

QUEUED = facts.MessageQueued(message="m", invitation="i", channel="sms", provider="twilio")
SEEN: tuple[AnyFact, ...] = (
    QUEUED,
    facts.LinkClaimed(invitation="i", participant="p", browser="", language="fr"),
    facts.CameraGranted(participant="p"),
    facts.PictureFirst(participant="p"),
)
STILLS = facts.PictureWay(participant="p", way="stills")
STALL = facts.MediaStalled(participant="p")


def course(happened: Sequence[AnyFact]) -> Course:
    events = [Event(n, START, fact) for n, fact in enumerate((facts.SessionStarted(by="u"), *happened), 1)]
    return follow(Course(), events)


@pytest.mark.parametrize(
    ("happened", "state", "alert", "after"),
    [
        ((), "waiting", "waiting", WAITS[""]),
        ((QUEUED,), "waiting", "waiting", WAITS["queued"]),
        (SEEN[:2], "waiting", "waiting", WAITS["opened"]),
        ((QUEUED, facts.MessageFailed(message="m", reason="x", permanent=True)), "waiting", "not_sent", 0),
        ((*SEEN[:2], facts.CameraRefused(participant="p", reason="denied")), "refused", "refused", 0),
        ((*SEEN, facts.PageHidden(participant="p")), "gone", "gone", GONE),
        ((*SEEN, facts.CallerHungUp(participant="p")), "gone", "gone", GONE),
        ((*SEEN, STALL), "stalled", "stalled", STALLED),
        ((*SEEN, STILLS), "stills", "weak", WEAK),
        ((*SEEN, facts.HelpAsked(by="u", asked=True)), "live", "help", 0),
    ],
    ids=[
        "nothing",
        "queued",
        "opened",
        "failed",
        "refused",
        "hidden",
        "hung up",
        "stalled",
        "stills",
        "help",
    ],
)
def test_an_alert_is_raised_after_its_time_and_not_before(
    happened: Sequence[AnyFact], state: State, alert: Alert, after: int
) -> None:
    stands = course(happened)
    assert stands.state == state
    assert alerts(stands, START + after)[0] == alert
    assert not after or alerts(stands, START + after - 1) == ()


@pytest.mark.parametrize(
    "happened",
    [
        SEEN,
        (*SEEN, STALL, facts.MediaResumed(participant="p")),
        (*SEEN, facts.PageHidden(participant="p"), facts.PageShown(participant="p")),
        (*SEEN, STILLS, facts.PictureWay(participant="p", way="udp")),
        (*SEEN, facts.HelpAsked(by="u", asked=True), facts.HelpAsked(by="u", asked=False)),
        (facts.MessageFailed(message="m", reason="x", permanent=True), *SEEN),
        (*SEEN, facts.GuestInvited(invitation="g", by="u", role="camera", channel="sms", to_hint=""),
         facts.GuestJoined(invitation="g", participant="q", role="camera", browser=""),
         facts.MediaStalled(participant="q"), facts.PageHidden(participant="q")),
    ],
    ids=["live", "resumed", "back", "video again", "no longer", "sent again", "a guest's"],
)  # fmt: skip
def test_a_session_that_goes_well_raises_none(happened: Sequence[AnyFact]) -> None:
    stands = course(happened)
    assert stands.state == "live"
    assert alerts(stands, START + 10 * WEAK) == ()


def test_what_is_most_pressing_stands_first() -> None:
    stands = course((*SEEN, STALL, facts.HelpAsked(by="u", asked=True)))
    assert alerts(stands, START + STALLED) == ("help", "stalled")
