"""What became of a session, in one word."""

from __future__ import annotations

from signaling.domain.outcome import outcome
from tests.cast import NOW, session


def test_a_new_session_waits() -> None:
    assert outcome(session()) == "waiting"


def test_a_session_that_ended_in_the_dark_had_no_picture() -> None:
    assert outcome(session(ended_at=NOW)) == "no_picture"


def test_a_refused_camera_is_told_whether_the_session_ended_or_not() -> None:
    assert outcome(session(refused=True)) == "refused"
    assert outcome(session(refused=True, ended_at=NOW)) == "refused"


def test_a_picture_counts_whatever_came_later() -> None:
    assert outcome(session(first_picture_at=NOW)) == "picture"
    assert outcome(session(first_picture_at=NOW, refused=True, ended_at=NOW)) == "picture"
