"""What is kept of a visio once it is over, or while it goes on; and how a user looks at pictures."""

from __future__ import annotations

from msgspec.structs import replace

from signaling.domain.closing import Closing, Kept, close, kept
from signaling.domain.visitor import Visitor
from signaling.ports import Store
from signaling.service.journal import Journal
from signaling.service.rights import must_find, must_watch


class Closings:
    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    async def read(self, visitor: Visitor, session: str) -> Kept:
        """Raises NotFound in another centre."""
        must_watch(visitor)
        await must_find(self._store, visitor, session)
        return kept((await self._store.room(visitor.centre, session)).session)

    async def close(self, visitor: Visitor, session: str, wanted: Closing) -> Kept:
        """Open to everybody who may watch, before the end and after it. Raises BadClosing, NotFound."""
        must_watch(visitor)
        await must_find(self._store, visitor, session)
        await self._journal.change(
            visitor.centre, session, lambda room: close(room.session, visitor.user, wanted)
        )
        return await self.read(visitor, session)


class Preferences:
    """Of users, by themselves."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def blur(self, visitor: Visitor, blurred: bool) -> None:
        """Whether pictures arrive blurred for this user, in every browser."""
        must_watch(visitor)
        await self._store.change_user(
            visitor.centre, visitor.user, lambda user: replace(user, blurred=blurred)
        )
