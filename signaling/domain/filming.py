"""Whose video is recorded: decisions only.

A centre turns recording on, the caller's page says so before it asks for the camera, and the phone tells that
it did. What was not told is not recorded: a page that was opened before the centre turned it on, a guest's
phone, a second camera. One caller who says no speaks for the whole session, and so does a regulator who stops
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from signaling.domain import facts
from signaling.domain.facts import AnyFact
from signaling.domain.guests import guest_ids
from signaling.domain.policy import Policy
from signaling.domain.room import Room

# After any of these another phone is to be recorded, or none
TURNS: Final = (
    facts.RecordingAgreed,
    facts.RecordingDeclined,
    facts.RecordingStopped,
    facts.MediaConnected,
    facts.PhoneState,
    facts.PhoneReplaced,
    facts.CallerHungUp,
    facts.SessionEnded,
)


def filmed(policy: Policy, room: Room, happened: Iterable[AnyFact]) -> frozenset[str]:
    """The phone that is to be recorded now, by its participant's id; none, more often than not."""
    if not policy.recording or room.session.ended_at is not None:
        return frozenset()
    agreed: set[str] = set()
    sending: set[str] = set()
    paused: set[str] = set()
    for fact in happened:
        match fact:
            case facts.RecordingDeclined() | facts.RecordingStopped():
                return frozenset()
            case facts.RecordingAgreed(participant=phone):
                agreed.add(phone)
            case facts.MediaConnected(participant=phone):
                sending.add(phone)
            case facts.CallerHungUp(participant=phone):
                sending.discard(phone)
            case facts.PhoneState(participant=phone, actual=actual):
                (paused.add if actual.pause is True else paused.discard)(phone)
    guests = guest_ids(room)
    mains = {
        one.id
        for one in room.participants
        if one.role == "caller" and one.standing == "main" and one.id not in guests
    }
    return frozenset(mains & agreed & sending - paused)
