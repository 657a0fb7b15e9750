"""The centres that somebody looks after: a supervisor's own, and each other one where they supervise too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import msgspec

from signaling.domain.errors import NotFound
from signaling.domain.policy import policy_of
from signaling.domain.records import Centre, User
from signaling.domain.visitor import Visitor
from signaling.ports import Store

T = TypeVar("T")


class CentreSeen(msgspec.Struct, frozen=True):
    id: str
    name: str  # as callers read it


class Oversight:
    """A login proves what the strictest of the person's centres asks for (`domain/ways_in.py`), so that one
    login is good for all of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def centres(self, visitor: Visitor) -> tuple[CentreSeen, ...]:
        """Whose figures, running sessions and history this visitor sees: their own centre first, then by
        name, for a supervisor, those where the same person is an active supervisor."""
        return tuple(CentreSeen(one.centre, one.centre_name) for one in await self.visits(visitor))

    async def visits(self, visitor: Visitor) -> tuple[Visitor, ...]:
        """The same person as each of these centres knows them: its user, role and policy."""
        others = [_at(visitor, user, centre) for user, centre in await self._elsewhere(visitor)]
        return (visitor, *sorted(others, key=lambda one: one.centre_name))

    async def visitor_at(self, visitor: Visitor, centre: str) -> Visitor:
        """One of `visits`. Raises NotFound for a centre that is not among them."""
        if centre == visitor.centre:
            return visitor
        for there in await self.visits(visitor):
            if there.centre == centre:
                return there
        raise NotFound("no such centre of this visitor's")

    async def wherever(self, visitor: Visitor, look: Callable[[Visitor], Awaitable[T]]) -> T:
        """What `look` finds as this visitor, or else as the same person in another of their centres. Raises
        NotFound when it finds nothing in any."""
        try:
            return await look(visitor)
        except NotFound:
            for there in (await self.visits(visitor))[1:]:
                with suppress(NotFound):
                    return await look(there)
            raise

    async def _elsewhere(self, visitor: Visitor) -> list[tuple[User, Centre]]:
        if not visitor.several or not visitor.has("supervisor"):
            return []
        return [
            (user, centre)
            for user, centre in await self._store.users_of(visitor.person)
            if centre.id != visitor.centre and user.role == "supervisor" and user.disabled_at is None
        ]


def _at(visitor: Visitor, user: User, centre: Centre) -> Visitor:
    return msgspec.structs.replace(
        visitor,
        user=user.id,
        name=user.name,
        role=user.role,
        centre=centre.id,
        centre_name=centre.name,
        policy=policy_of(centre),
        blurred=user.blurred,
    )
