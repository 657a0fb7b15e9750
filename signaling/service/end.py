"""Ending a session for everyone."""

from __future__ import annotations

import asyncio

from signaling.domain import facts
from signaling.domain.visitor import Visitor
from signaling.messages import control
from signaling.ports import Bus, Change, Clock, Relay, Room, Store
from signaling.service.command import send
from signaling.service.journal import Journal
from signaling.service.negotiate import relay_key
from signaling.service.rights import must_watch
from signaling.service.tasks import Tasks

FAREWELL_SECONDS = 1.0  # for the phone to hear `ended` on its data channel before media stops


class Ending:
    def __init__(
        self, store: Store, journal: Journal, bus: Bus, relay: Relay, clock: Clock, tasks: Tasks
    ) -> None:
        self._store = store
        self._journal = journal
        self._bus = bus
        self._relay = relay
        self._clock = clock
        self._tasks = tasks

    async def end(self, visitor: Visitor, session: str) -> None:
        """Idempotent: ending an ended session says nothing new."""
        must_watch(visitor)
        await self._end(visitor.centre, session, visitor.user)

    async def sweep(self, longest: int) -> int:
        """End the sessions that were left open for more than `longest` ms. Returns how many."""
        stale = await self._store.stale(self._clock.now() - longest)
        for centre, session in stale:
            await self._end(centre, session, None)
        return len(stale)

    async def _end(self, centre: str, session: str, by: str | None) -> None:
        def decide(room: Room) -> Change:
            if room.session.ended_at is not None:
                return Change()
            return Change(facts=(facts.SessionEnded(by=by),))

        if await self._journal.change(centre, session, decide):
            self._tasks.start(self._farewell(centre, session))

    async def _farewell(self, centre: str, session: str) -> None:
        room = await self._store.room(centre, session)
        for participant in room.participants:
            if participant.role == "caller":
                await send(self._relay, self._bus, participant, control.Ended())
        await asyncio.sleep(FAREWELL_SECONDS)
        await self._relay.end(relay_key(centre, session))
