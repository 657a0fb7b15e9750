"""What became of a session, in one word."""

from __future__ import annotations

from signaling.domain.records import Outcome, Session


def outcome(session: Session) -> Outcome:
    """A picture counts for ever; without one, the last answer to the camera prompt, then the end."""
    if session.first_picture_at is not None:
        return "picture"
    if session.refused:
        return "refused"
    return "no_picture" if session.ended_at is not None else "waiting"
