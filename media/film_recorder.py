"""Which phones are recorded here, and their films on their way up, as events of the relay."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from media.filming import FilmCutter
from media.recording import Recording
from media.relay import EmbeddedRelay
from signaling.domain.errors import NoPicture
from signaling.messages.relay import FilmBegun, FilmEnded, FilmEvent, FilmPiece

CLOSE_WITHIN = 3.0  # seconds in which films are written to their end when the relay is about to leave

Tell = Callable[[FilmEvent], Awaitable[None]]


@dataclass(frozen=True)
class _Take:
    recording: Recording
    connection: int  # of its phone when it began


@dataclass
class _Takes:
    """Of a session."""

    version: int = 0  # of the session, when we were told last
    running: dict[str, _Take] = field(default_factory=dict)  # by phone; those that are over too


class FilmRecorder:
    """Implements `signaling.ports.Recorder` for the phones of this process's relay. `new_id` makes the id of
    a film."""

    def __init__(self, relay: EmbeddedRelay, new_id: Callable[[], str]) -> None:
        self._relay = relay
        self._new_id = new_id
        self._sessions: dict[str, _Takes] = {}
        self._films: set[str] = set()
        self._is_closed = False

    async def film(self, session: str, phones: Mapping[str, int], version: int) -> None:
        self._forget_others(session)
        takes = self._sessions.setdefault(session, _Takes())
        if self._is_closed or version < takes.version:
            return
        takes.version = version
        for phone in takes.running.keys() - phones.keys():
            takes.running.pop(phone).recording.finish()
        for phone, connection in phones.items():
            take = takes.running.get(phone)
            if take is None or (take.recording.over and take.connection < connection):
                self._start(session, takes, phone, connection)

    async def being_made(self, films: Collection[str]) -> frozenset[str]:
        return frozenset(films) & self._films

    @property
    def films(self) -> list[str]:
        """Those that are being made."""
        return list(self._films)

    async def close(self) -> None:
        """Every film to its end, and no other one begins."""
        self._is_closed = True
        takes = [take for one in self._sessions.values() for take in one.running.values()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN):
                await asyncio.gather(*(take.recording.stop() for take in takes))

    def _start(self, session: str, takes: _Takes, phone: str, connection: int) -> None:
        with contextlib.suppress(NoPicture):  # it sends stills, or left this moment
            reel = _ToldReel(self._relay.tell, (session, phone), self._new_id, self._films)
            recording = self._relay.record(session, phone, FilmCutter(reel))
            takes.running[phone] = _Take(recording, connection)

    def _forget_others(self, session: str) -> None:
        """Sessions that ended here."""
        lasting = {session, *self._relay.phones()}
        for gone in self._sessions.keys() - lasting:
            del self._sessions[gone]


class _ToldReel:
    """Implements `media.filming.Reel`: each film as events, one after another. `films`: where its id is noted
    for as long as it is being made."""

    def __init__(
        self, tell: Tell, place: tuple[str, str], new_id: Callable[[], str], films: set[str]
    ) -> None:
        self._tell = tell
        self._session, self._phone = place
        self._new_id = new_id
        self._films = films
        self._film = ""
        self._size = 0

    async def begin(self, media_type: str) -> None:
        self._film, self._size = self._new_id(), 0
        self._films.add(self._film)
        begun = FilmBegun(
            session=self._session, participant=self._phone, film=self._film, media_type=media_type
        )
        try:
            await self._tell(begun)
        except Exception:
            self._films.discard(self._film)
            raise

    async def write(self, data: bytes) -> None:
        piece = FilmPiece(
            session=self._session, participant=self._phone, film=self._film, offset=self._size, data=data
        )
        await self._tell(piece)
        self._size += len(data)

    async def end(self, milliseconds: int) -> None:
        ended = FilmEnded(
            session=self._session, participant=self._phone, film=self._film, milliseconds=milliseconds
        )
        try:
            await self._tell(ended)
        finally:
            self._films.discard(self._film)
