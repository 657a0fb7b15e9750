"""Reading sessions: those that run, and those that were."""

from __future__ import annotations

from collections.abc import Sequence

from signaling.domain.visitor import Visitor
from signaling.ports import Details, Listed, Store

PAGE = 25


class History:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def running(self, visitor: Visitor) -> Sequence[Listed]:
        return await self._store.running(visitor.centre)

    async def page(self, visitor: Visitor, before: str | None) -> tuple[Sequence[Listed], str | None]:
        """Newest first; the second value asks for the next page, None on the last one."""
        rows = await self._store.history(visitor.centre, before, PAGE + 1)
        more = len(rows) > PAGE
        return rows[:PAGE], rows[PAGE - 1].session.id if more else None

    async def details(self, visitor: Visitor, session: str) -> Details:
        return await self._store.details(visitor.centre, session)

    async def version(self, visitor: Visitor, session: str) -> int:
        """The session's newest version. Raises NotFound in another centre."""
        return (await self._store.room(visitor.centre, session)).session.version
