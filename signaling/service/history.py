"""Reading sessions: those that run, and those that were."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

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
    """What of the history somebody reads. `visits`: who they are in each centre whose meetings they find."""

    visits: tuple[Visitor, ...]
    numbers: bool  # whole ones
    only_own: bool
    colleagues: dict[str, dict[str, str]]  # centre -> user id -> name, of all whose meetings they find
    people: bool  # whether numbers and regulators are shown at all: an administrator sees no people

    @property
    def masked(self) -> Reader:
        """The same, for a list that nobody has asked whole numbers of."""
        return replace(self, numbers=False)

    @property
    def regulators(self) -> dict[str, str]:
        """User id -> name, of all centres."""
        return {user: name for names in self.colleagues.values() for user, name in names.items()}

    @property
    def centres(self) -> dict[str, str]:
        """Id -> name."""
        return {one.centre: one.centre_name for one in self.visits}


class History:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def running(self, *visits: Visitor) -> Sequence[Listed]:
        """Of all these centres, the newest first."""
        found = [listed for one in visits for listed in await self._store.running(one.centre)]
        return sorted(found, key=lambda one: one.session.id, reverse=True)

    async def reader(self, *visits: Visitor) -> Reader:
        """`visits`: one person, as each centre knows them."""
        return Reader(
            visits,
            numbers=bool(visits) and all(reads_numbers(one, one.policy) for one in visits),
            only_own=any(only_own(one, one.policy) for one in visits),
            colleagues={one.centre: await self._colleagues(one) for one in visits},
            people=not any(one.has("administrator") for one in visits),
        )

    async def page(self, reader: Reader, search: Search) -> Page:
        rows = await self._store.search(tuple(reader.centres), _limited(reader, search), PAGE + 1)
        more = len(rows) > PAGE
        if search.after is not None:
            return Page(rows[-PAGE:], newer=more, older=True)
        return Page(rows[:PAGE], newer=search.before is not None, older=more)

    async def everything(self, reader: Reader, search: Search) -> AsyncGenerator[Sequence[Meeting], None]:
        """All that the search asks for, newest first, a batch at a time. Each batch is a query of its own:
        nothing is open meanwhile, whoever reads how slowly, and nothing to close when they go."""
        search = replace(_limited(reader, search), before=None, after=None)
        while rows := await self._store.search(tuple(reader.centres), search, BATCH):
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

    async def _colleagues(self, visitor: Visitor) -> dict[str, str]:
        if visitor.has("administrator"):
            return {}
        own = only_own(visitor, visitor.policy)
        users = await self._store.users(visitor.centre)
        return {one.id: one.name for one in users if not own or one.id == visitor.user}


def _limited(reader: Reader, search: Search) -> Search:
    """To their own meetings, where regulators find no others."""
    if not reader.only_own:
        return search
    [visitor] = reader.visits
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
