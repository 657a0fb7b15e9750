"""Reading sessions: those that run, and those that were."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from signaling.domain.policy import policy_of
from signaling.domain.quality import Quality
from signaling.domain.search import Search
from signaling.domain.visitor import Visitor
from signaling.ports import Details, Listed, Meeting, Store
from signaling.service.rights import must_find, only_own, reads_numbers

PAGE: Final = 25
BATCH: Final = 500  # meetings of an export that are in memory at once
INDEXED: Final = 100  # sessions that one transaction makes findable


class Page(msgspec.Struct, frozen=True):
    """`newer`, `older`: whether there are others on that side."""

    meetings: Sequence[Meeting]
    newer: bool
    older: bool


class Reader(msgspec.Struct, frozen=True):
    """What of the history a visitor reads. `regulators`: user id -> name, of all whose meetings they find."""

    numbers: bool  # whole ones
    only_own: bool
    regulators: dict[str, str]
    people: bool  # whether numbers and regulators are shown at all: an administrator sees no people


class History:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def running(self, visitor: Visitor) -> Sequence[Listed]:
        return await self._store.running(visitor.centre)

    async def reader(self, visitor: Visitor) -> Reader:
        policy = policy_of(await self._store.centre(visitor.centre))
        own = only_own(visitor, policy)
        users = await self._store.users(visitor.centre)
        people = not visitor.has("administrator")
        seen = {one.id: one.name for one in users if people and (not own or one.id == visitor.user)}
        return Reader(reads_numbers(visitor, policy), own, seen, people)

    async def page(self, visitor: Visitor, search: Search) -> Page:
        rows = await self._store.search(visitor.centre, await self._limited(visitor, search), PAGE + 1)
        more = len(rows) > PAGE
        if search.after is not None:
            return Page(rows[-PAGE:], newer=more, older=True)
        return Page(rows[:PAGE], newer=search.before is not None, older=more)

    async def everything(self, visitor: Visitor, search: Search) -> AsyncGenerator[Sequence[Meeting], None]:
        """All that the search asks for, newest first, a batch at a time. Each batch is a query of its own:
        nothing is open meanwhile, whoever reads how slowly, and nothing to close when they go."""
        search = replace(await self._limited(visitor, search), before=None, after=None)
        while rows := await self._store.search(visitor.centre, search, BATCH):
            yield rows
            search = replace(search, before=rows[-1].place)

    async def details(self, visitor: Visitor, session: str) -> Details:
        """Raises NotFound, as `must_find`."""
        await must_find(self._store, visitor, session)
        return await self._store.details(visitor.centre, session)

    async def quality(self, visitor: Visitor, session: str) -> Sequence[Quality]:
        """How good its pictures were, oldest first. Raises NotFound, as `must_find`."""
        await must_find(self._store, visitor, session)
        return await self._store.quality(visitor.centre, session)

    async def version(self, visitor: Visitor, session: str) -> int:
        """The session's newest version. Raises NotFound in another centre."""
        return (await self._store.room(visitor.centre, session)).session.version

    async def _limited(self, visitor: Visitor, search: Search) -> Search:
        """To their own meetings, where regulators find no others."""
        policy = policy_of(await self._store.centre(visitor.centre))
        if not only_own(visitor, policy):
            return search
        theirs = search.regulator in ("", visitor.user)
        return replace(search, regulator=visitor.user) if theirs else NOTHING


NOTHING: Final = Search(since=1, until=0)


class Findable:
    """Makes sessions findable that were not: from before the search, or after the key became another."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self) -> None:
        """Once, in small transactions; again it finds nothing to do."""
        above: str | None = ""
        while above is not None:
            above = await self._store.index(above, INDEXED)
