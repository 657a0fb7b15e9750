"""Who may do what. An administrator runs the centre and sees no caller."""

from __future__ import annotations

from signaling.domain.errors import FunctionOff, NotAllowed
from signaling.domain.policy import Function, policy_of
from signaling.domain.visitor import Visitor
from signaling.ports import Store


def must_watch(visitor: Visitor) -> None:
    """Pictures, addresses and the remote control: regulators and supervisors only."""
    if not visitor.has("regulator", "supervisor"):
        raise NotAllowed("this account may not see callers")


def must_administrate(visitor: Visitor) -> None:
    if not visitor.has("administrator"):
        raise NotAllowed("only an administrator runs the centre")


async def must_have(store: Store, centre: str, function: Function) -> None:
    """Raises FunctionOff where the centre does without it."""
    if not policy_of(await store.centre(centre)).has(function):
        raise FunctionOff(f"this centre does without {function}")
