"""Who drives the phone: one regulator at a time. Decisions only."""

from __future__ import annotations

from signaling.domain import facts
from signaling.domain.errors import NotFound, NotInControl
from signaling.domain.records import Session
from signaling.domain.room import Change, Room, must_be_open


def driver(session: Session) -> str:
    """User id of who drives the phone."""
    return session.controller or session.started_by


def must_drive(room: Room, user: str) -> None:
    """Raises NotInControl."""
    if driver(room.session) != user:
        raise NotInControl(driver(room.session))


def ask(room: Room, user: str) -> Change:
    """Who drives asks nobody. Raises NotAllowed once the session has ended."""
    must_be_open(room)
    return Change() if driver(room.session) == user else Change(facts=(facts.ControlAsked(by=user),))


def give(room: Room, user: str, to: str) -> Change:
    """To a regulator who has been in the room; given twice, it is given once.

    Raises NotAllowed, NotInControl, NotFound.
    """
    must_be_open(room)
    if driver(room.session) == to:
        return Change()
    must_drive(room, user)
    if to not in {one.user for one in room.participants if one.role == "regulator"}:
        raise NotFound("nobody of that id has been in the room")
    return _passed(user, to)


def take(room: Room, user: str, *, free: str | None) -> Change:
    """From the one who may lose it: `free` is their user id, None when nobody may. Of two that take at once,
    the second finds somebody else than who was free. Raises NotAllowed, NotInControl."""
    must_be_open(room)
    if driver(room.session) == user:
        return Change()
    if driver(room.session) != free:
        raise NotInControl(driver(room.session))
    return _passed(user, user)


def _passed(by: str, to: str) -> Change:
    return Change(facts=(facts.ControlPassed(by=by, to=to),))
