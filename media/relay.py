"""The relay inside this process. `docs/relay.md` draws the path of a packet through these files."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from media.connection import Site
from media.events import Events
from media.session import Session
from media.stats import Stats
from media.tasks import end
from signaling.domain.errors import NoChannel, RelayUnavailable
from signaling.ports import OnRelayEvent

TICK = 0.1  # seconds; retries of lost packets, transport feedback, watchdogs
FORGET = 3600.0  # seconds without a connection; `end` is the rule, this is for an offer that came after it
AT_ONCE = 8  # sessions served in a tick before packets get their turn again

log = logging.getLogger(__name__)


class EmbeddedRelay:
    """Implements `signaling.ports.Relay`.

    `addresses`: the local ones to offer, all of the machine when empty (the loopback if it has no other).
    `ports`: lowest and highest UDP port, None for any. `start_bitrate`: kbit/s that a phone starts at.
    """

    def __init__(
        self,
        *,
        addresses: tuple[str, ...] = (),
        ports: tuple[int, int] | None = None,
        start_bitrate: int = 1200,
    ) -> None:
        self._site = Site(addresses, ports)
        self._start_bitrate = start_bitrate
        self._sessions: dict[str, Session] = {}
        self._events: Events | None = None
        self._ticker: asyncio.Task[None] | None = None

    async def open(self, on_event: OnRelayEvent) -> None:
        self._events = Events(on_event)
        self._ticker = asyncio.create_task(self._tick(), name="media ticker")

    async def close(self) -> None:
        events, self._events = self._events, None
        await asyncio.gather(*(self.end(session) for session in list(self._sessions)))
        if self._ticker is not None:
            await end([self._ticker])
        if events is not None:
            await events.close()

    async def publish(self, session: str, participant: str, offer: str) -> str:
        return await self._session(session).publish(participant, offer)

    async def view(self, session: str, participant: str, offer: str) -> str:
        return await self._session(session).view(participant, offer)

    async def send(self, session: str, participant: str, data: str) -> None:
        known = self._sessions.get(session)
        if known is None:
            raise NoChannel("no such session")
        known.send(participant, data)

    async def drop(self, session: str, participant: str) -> None:
        if (known := self._sessions.get(session)) is not None:
            await known.drop(participant)

    async def end(self, session: str) -> None:
        if (known := self._sessions.pop(session, None)) is not None:
            await known.end()

    # ------------------------------------------------------------ for a node, the bench and the tests
    def stats(self) -> Stats:
        counts = [session.count() for session in self._sessions.values()]
        return Stats(
            sessions=len(counts),
            publishers=sum(publishers for publishers, _ in counts),
            viewers=sum(viewers for _, viewers in counts),
            counters=msgspec.structs.replace(self._site.counters),
        )

    def phones(self) -> dict[str, list[str]]:
        """The participants that publish, or did, by session."""
        return {session.id: session.phones for session in self._sessions.values()}

    # ------------------------------------------------------------ parts
    def _session(self, session: str) -> Session:
        """A session lasts until it is ended: a phone may come back to it, and is then told resumed."""
        if self._events is None:
            raise RelayUnavailable("the relay is closed")
        known = self._sessions.get(session)
        if known is None:
            known = self._sessions[session] = Session(session, self._site, self._events, self._start_bitrate)
        return known

    async def _tick(self) -> None:
        """One clock for all: a task for each stream would cost more than its work."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK)
            for number, session in enumerate(list(self._sessions.values())):
                now = loop.time()
                try:
                    session.tick(now)
                except Exception:
                    log.exception("a tick failed")
                if now - session.busy_at > FORGET:
                    self._sessions.pop(session.id, None)
                if number % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0)
