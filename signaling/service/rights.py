"""Who may do what. An administrator runs the centre and sees no caller."""

from __future__ import annotations

from signaling.domain.errors import FunctionOff, NotAllowed, NotFound
from signaling.domain.policy import Function, Policy, policy_of
from signaling.domain.room import Room
from signaling.domain.visitor import Visitor
from signaling.ports import Store


def must_watch(visitor: Visitor) -> None:
    """Pictures, addresses and the remote control: regulators and supervisors only."""
    if not visitor.has("regulator", "supervisor"):
        raise NotAllowed("this account may not see callers")


def only_own(visitor: Visitor, policy: Policy) -> bool:
    """Whether of the history this visitor finds nothing but their own meetings."""
    return policy.history == "own" and visitor.role == "regulator"


def reads_numbers(visitor: Visitor, policy: Policy) -> bool:
    """Whether the history shows whole numbers to this visitor."""
    return visitor.role == "supervisor" or (visitor.role == "regulator" and policy.numbers_in_clear)


async def must_find(store: Store, visitor: Visitor, session: str) -> None:
    """Raises NotFound for a meeting that this visitor's history does not have: of another centre, or, where
    regulators have their own ones only, one that is over and that they neither started nor were in."""
    room = await store.room(visitor.centre, session)
    if room.session.ended_at is None or is_own(visitor, room):
        return
    if only_own(visitor, policy_of(await store.centre(visitor.centre))):
        raise NotFound("no such session of this regulator's")


def is_own(visitor: Visitor, room: Room) -> bool:
    """Whether they started it or were in it."""
    return room.session.started_by == visitor.user or any(
        one.user == visitor.user for one in room.participants
    )


def must_administrate(visitor: Visitor) -> None:
    if not visitor.has("administrator"):
        raise NotAllowed("only an administrator runs the centre")


async def must_have(store: Store, centre: str, function: Function) -> None:
    """Raises FunctionOff where the centre does without it."""
    if not policy_of(await store.centre(centre)).has(function):
        raise FunctionOff(f"this centre does without {function}")
