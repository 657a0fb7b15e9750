"""What a decision about a session reads, and what it makes."""

from __future__ import annotations

import msgspec

from signaling.domain.errors import NotAllowed
from signaling.domain.facts import AnyFact
from signaling.domain.records import Handover, Invitation, Message, Participant, Record, Session


class Room(msgspec.Struct, frozen=True):
    """A session with what decisions about it need."""

    session: Session
    invitations: tuple[Invitation, ...]  # oldest first
    participants: tuple[Participant, ...]  # oldest first
    messages: tuple[Message, ...] = ()  # oldest first
    handovers: tuple[Handover, ...] = ()  # oldest first


class Change(msgspec.Struct, frozen=True):
    """What a decision makes: facts (become events, and change the rows they speak of) and new rows."""

    facts: tuple[AnyFact, ...] = ()
    records: tuple[Record, ...] = ()  # inserted before the facts apply
    updates: tuple[
        Record, ...
    ] = ()  # whole rows put in place of those with the same id (Invitation, Participant, Message)


def must_be_open(room: Room) -> None:
    """Raises NotAllowed once the session has ended."""
    if room.session.ended_at is not None:
        raise NotAllowed("the session has ended")
