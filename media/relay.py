"""The relay inside this process. `docs/relay.md` draws the path of a packet through these files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic

import msgspec

from media.answers import Terms
from media.codecs import VIDEO
from media.connection import Site
from media.events import Events
from media.gauge import Gauge
from media.load import Capacity, Limits
from media.recording import Recording, Recordings, Sink
from media.session import Session
from media.sockets import Addresses
from media.stats import Stats
from media.stills import Stills
from media.stream import Stream
from media.tasks import end
from signaling.domain.errors import NoChannel, NoPicture, RelayFull, RelayUnavailable
from signaling.messages.relay import FilmEvent
from signaling.ports import NodeLoad, OnRelayEvent

TICK = 0.1  # seconds; retries of lost packets, transport feedback, watchdogs
FORGET = 3600.0  # seconds without a connection; `end` is the rule, this is for an offer that came after it
AT_ONCE = 8  # sessions served in a tick before packets get their turn again

log = logging.getLogger(__name__)


class EmbeddedRelay:
    """Implements `signaling.ports.Relay`.

    `addresses`, `external` and `ports`: see `media.sockets.Addresses`. `start_bitrate` and
    `video_codecs`: see `media.answers.Terms`. `limits`: what it carries at most, None for no limit; beyond it
    raises RelayFull, never for a phone of a session that runs.
    """

    def __init__(
        self,
        *,
        addresses: tuple[str, ...] = (),
        external: tuple[tuple[str, str], ...] = (),
        ports: tuple[int, int] | None = None,
        start_bitrate: int = 1200,
        video_codecs: tuple[str, ...] = VIDEO,
        limits: Limits | None = None,
    ) -> None:
        self._site = Site(Addresses(local=addresses, external=external, ports=ports))
        self._terms = Terms(start_bitrate=start_bitrate, codecs=video_codecs)
        self._capacity = Capacity(limits)
        self._gauge = Gauge(ports[1] - ports[0] + 1 if ports else None)
        self._sessions: dict[str, Session] = {}
        self._stills = Stills()
        self._recordings = Recordings()
        self._events: Events | None = None
        self._on_event: OnRelayEvent | None = None
        self._ticker: asyncio.Task[None] | None = None

    async def open(self, on_event: OnRelayEvent) -> None:
        """Raises RelayUnavailable when this machine has not the addresses that it is to offer."""
        self._site.addresses.check()
        self._on_event = on_event
        self._events = Events(on_event)
        self._ticker = asyncio.create_task(self._tick(), name="media ticker")

    async def close(self) -> None:
        events, self._events = self._events, None
        await asyncio.gather(*(self.end(session) for session in list(self._sessions)))
        if self._ticker is not None:
            await end([self._ticker])
        if events is not None:
            await events.close()
        await self._recordings.close()
        await self._stills.close()

    async def check(self) -> None:
        if self._events is None:
            raise RelayUnavailable("the relay is closed")

    async def nodes(self) -> Sequence[NodeLoad]:
        await self.check()
        return [self.node_load("")]

    async def publish(self, session: str, participant: str, offer: str, *, second: bool = False) -> str:
        return await self._session(session).publish(participant, offer, second=second)

    async def view(
        self, session: str, participant: str, offer: str, thumbnail_of: str = "", *, large: bool = False
    ) -> str:
        known = self._session(session)
        is_extra = bool(thumbnail_of) or known.is_watched_without(participant)
        if is_extra and not self.counted().takes_viewers:
            raise RelayFull("no further viewer can be carried now")
        return await known.view(participant, offer, thumbnail_of, large=large)

    async def still(self, session: str, participant: str = "") -> bytes:
        return await self._stills.take(self._stream(session, participant))

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

    # ------------------------------------------------------------ for a recorder
    def record(self, session: str, participant: str, sink: Sink) -> Recording:
        """The phone's encoded frames into `sink`, until the recording is stopped or the participant is gone.
        Raises NoPicture for one that was never here."""
        return self._recordings.start(self._stream(session, participant), sink)

    async def tell(self, event: FilmEvent) -> None:
        """Returns once it was handled. Raises what its handler raises."""
        if self._on_event is not None:
            await self._on_event(event)

    # ------------------------------------------------------------ for a node, the bench and the tests
    def stats(self) -> Stats:
        counts = [session.count() for session in self._sessions.values()]
        return Stats(
            sessions=len(counts),
            publishers=sum(publishers for publishers, _ in counts),
            viewers=sum(viewers for _, viewers in counts),
            waiting=sum(session.is_waiting for session in self._sessions.values()),
            counters=msgspec.structs.replace(self._site.counters),
        )

    def phones(self) -> dict[str, list[str]]:
        """The participants that publish, or did, by session."""
        return {session.id: session.phones for session in self._sessions.values()}

    def counted(self) -> Capacity:
        """What we can carry, by the connections that there are now."""
        stats = self.stats()
        self._capacity.counted(stats.publishers + stats.viewers, stats.waiting)
        return self._capacity

    def node_load(self, name: str) -> NodeLoad:
        """As of the node of that name."""
        capacity = self.counted()
        load = capacity.load
        return NodeLoad(name, len(self._sessions), load.packets, load.cpu, capacity.share)

    def adopt(self, session: str) -> None:
        """It ran on another relay: here it is not refused as a new one."""
        if session not in self._sessions:
            self._begin(session)

    # ------------------------------------------------------------ parts
    def _session(self, session: str) -> Session:
        """A session lasts until it is ended: a phone may come back to it, and is then told resumed.
        Raises RelayFull for a new one that is too much."""
        known = self._sessions.get(session)
        if known is not None:
            return known
        if not self.counted().takes_sessions:
            raise RelayFull("no further session can be carried now")
        return self._begin(session)

    def _begin(self, session: str) -> Session:
        if self._events is None:
            raise RelayUnavailable("the relay is closed")
        begun = Session(session, self._site, self._events, self._terms, self._capacity)
        self._sessions[session] = begun
        return begun

    def _stream(self, session: str, participant: str) -> Stream:
        known = self._sessions.get(session)
        if known is None:
            raise NoPicture("no such session")
        return known.stream(participant)

    async def _tick(self) -> None:
        """One clock for all: a task for each stream would cost more than its work."""
        while True:
            slept_at = monotonic()
            await asyncio.sleep(TICK)
            self._measure(monotonic() - slept_at - TICK)
            for number, session in enumerate(list(self._sessions.values())):
                now = monotonic()
                try:
                    session.tick(now)
                except Exception:
                    log.exception("tick_failed")
                if now - session.busy_at > FORGET:
                    await self.end(session.id)
                if number % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0)

    def _measure(self, late: float) -> None:
        self._gauge.ticked(late)
        if self._gauge.is_due(now := monotonic()):
            self._capacity.measured(self._gauge.read(now, self.stats()))
