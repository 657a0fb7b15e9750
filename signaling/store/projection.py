"""What a fact changes on the rows it speaks of. Pure: the store writes what this says."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.guests import concerns_guest
from signaling.domain.ladder import higher
from signaling.domain.records import Handover, Invitation, Message, Participant, Position, Record, Session


class RowChange(msgspec.Struct, frozen=True):
    """New values of some columns of one row, other than the session's own."""

    kind: type[Record]
    id: str
    values: dict[str, Any]


def number(session: Session, happened: Iterable[AnyFact], at: int) -> tuple[Event, ...]:
    """The facts as the session's next events, all at the same time."""
    return tuple(Event(version, at, fact) for version, fact in enumerate(happened, session.version + 1))


def session_after(
    session: Session, events: Iterable[Event], guests: AbstractSet[str] = frozenset()
) -> Session:
    """The session's row once these events have happened. What concerns one of `guests`
    (`signaling.domain.guests.guest_ids`) tells nothing of the caller."""
    for event in events:
        if concerns_guest(guests, event.fact):
            session = replace(session, version=event.version)
        else:
            session = _session_after(session, event)
    return session


def _session_after(session: Session, event: Event) -> Session:
    session = replace(session, version=event.version, rung=higher(session.rung, event.fact))
    match event.fact:
        case facts.PictureFirst() if session.first_picture_at is None:
            return replace(session, first_picture_at=event.at)
        case facts.CameraRefused():
            return replace(session, refused=True)
        case facts.CameraGranted():
            return replace(session, refused=False)
        case facts.ControlPassed(to=user):
            return replace(session, controller=user)
        case facts.SessionMarked(debrief=debrief):
            return replace(session, debrief=debrief)
        case facts.SessionAssessed(assessment=assessment):
            return replace(session, assessment=assessment)
        case facts.SessionEnded():
            return replace(session, ended_at=event.at)
        case _:
            return session


def row_changes(event: Event) -> tuple[RowChange, ...]:
    """The changes to the rows that the event speaks of, other than the session's."""
    if isinstance(event.fact, facts.PhoneReplaced):
        return (
            RowChange(Participant, event.fact.participant, {"standing": "replaced"}),
            RowChange(Participant, event.fact.successor, {"standing": "main"}),
        )
    change = _row_change(event)
    return () if change is None else (change,)


def _row_change(event: Event) -> RowChange | None:
    at = event.at
    match event.fact:
        case (
            facts.LinkClaimed(invitation=id_, participant=participant)
            | facts.GuestJoined(invitation=id_, participant=participant)
        ):
            return RowChange(Invitation, id_, {"claimed_at": at, "claimed_by": participant})
        case facts.InvitationRevoked(invitation=id_) | facts.GuestRemoved(invitation=id_):
            return RowChange(Invitation, id_, {"revoked_at": at})
        case facts.MessageAccepted(message=id_):
            return RowChange(Message, id_, {"state": "accepted", "next_try_at": None})
        case facts.MessageDelivered(message=id_):
            return RowChange(Message, id_, {"state": "delivered", "next_try_at": None})
        case facts.MessageFailed(message=id_, reason=reason, retry_at=retry_at):
            return RowChange(Message, id_, {"state": "failed", "reason": reason, "next_try_at": retry_at})
        case facts.HandoverDecided(handover=id_, decision=decision, participant=participant):
            return RowChange(Handover, id_, {"decision": decision, "participant": participant})
        case facts.PositionAddressed(position=id_, address=address, source=source):
            return RowChange(Position, id_, {"address": address, "source": source})
        case _:
            return None
