"""Films as the relay tells them: a row and a file for each, whichever process takes its events."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import NotFound, Unavailable
from signaling.domain.records import Recording
from signaling.domain.room import must_be_open
from signaling.messages.relay import FilmBegun, FilmEnded, FilmEvent, FilmPiece
from signaling.ports import Change, Clock, Files, Room, Store
from signaling.service.journal import Journal


class Films:
    """An event may come twice, and is then done once. What is raised ends the film, never the call."""

    def __init__(self, store: Store, journal: Journal, files: Files, clock: Clock) -> None:
        self._store = store
        self._journal = journal
        self._files = files
        self._clock = clock

    async def take(self, centre: str, session: str, event: FilmEvent) -> None:
        """Raises NotFound for a film or a session that is gone, NotAllowed for a session that has ended,
        Unavailable for bytes that don't follow those that are there."""
        match event:
            case FilmBegun():
                await self._begin(centre, session, event)
            case FilmPiece():
                await self._write(await self._open(centre, session, event), event.offset, event.data)
            case FilmEnded():
                with suppress(NotFound):  # it was ended or erased meanwhile
                    film = await self._open(centre, session, event)
                    await self._close(film, film.started_at + event.milliseconds, event.milliseconds)

    async def close_after_crash(self, centre: str, recording: str) -> None:
        """Its process is gone: it is as complete as it will be. Nothing is done for one that ended since."""
        film = await self._store.recording(centre, recording)
        if film.ended_at is None:
            await self._close(film, self._clock.now(), None)

    async def _close(self, film: Recording, ended_at: int, milliseconds: int | None) -> None:
        size = await self._files.size(film.centre, film.id)
        whole = replace(film, ended_at=ended_at, size=size)
        stored = facts.RecordingStored(
            recording=film.id, participant=film.participant, milliseconds=milliseconds, size=size
        )
        await self._journal.change(film.centre, film.session, partial(_as_it_is, whole, stored))

    async def _begin(self, centre: str, session: str, event: FilmBegun) -> None:
        """The row comes first, so that whatever a crash leaves is found and deleted with its session."""
        film = Recording(
            id=event.film,
            centre=centre,
            session=session,
            participant=event.participant,
            started_at=self._clock.now(),
            ended_at=None,
            media_type=event.media_type,
            size=0,
        )
        started = facts.RecordingStarted(recording=film.id, participant=film.participant)

        def decide(room: Room) -> Change:
            must_be_open(room)
            return Change(records=(film,), facts=(started,))

        try:
            await self._store.recording(centre, film.id)
        except NotFound:
            await self._journal.change(centre, session, decide)

    async def _write(self, film: Recording, offset: int, data: bytes) -> None:
        if await self._files.append(film.centre, film.id, offset, data) != offset + len(data):
            raise Unavailable("the film is not what was written of it")

    async def _open(self, centre: str, session: str, event: FilmPiece | FilmEnded) -> Recording:
        """Raises NotFound for a film that ended, or of another session."""
        film = await self._store.recording(centre, event.film)
        if (film.session, film.participant) != (session, event.participant) or film.ended_at is not None:
            raise NotFound("no such film that is being made")
        return film


def _as_it_is(film: Recording, stored: facts.RecordingStored, _: Room) -> Change:
    return Change(updates=(film,), facts=(stored,))
