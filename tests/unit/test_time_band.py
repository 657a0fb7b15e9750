"""A meeting drawn in time."""

from __future__ import annotations

from console.time_band import band
from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from tests.cast import NOW


def told(*happened: tuple[int, AnyFact]) -> list[Event]:
    """(seconds, fact)"""
    return [Event(n, NOW + at * 1000, fact) for n, (at, fact) in enumerate(happened, 1)]


def test_spans_follow_each_other_without_a_gap_and_marks_stand_where_they_happened() -> None:
    events = told(
        (0, facts.SessionStarted(by="u")),
        (20, facts.PictureFirst(participant="p")),
        (50, facts.MediaStalled(participant="p")),
        (60, facts.PictureWay(participant="p", way="stills")),
        (61, facts.MediaResumed(participant="p")),
        (70, facts.CaptureStored(capture="c", by="u", width=1, height=1, size=1)),
        (100, facts.SessionEnded(by="u")),
    )
    drawn = band(events, NOW + 100_000, str)
    assert drawn is not None
    assert [(one.kind, one.x, one.width) for one in drawn.spans] == [
        ("waiting", 0, 200), ("picture", 200, 300), ("stalled", 500, 110), ("stills", 610, 390),
    ]  # fmt: skip
    assert [(one.kind, one.x) for one in drawn.points] == [("capture", 700)]


def test_what_a_guest_shows_is_no_picture_of_the_caller() -> None:
    events = told(
        (0, facts.GuestJoined(invitation="i", participant="g", role="camera", browser="")),
        (5, facts.PictureFirst(participant="g")),
    )
    drawn = band(events, NOW + 10_000, str)
    assert drawn is not None
    assert [one.kind for one in drawn.spans] == ["waiting"]


def test_a_meeting_of_no_length_is_not_drawn() -> None:
    assert band([], NOW, str) is None
    assert band(told((0, facts.SessionStarted(by="u"))), NOW, str) is None
