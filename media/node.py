"""A relay in a process of its own: takes requests of the web processes and tells them events, over Redis."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable
from time import monotonic
from typing import Any

import msgspec
from redis.exceptions import RedisError

from media import frames
from media.film_recorder import FilmRecorder
from media.heartbeat import Heartbeat
from media.registry import BLOCK, EVENTS, HEARTBEAT, Registry, connect, inbox, replies
from media.relay import EmbeddedRelay
from media.tasks import finish, pause
from signaling.domain.errors import RelayUnavailable, VisioError
from signaling.messages.relay import ChannelMessage, FileChunk, FilmBegun, FilmEvent, RelayEvent

CHECK_EVERY = 2.0  # seconds until we look whether an event that nobody has handled is still in Redis
CHECKS = 15  # then it is left there, and the participant's next event is told
BACKLOG = 10_000  # events that Redis keeps while no web process takes them
PAUSE = 0.5  # seconds before we try Redis again
REPLY_LASTS = 30  # seconds that Redis keeps a reply nobody takes
OVERLAP = 10.0  # seconds that we still forward while both ends of a session go to another node
LULL = 1.0  # seconds without a packet of any phone

log = logging.getLogger(__name__)


class Node:
    """`run` returns once `stop` is set and all is closed. Running media goes on while Redis is away."""

    def __init__(self, url: str, relay: EmbeddedRelay, recorder: FilmRecorder) -> None:
        self.id = secrets.token_hex(8)
        self._relay = relay
        self._recorder = recorder
        self._redis: Any = connect(url)
        self._registry = Registry(self._redis)
        self._heartbeat = Heartbeat(url, self.id)
        self._handled: dict[str, asyncio.Future[bool]] = {}  # by ref: whether it went well
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(
            asyncio.Lock
        )  # requests of a session, in order
        self._tasks: set[asyncio.Task[None]] = set()
        self._leaving = False

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Calls `ready` as soon as sessions can be placed here."""
        await self._relay.open(self._tell)
        deaf = asyncio.Event()
        reading = asyncio.create_task(self._read(deaf))
        beating = asyncio.create_task(self._beat(stop, ready))
        self._heartbeat.start()
        await stop.wait()
        await asyncio.to_thread(self._heartbeat.stop)
        await finish([beating])
        await self._leave()
        deaf.set()
        await finish([reading, *self._tasks])
        await self._relay.close()
        await self._redis.aclose()

    # ------------------------------------------------------------ life
    async def _beat(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        announced = False
        while not stop.is_set():
            self._heartbeat.beat()
            with contextlib.suppress(RedisError, OSError):
                await self._announce()
                if not announced:
                    announced = True
                    ready()
                await self._registry.hold_films(self.id, self._recorder.films)
                for session in await self._registry.hold(self.id, list(self._relay.phones())):
                    log.warning("session_went_elsewhere")
                    await self._relay.end(session)
            await pause(stop, HEARTBEAT)

    async def _announce(self) -> None:
        rank, load = self._relay.counted().rank, self._relay.node_load(self.id)
        await self._registry.announce(load, rank, list(self._relay.phones().items()))

    async def _leave(self) -> None:
        """Make before break: both ends of each session offer again, elsewhere, while we go on forwarding.

        Without another node nothing is gained by waiting: the sooner we end, the sooner one takes our place.
        """
        self._leaving = True
        await self._recorder.close()  # before anybody looks for the films of a node that is gone
        with contextlib.suppress(RedisError, OSError):
            await self._registry.leave(self.id)
            has_others = await self._has_others()
            await self._tell_departure(is_broken=not has_others)
            await self._until_left()

    async def _until_left(self) -> None:
        """Once no more packets come the phones have gone, and what they left here is a still picture."""
        until, before = monotonic() + OVERLAP, -1
        while monotonic() < until and before < self._packets() and await self._has_others():
            before = self._packets()
            await asyncio.sleep(LULL)

    def _packets(self) -> int:
        """Of phones, so far."""
        return self._relay.stats().counters.packets_in

    async def _has_others(self) -> bool:
        return any((await self._registry.nodes()).values())

    async def _tell_departure(self, *, is_broken: bool) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for entry in frames.departure(self.id, self._relay.phones(), is_broken=is_broken):
                pipe.xadd(EVENTS, entry, maxlen=BACKLOG, approximate=True)
            await pipe.execute()

    # ------------------------------------------------------------ requests
    async def _read(self, deaf: asyncio.Event) -> None:
        while not deaf.is_set():
            try:
                taken = await self._redis.blpop([inbox(self.id)], timeout=BLOCK)
            except (RedisError, OSError):
                await pause(deaf, PAUSE)
                continue
            if taken is not None:
                self._take(taken[1])

    def _take(self, data: bytes) -> None:
        try:
            frame = frames.decode_inbox.decode(data)
        except msgspec.DecodeError:
            log.exception("request_malformed")
            return
        if isinstance(frame, frames.Handled):
            if (waiting := self._handled.get(frame.ref)) is not None:
                _settle(waiting, not frame.failed)
            return
        task = asyncio.create_task(self._answer(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: frames.Request) -> None:
        if isinstance(request, frames.Still | frames.Film):  # need no turn, and others need not wait for them
            reply = await self._reply(request)
        else:
            async with self._turns[request.session]:
                reply = await self._reply(request)
        if isinstance(request, frames.End):
            self._turns.pop(request.session, None)
        key = replies(request.reply_to)
        with contextlib.suppress(RedisError, OSError):
            async with self._redis.pipeline() as pipe:
                pipe.rpush(key, frames.encode(reply))
                pipe.expire(key, REPLY_LASTS)
                await pipe.execute()

    async def _reply(self, request: frames.Request) -> frames.Reply:
        try:
            return await self._perform(request)
        except VisioError as error:
            return frames.refusal(request.ref, error)
        except Exception:
            log.exception("request_failed")
            return frames.refusal(request.ref, RelayUnavailable("the media node failed"))

    async def _perform(self, request: frames.Request) -> frames.Reply:
        relay, session = self._relay, request.session
        match request:
            case frames.Publish() | frames.View():
                return frames.Reply(request.ref, answer=await self._offer(request))
            case frames.Still():
                return frames.Reply(request.ref, picture=await relay.still(session, request.participant))
            case frames.Send():
                await relay.send(session, request.participant, request.data)
            case frames.Drop():
                await relay.drop(session, request.participant)
            case frames.End():
                await relay.end(session)
                await self._registry.free(self.id, session)
            case frames.Film(phones=phones, version=version):
                await self._recorder.film(session, phones, version)
        return frames.Reply(request.ref)

    async def _offer(self, request: frames.Offer) -> str:
        if self._leaving:
            raise RelayUnavailable("the media node is leaving")
        relay, session, participant = self._relay, request.session, request.participant
        if request.moved:
            relay.adopt(session)
        if isinstance(request, frames.Publish):
            answer = await relay.publish(session, participant, request.offer, second=request.second)
            await self._registry.note(self.id, session, [participant])
        else:
            wanted, large = request.thumbnail_of, request.large
            answer = await relay.view(session, participant, request.offer, wanted, large=large)
            await self._registry.note(self.id, session, ())
        return answer

    # ------------------------------------------------------------ events
    async def _tell(self, event: RelayEvent) -> None:
        """Returns once a web process has handled it, so that the next of this participant comes after it.
        Raises RelayUnavailable for a piece of a film that none could take."""
        if self._leaving and not isinstance(event, ChannelMessage | FileChunk | FilmEvent):
            return  # connections that end here are no news: their session goes on elsewhere
        ref = secrets.token_hex(8)
        handled = self._handled[ref] = asyncio.get_running_loop().create_future()
        if isinstance(event, FilmBegun):
            with contextlib.suppress(RedisError, OSError):  # the next heartbeat says it too
                await self._registry.hold_films(self.id, [event.film])
        try:
            went_well = await self._until_handled(ref, event, handled)
        finally:
            del self._handled[ref]
        if not went_well and isinstance(event, FilmEvent):
            raise RelayUnavailable("no web process could take a piece of a film")

    async def _until_handled(self, ref: str, event: RelayEvent, handled: asyncio.Future[bool]) -> bool:
        """Whether it went well. Tells again what Redis has lost, with the event or with its receipt."""
        entry = await self._append(ref, event)
        for _ in range(CHECKS):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CHECK_EVERY):
                    return await asyncio.shield(handled)
            if not await self._is_known(entry):
                entry = await self._append(ref, event)
        log.warning("relay_event_left", extra={"kind": type(event).__name__})
        return False

    async def _append(self, ref: str, event: RelayEvent) -> bytes:
        """The event's id in the stream."""
        entry = frames.told(self.id, ref, event)
        while True:
            with contextlib.suppress(RedisError, OSError):
                return bytes(await self._redis.xadd(EVENTS, entry, maxlen=BACKLOG, approximate=True))
            await asyncio.sleep(PAUSE)

    async def _is_known(self, entry: bytes) -> bool:
        """Whether the event is still in Redis; returns only once Redis answers."""
        while True:
            with contextlib.suppress(RedisError, OSError):
                return bool(await self._redis.xrange(EVENTS, entry, entry))
            await asyncio.sleep(PAUSE)


def _settle(future: asyncio.Future[bool], went_well: bool) -> None:
    """Two processes may have handled it."""
    if not future.done():
        future.set_result(went_well)
