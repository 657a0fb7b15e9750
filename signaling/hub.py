"""Following a session or a centre: the gap from the store, then each change as it is announced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from signaling.domain.errors import Unavailable
from signaling.domain.facts import Event
from signaling.messages.console import Watcher
from signaling.ports import Bus, Store
from signaling.service.figures import figures_topic
from signaling.service.journal import centre_topic, move_topic, phone_topic, read_news, session_topic
from signaling.service.live import live_topic, read_live
from signaling.service.presence import Attendance

# A process that alone loses the bus announces nothing: followers look by themselves now and then.
REREAD_SECONDS = 10.0


class Hub:
    """The bus only hastens what the store holds. So nothing is lost when a note is."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus

    async def follow(self, centre: str, session: str, since: int) -> AsyncIterator[Sequence[Event]]:
        """Every event above version `since`, in order, without a gap, for ever, also if the store is away for
        a while. Raises Unavailable when it is away at the start."""
        version = since
        while True:
            async with self._bus.subscribe(session_topic(session)) as notes:
                events = await self._store.events(centre, session, version)
                if events:
                    version = events[-1].version
                    yield events
                async for note in _or_silence(notes):
                    try:
                        events = await self._after(centre, session, version, note)
                    except Unavailable:  # asked again at the next note or silence: a call goes on meanwhile
                        continue
                    if events:
                        version = events[-1].version
                        yield events

    async def _after(self, centre: str, session: str, version: int, note: bytes | None) -> Sequence[Event]:
        """The events above `version`: those of the note when they follow at once, else the store's."""
        told = None if note is None else read_news(note)
        if told is not None and told.version <= version:
            return ()
        if told is not None and told.events and told.events[0].version == version + 1:
            return told.events
        return await self._store.events(centre, session, version)

    async def changes(self, centre: str) -> AsyncIterator[None]:
        """Yields at once, then after each change of any session of the centre."""
        while True:
            async with self._bus.subscribe(centre_topic(centre)) as notes:
                yield
                async for _ in _or_silence(notes):
                    yield

    async def figures(self, centre: str) -> AsyncIterator[None]:
        """Yields after each time that sessions of the centre were counted, and at once: some may have been
        meanwhile."""
        while True:
            async with self._bus.subscribe(figures_topic(centre)) as notes:
                yield
                async for _ in notes:
                    yield

    async def moves(self, session: str) -> AsyncIterator[None]:
        """Yields when both ends of the session are to offer again. Not the only way that they learn it: each
        watches its own connection."""
        while True:
            async with self._bus.subscribe(move_topic(session)) as notes:
                async for _ in notes:
                    yield

    def attendance(self, session: str, leg: str, watcher: Watcher | None = None) -> Attendance:
        """Who watches, as the connection named `leg` hears it; `watcher` is who sits at it."""
        return Attendance(self._bus, session, leg, watcher)

    async def live(self, session: str) -> AsyncIterator[tuple[str, bytes]]:
        """What is shown and not kept: `(key, frame)`; a later frame of the same key replaces it."""
        while True:
            async with self._bus.subscribe(live_topic(session)) as notes:
                async for note in notes:
                    yield read_live(note)

    async def frames(self, participant: str) -> AsyncIterator[bytes]:
        """JSON frames for a phone that has no open data channel."""
        while True:
            async with self._bus.subscribe(phone_topic(participant)) as notes:
                async for note in notes:
                    yield note


async def _or_silence(notes: AsyncIterator[bytes]) -> AsyncIterator[bytes | None]:
    """The notes, and None after each long silence."""
    while True:
        try:
            async with asyncio.timeout(REREAD_SECONDS):
                note = await anext(notes)
        except TimeoutError:
            yield None
        except StopAsyncIteration:
            return
        else:
            yield note
