"""Films of callers' videos, where their centre wants them and they were told: made, ended, given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from weakref import WeakValueDictionary

import structlog

from signaling.domain import facts
from signaling.domain.errors import RelayUnavailable
from signaling.domain.facts import Event
from signaling.domain.filming import TURNS, filmed
from signaling.domain.policy import Policy, policy_of
from signaling.domain.records import Recording
from signaling.domain.room import must_be_open
from signaling.domain.visitor import Visitor
from signaling.messages.relay import FilmEvent
from signaling.ports import Change, Clock, Files, Recorder, Room, Store
from signaling.service.films import Films
from signaling.service.journal import Journal
from signaling.service.negotiate import read_relay_key, relay_key
from signaling.service.rights import must_find, must_watch
from signaling.service.tasks import Tasks

log = structlog.get_logger()


class Recordings:
    """Follows the journal, and takes the films from the relay's events. Remembers nothing: any process may
    decide on a session next."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        files: Files,
        clock: Clock,
        tasks: Tasks,
        recorder: Recorder,
    ) -> None:
        self._store = store
        self._journal = journal
        self._files = files
        self._tasks = tasks
        self._recorder = recorder
        self._films = Films(store, journal, files, clock)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by session
        journal.follow(self._happened)

    async def stop(self, visitor: Visitor, session: str) -> None:
        """For good in this session, by a regulator. Idempotent. Raises NotAllowed once it has ended."""
        must_watch(visitor)
        told = await self._store.events(visitor.centre, session, 0)

        def decide(room: Room) -> Change:
            must_be_open(room)
            if any(isinstance(event.fact, facts.RecordingStopped) for event in told):
                return Change()
            return Change(facts=(facts.RecordingStopped(by=visitor.user),))

        await self._journal.change(visitor.centre, session, decide)

    async def find(self, visitor: Visitor, recording: str) -> tuple[Recording, int]:
        """A film, and how many bytes it has by now. Raises NotFound."""
        must_watch(visitor)
        film = await self._store.recording(visitor.centre, recording)
        await must_find(self._store, visitor, film.session)
        return film, film.size or await self._files.size(film.centre, film.id)

    def bytes_of(self, film: Recording, start: int = 0) -> AsyncIterator[bytes]:
        """From `start` on, in pieces."""
        return self._files.open(film.centre, film.id, start)

    # ------------------------------------------------------------ by what the relay tells
    async def take(self, event: FilmEvent) -> None:
        """What is raised ends the film, never the call."""
        centre, session = read_relay_key(event.session)
        await self._films.take(centre, session, event)

    # ------------------------------------------------------------ by what happens in sessions
    def _happened(self, room: Room, events: Sequence[Event]) -> None:
        if any(isinstance(event.fact, TURNS) for event in events):
            self._tasks.start(self._turn(room.session.centre, room.session.id))

    async def _turn(self, centre: str, session: str) -> None:
        """Start and stop what is to be; turns of one session come one after another."""
        async with self._turns.setdefault(session, asyncio.Lock()):
            # Asked first: what begins meanwhile is not taken for what a process left that is gone
            unfinished = [
                film for film in await self._store.recordings(centre, session) if film.ended_at is None
            ]
            policy = policy_of(await self._store.centre(centre))
            if not unfinished and not policy.recording:
                return
            try:
                await self._direct(policy, centre, session)
                made = await self._recorder.being_made([film.id for film in unfinished])
            except RelayUnavailable as error:
                log.warning("recording_not_directed", session=session, reason=str(error))
                return
            for film in unfinished:
                if film.id not in made:
                    await self._films.close_after_crash(film.centre, film.id)

    async def _direct(self, policy: Policy, centre: str, session: str) -> None:
        room = await self._store.room(centre, session)
        events = await self._store.events(centre, session, 0)
        phones = filmed(policy, room, [event.fact for event in events])
        connections = {
            event.fact.participant: event.version
            for event in events
            if isinstance(event.fact, facts.MediaConnected) and event.fact.participant in phones
        }
        await self._recorder.film(relay_key(centre, session), connections, events[-1].version)
