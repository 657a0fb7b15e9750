"""What one ended session adds to the figures, where the sessions made by hand don't say."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from signaling.domain import facts
from signaling.domain.contribution import Contribution, contribution
from signaling.domain.facts import AnyFact, Event
from signaling.domain.quality import Measured
from signaling.store.projection import session_after
from tests import cast
from tests.cast import ALICE, BOB, MINUTE, NOW

SENT = facts.MessageQueued(message="m", invitation="i", channel="sms", provider="twilio")
PICTURE = facts.PictureFirst(participant="p")
SCREEN = facts.StreamStarted(stream="s", participant="r", source="screen", audience="caller")


def added(*told: AnyFact, quality: Measured | None = None) -> Contribution:
    """A second between facts; the end comes a minute after the start."""
    events: Sequence[Event] = [Event(place, NOW + place * 1000, fact) for place, fact in enumerate(told, 1)]
    session = session_after(cast.session(ALICE, ended_at=NOW + MINUTE), events)
    return contribution(session, events, ZoneInfo("Europe/Paris"), quality)


def document(by: str | None, *, drawing: bool = False) -> facts.DocumentStored:
    return facts.DocumentStored(
        document="d", participant="p", media_type="image/png", size=1, by=by, drawing=drawing
    )


def command(name: str) -> facts.CommandSent:
    return facts.CommandSent(command="c", participant="p", by=ALICE.id, name=name, value=2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fact", "function"),
    [
        (command("zoom"), "zoom"),
        (command("mirror"), None),
        (document(ALICE.id, drawing=True), "drawing"),
        (document(None), None),  # the caller sent it
        (facts.CprChanged(by=ALICE.id, state="compressions"), "cpr"),
        (SCREEN, "screen"),
    ],
)
def test_functions(fact: AnyFact, function: str | None) -> None:
    used = {name for name in added(PICTURE, fact, fact).counts if name.startswith("function.")}
    assert used == ({f"function.{function}"} if function else set())
    assert not any(name.startswith("function.") for name in added(SENT, fact).counts)


def test_a_link_that_another_phone_showed_is_no_code() -> None:
    shown = facts.InvitationShared(invitation="q", participant="p")
    claimed = facts.LinkClaimed(
        invitation="q", participant="p2", browser="Chrome 130, Android", language="fr"
    )
    counts = added(SENT, shown, claimed, PICTURE).counts
    assert (counts.get("way.shared"), counts.get("way.code")) == (1, None)
    assert added(SENT, shown, PICTURE).counts.get("way.shared") is None  # nobody took it


def test_a_message_that_failed_for_good_is_the_cause_until_another_one_leaves() -> None:
    failed = facts.MessageFailed(message="m", reason="30005", permanent=True)
    again = facts.MessageQueued(message="n", invitation="i", channel="sms", provider="ovh")
    gone = facts.MessageAccepted(message="n")
    first, second = added(SENT, failed), added(SENT, failed, again, gone)
    assert (first.groups["carrier"], first.counts["cause.not_delivered"]) == ("twilio", 1)
    assert (second.groups["carrier"], second.counts["cause.never_opened"]) == ("ovh", 1)


def test_two_phones_that_stand_still_at_once_never_stall_for_longer_than_the_picture() -> None:
    still = [facts.MediaStalled(participant=phone) for phone in ("p", "p2")]
    counts = added(PICTURE, *still).counts
    assert (counts["watched_ms"], counts["stalled_ms"]) == (59_000, 59_000)


def test_a_picture_before_its_rungs_never_takes_less_than_no_time() -> None:
    asked = facts.CameraAsked(participant="p")
    buckets = added(SENT, PICTURE, asked).buckets
    assert buckets["spent.asked"] >= 0
    assert buckets["spent.picture"] == 0


def test_what_was_not_measured_is_no_zero() -> None:
    assert "kilobits" not in added(PICTURE).buckets
    buckets = added(PICTURE, quality=Measured(bitrate=0.4, frames=1, loss=1)).buckets
    assert buckets["kilobits"] == 0
    assert buckets["lost"] == pytest.approx(10_000, rel=0.05)


def test_only_ids_and_names_of_things_are_in_it() -> None:
    hung = facts.CallerHungUp(participant="p")
    made = added(SENT, facts.ViewerJoined(participant="r", user=BOB.id), hung)
    assert set(made.groups.values()) == {"", ALICE.id, "twilio", "SFR"}
    assert cast.PHONE not in repr(made)
