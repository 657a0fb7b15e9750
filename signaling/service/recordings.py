"""Films of callers' videos, where their centre wants them and they were told: made, ended, given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from weakref import WeakValueDictionary

import structlog
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import NoPicture, NotFound, Unavailable
from signaling.domain.facts import Event
from signaling.domain.filming import TURNS, filmed
from signaling.domain.ids import new_id
from signaling.domain.policy import policy_of
from signaling.domain.records import Recording
from signaling.domain.room import must_be_open
from signaling.domain.visitor import Visitor
from signaling.ports import Change, Clock, Files, Filming, Recorder, Room, Store
from signaling.service.journal import Journal
from signaling.service.negotiate import relay_key
from signaling.service.rights import must_find, must_watch
from signaling.service.tasks import Tasks

log = structlog.get_logger()


class Recordings:
    """Follows the journal. `recorder`: None where media don't pass through this process; nothing is recorded
    then."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        files: Files,
        clock: Clock,
        tasks: Tasks,
        recorder: Recorder | None,
    ) -> None:
        self._store = store
        self._journal = journal
        self._files = files
        self._clock = clock
        self._tasks = tasks
        self._recorder = recorder
        self._running: dict[str, dict[str, Filming]] = {}  # by session and participant
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by session
        journal.follow(self._happened)

    async def warn(self) -> None:
        """Of centres that turned recording on where media don't pass through this process: their callers are
        told of no recording, and none is made."""
        if self._recorder is None:
            for centre in await self._store.centres():
                if policy_of(centre).recording:
                    log.warning("recording_needs_the_relay_inside", centre=centre.id)

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

    # ------------------------------------------------------------ by what happens in sessions
    def _happened(self, room: Room, events: Sequence[Event]) -> None:
        if self._recorder is not None and any(isinstance(event.fact, TURNS) for event in events):
            came = any(isinstance(event.fact, facts.MediaConnected) for event in events)
            self._tasks.start(self._turn(room.session.centre, room.session.id, came=came))

    async def _turn(self, centre: str, session: str, *, came: bool) -> None:
        """Start and stop what is to be; turns of one session come one after another. `came`: a phone's
        connection did, so that what ended before may go on."""
        async with self._turns.setdefault(session, asyncio.Lock()):
            wanted = await self._wanted(centre, session)
            if session not in self._running:
                await self._mend(centre, session)
            running = self._running.setdefault(session, {})
            for phone in running.keys() - wanted:
                await running.pop(phone).stop()
            for phone in wanted:
                if phone not in running or (came and running[phone].over):
                    self._start(centre, session, phone)
            if not running:
                del self._running[session]

    async def _mend(self, centre: str, session: str) -> None:
        """Films that a process which is gone left open are as complete as they will be."""
        for film in await self._store.recordings(centre, session):
            if film.ended_at is None:
                size = await self._files.size(centre, film.id)
                whole = replace(film, ended_at=self._clock.now(), size=size)
                stored = facts.RecordingStored(recording=film.id, participant=film.participant, size=size)
                await self._journal.change(centre, session, partial(_as_it_is, whole, stored))

    async def _wanted(self, centre: str, session: str) -> frozenset[str]:
        policy = policy_of(await self._store.centre(centre))
        if not policy.recording:
            return frozenset()
        room = await self._store.room(centre, session)
        return filmed(policy, room, [e.fact for e in await self._store.events(centre, session, 0)])

    def _start(self, centre: str, session: str, phone: str) -> None:
        if self._recorder is None:
            return
        reel = _CentreReel(self._store, self._journal, self._files, self._clock, (centre, session, phone))
        with suppress(NoPicture):  # it sends stills, or left this moment
            filming = self._recorder.film(relay_key(centre, session), phone, reel)
            self._running[session][phone] = filming


def _as_it_is(film: Recording, stored: facts.RecordingStored, _: Room) -> Change:
    return Change(updates=(film,), facts=(stored,))


class _CentreReel:
    """Implements `signaling.ports.Reel`: each film is a row and a file. The row comes first, so that whatever
    a crash leaves is found and deleted with its session."""

    def __init__(
        self, store: Store, journal: Journal, files: Files, clock: Clock, place: tuple[str, str, str]
    ) -> None:
        self._store = store
        self._journal = journal
        self._files = files
        self._clock = clock
        self._centre, self._session, self._phone = place
        self._film: Recording | None = None

    async def begin(self, media_type: str) -> None:
        now = self._clock.now()
        film = Recording(
            id=new_id(now),
            centre=self._centre,
            session=self._session,
            participant=self._phone,
            started_at=now,
            ended_at=None,
            media_type=media_type,
            size=0,
        )
        started = facts.RecordingStarted(recording=film.id, participant=self._phone)

        def decide(room: Room) -> Change:
            must_be_open(room)
            return Change(records=(film,), facts=(started,))

        await self._journal.change(self._centre, self._session, decide)
        self._film = film

    async def write(self, data: bytes) -> None:
        if (film := self._film) is None:
            return
        size = await self._files.append(self._centre, film.id, film.size, data)
        if size != film.size + len(data):
            raise Unavailable("the film is not what was written of it")
        self._film = replace(film, size=size)

    async def end(self, milliseconds: int) -> None:
        film, self._film = self._film, None
        if film is None:
            return
        whole = replace(film, ended_at=film.started_at + milliseconds)
        stored = facts.RecordingStored(
            recording=film.id, participant=self._phone, milliseconds=milliseconds, size=film.size
        )
        with suppress(NotFound):  # erased meanwhile
            await self._journal.change(self._centre, self._session, partial(_as_it_is, whole, stored))
