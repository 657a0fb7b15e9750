"""The fate of a message to a caller: decisions only."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.backoff import backoff
from signaling.domain.errors import NotFound
from signaling.domain.joining import find_invitation
from signaling.domain.records import Message
from signaling.domain.room import Change, Room


class StatusReport(msgspec.Struct, frozen=True):
    """What a carrier says of a message that it took."""

    state: Literal["accepted", "delivered", "failed"]
    reason: str = ""
    permanent: bool = True


def find_message(room: Room, message: str) -> Message:
    for candidate in room.messages:
        if candidate.id == message:
            return candidate
    raise NotFound("no such message in this session")


def accepted(room: Room, message: str, ref: str, delivered: bool) -> Change:
    """The carrier took it. `delivered` where taking is delivering."""
    row = find_message(room, message)
    done = replace(row, provider_ref=ref, tries=row.tries + 1, next_try_at=None)
    if row.next_try_at is None:  # while sending it is leased: a report overtook the carrier's own answer
        return Change(updates=(done,))
    said: tuple[facts.AnyFact, ...] = (facts.MessageAccepted(message=message),)
    if delivered:
        said = (*said, facts.MessageDelivered(message=message))
    return Change(updates=(done,), facts=said)


def failed(room: Room, message: str, reason: str, permanent: bool, now: int) -> Change:
    """The carrier refused it or could not be reached. Tried again unless that is useless."""
    row = find_message(room, message)
    tries = row.tries + 1
    wait = None if permanent or room.session.ended_at is not None else backoff(tries)
    retry_at = None if wait is None else now + wait
    fact = facts.MessageFailed(message=message, reason=reason, permanent=permanent, retry_at=retry_at)
    return Change(updates=(replace(row, tries=tries, reason=reason),), facts=(fact,))


def is_wanted(room: Room, message: str) -> bool:
    """Whether its link still opens anything."""
    invitation = find_invitation(room, find_message(room, message).invitation)
    return room.session.ended_at is None and invitation.revoked_at is None


def withdrawn(room: Room, message: str) -> Change:
    """It is not sent any more; nothing of it has to be told: its invitation's end was."""
    return Change(updates=(replace(find_message(room, message), next_try_at=None),))


def reported(room: Room, message: str, report: StatusReport) -> Change:
    """A carrier's call-back: late, repeated and out-of-order ones say nothing new."""
    row = find_message(room, message)
    rank = {"queued": 0, "accepted": 1, "failed": 2, "delivered": 2}
    if rank[report.state] <= rank[row.state]:
        return Change()
    if report.state == "accepted":
        return Change(facts=(facts.MessageAccepted(message=message),))
    if report.state == "delivered":
        return Change(facts=(facts.MessageDelivered(message=message),))
    fact = facts.MessageFailed(message=message, reason=report.reason, permanent=report.permanent)
    return Change(facts=(fact,))
