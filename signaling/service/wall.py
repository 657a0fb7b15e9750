"""The wall: all running sessions of the centres that somebody looks after, as they stand.

Whatever number of pages look, a process asks the store once a second for each centre, and only while somebody
looks: who comes within that second gets the answer of the one before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from signaling.domain import facts
from signaling.domain.alerts import Alert, Course, State, alerts, follow
from signaling.domain.audit import Audited
from signaling.domain.facts import Event
from signaling.domain.visitor import Visitor
from signaling.ports import Audit, Clock, Listed, Relay, Store
from signaling.service.negotiate import relay_key
from signaling.service.oversight import CentreSeen, Oversight
from signaling.service.rights import must_watch

PAUSE: Final = 1_000  # ms between two questions to the store
STILLS_AT_ONCE: Final = 4  # that this process asks the relay for, which makes one in two seconds of each
MOST_LOOKS: Final = 10_000  # that are remembered, so that each is in the audit once


class Helping(msgspec.Struct, frozen=True):
    """A supervisor's words, and whether somebody of the room has seen them."""

    by: str  # user id
    seen: bool


class Tile(msgspec.Struct, frozen=True):
    """One running session."""

    listed: Listed
    course: Course
    helped: Helping | None = None  # the newest


class Seen(msgspec.Struct, frozen=True):
    """A tile at one moment."""

    tile: Tile
    alerts: tuple[Alert, ...]

    @property
    def state(self) -> State:
        return self.tile.course.state


class _Known(msgspec.Struct):
    """What was made of the events up to that version."""

    version: int = 0
    course: Course = Course()
    helped: Helping | None = None
    words: dict[str, str] = {}  # help -> by


class Wall:
    def __init__(self, store: Store, relay: Relay, clock: Clock, oversight: Oversight, audit: Audit) -> None:
        self._store = store
        self._relay = relay
        self._clock = clock
        self._oversight = oversight
        self._audit = audit
        self._centres: dict[str, _Centre] = {}
        self._decoding = asyncio.Semaphore(STILLS_AT_ONCE)
        self._looked: set[tuple[str, str]] = set()  # (login, session) whose stills are in the audit

    async def centres(self, visitor: Visitor) -> tuple[CentreSeen, ...]:
        """Raises NotAllowed for who sees no callers."""
        must_watch(visitor)
        return await self._oversight.centres(visitor)

    async def tiles(self, centres: Sequence[CentreSeen]) -> list[Seen]:
        """What needs somebody first, then the longest. Raises Unavailable."""
        now = self._clock.now()
        tiles = [tile for one in centres for tile in await self._centre(one.id).tiles(now)]
        seen = [Seen(tile, alerts(tile.course, now)) for tile in tiles]
        return sorted(seen, key=lambda one: (not one.alerts, one.tile.listed.session.started_at))

    async def still(self, visitor: Visitor, centre: str, session: str) -> bytes:
        """JPEG of what the caller's camera saw two seconds ago at most. The first of a login is in the audit.
        Raises NotAllowed, NotFound, NoPicture, RelayUnavailable."""
        must_watch(visitor)
        there = await self._oversight.visitor_at(visitor, centre)
        await self._store.room(centre, session)  # raises NotFound for another centre's
        await self._note(there, session)
        async with self._decoding:
            return await self._relay.still(relay_key(centre, session), "")

    async def _note(self, visitor: Visitor, session: str) -> None:
        """Once a login and session, however many pictures follow."""
        look = (visitor.login, session)
        if look in self._looked:
            return
        if len(self._looked) >= MOST_LOOKS:
            self._looked.clear()
        self._looked.add(look)
        try:
            await self._audit.record(Audited(visitor.centre, visitor.user, "still.viewed", session))
        except BaseException:
            self._looked.discard(look)
            raise

    def _centre(self, centre: str) -> _Centre:
        return self._centres.setdefault(centre, _Centre(self._store, centre))


class _Centre:
    def __init__(self, store: Store, centre: str) -> None:
        self._store = store
        self._centre = centre
        self._asking = asyncio.Lock()
        self._asked_at: int | None = None
        self._tiles: list[Tile] = []
        self._known: dict[str, _Known] = {}

    async def tiles(self, now: int) -> list[Tile]:
        async with self._asking:
            if self._asked_at is None or not 0 <= now - self._asked_at < PAUSE:
                self._tiles = await self._read()
                self._asked_at = now
            return self._tiles

    async def _read(self) -> list[Tile]:
        running = await self._store.running(self._centre)
        self._known = {one.session.id: self._known.get(one.session.id, _Known()) for one in running}
        return [await self._tile(one) for one in running]

    async def _tile(self, listed: Listed) -> Tile:
        known = self._known[listed.session.id]
        if known.version < listed.session.version:
            events = await self._store.events(self._centre, listed.session.id, known.version)
            known = self._known[listed.session.id] = _after(known, events)
        return Tile(listed, known.course, known.helped)


def _after(known: _Known, events: Sequence[Event]) -> _Known:
    words, helped = dict(known.words), known.helped
    for event in events:
        match event.fact:
            case facts.HelpSent(help=help_, by=by):
                words[help_] = by
                helped = Helping(by, seen=False)
            case facts.HelpSeen(help=help_) if help_ in words:
                helped = Helping(words[help_], seen=True)
    version = events[-1].version if events else known.version
    return _Known(version, follow(known.course, events), helped, words)
