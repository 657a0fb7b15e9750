"""The phone's control passes from one regulator to another: asked for, given, or taken from who is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from signaling.domain import control_holder
from signaling.domain.errors import NotInControl
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Decide, Store
from signaling.service.journal import Journal
from signaling.service.presence import Attendance
from signaling.service.rights import must_watch

ASK_MILLISECONDS: Final = 5_000  # asked again so soon, it is the same request
ASKERS: Final = 1_000  # whose last requests are remembered


class Driving:
    def __init__(self, store: Store, journal: Journal, clock: Clock) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._asked: dict[tuple[str, str], int] = {}  # (session, user) -> when

    async def ask(self, visitor: Visitor, session: str) -> None:
        """Who drives sees it. Raises NotAllowed once the session has ended."""
        must_watch(visitor)
        now = self._clock.now()
        key = (session, visitor.user)
        if now - self._asked.get(key, -ASK_MILLISECONDS) < ASK_MILLISECONDS:
            return
        await self._journal.change(
            visitor.centre, session, lambda room: control_holder.ask(room, visitor.user)
        )
        self._asked.pop(key, None)
        self._asked[key] = now
        if len(self._asked) > ASKERS:
            del self._asked[next(iter(self._asked))]

    async def give(self, visitor: Visitor, session: str, to: str) -> None:
        """Raises NotAllowed, NotInControl, NotFound."""
        must_watch(visitor)
        await self._change(visitor, session, lambda room: control_holder.give(room, visitor.user, to))

    async def take(self, visitor: Visitor, session: str, holder: str, attendance: Attendance) -> None:
        """From `holder` (user id, as the console sees it; "": whoever it is), who is away, unless the visitor
        is a supervisor. Raises NotAllowed, NotInControl."""
        must_watch(visitor)
        room = await self._store.room(visitor.centre, session)
        driver = control_holder.driver(room.session)
        free: str | None = None
        if holder in {"", driver} and (visitor.has("supervisor") or not await attendance.is_there(driver)):
            free = driver
        await self._change(visitor, session, lambda room: control_holder.take(room, visitor.user, free=free))

    async def _change(self, visitor: Visitor, session: str, decide: Decide) -> None:
        async with naming_driver(self._store, visitor.centre):
            await self._journal.change(visitor.centre, session, decide)


@asynccontextmanager
async def naming_driver(store: Store, centre: str) -> AsyncIterator[None]:
    """Who is refused learns the name of who drives."""
    try:
        yield
    except NotInControl as error:
        names = {user.id: user.name for user in await store.users(centre)}
        raise NotInControl(error.driver, names.get(error.driver, "")) from None
