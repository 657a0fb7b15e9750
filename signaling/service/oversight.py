"""The centres that somebody looks after: a supervisor's own, and each other one where they supervise too."""

from __future__ import annotations

import msgspec

from signaling.domain.errors import NotFound
from signaling.domain.policy import policy_of
from signaling.domain.records import Centre, User
from signaling.domain.visitor import Visitor
from signaling.ports import Store


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
        others = [CentreSeen(centre.id, centre.name) for _, centre in await self._elsewhere(visitor)]
        return (CentreSeen(visitor.centre, visitor.centre_name), *sorted(others, key=lambda one: one.name))

    async def visitor_at(self, visitor: Visitor, centre: str) -> Visitor:
        """The same person as that centre knows them: its user, role and policy. Raises NotFound for a centre
        that `centres` does not name."""
        if centre == visitor.centre:
            return visitor
        for user, place in await self._elsewhere(visitor):
            if place.id == centre:
                return msgspec.structs.replace(
                    visitor,
                    user=user.id,
                    name=user.name,
                    role=user.role,
                    centre=place.id,
                    centre_name=place.name,
                    policy=policy_of(place),
                    blurred=user.blurred,
                )
        raise NotFound("no such centre of this visitor's")

    async def _elsewhere(self, visitor: Visitor) -> list[tuple[User, Centre]]:
        if not visitor.several or not visitor.has("supervisor"):
            return []
        return [
            (user, centre)
            for user, centre in await self._store.users_of(visitor.person)
            if centre.id != visitor.centre and user.role == "supervisor" and user.disabled_at is None
        ]
