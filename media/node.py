"""A relay in a process of its own: takes requests of the web processes and tells them events, over Redis."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
from redis.exceptions import RedisError

from media import frames
from media.registry import BLOCK, EVENTS, HEARTBEAT, Registry, connect, inbox, replies
from media.relay import EmbeddedRelay
from media.tasks import finish, pause
from signaling.domain.errors import RelayUnavailable, VisioError
from signaling.messages.relay import RelayEvent, Stalled

CHECK_EVERY = 2.0  # seconds until we look whether an event that nobody has handled is still in Redis
CHECKS = 15  # then it is left there, and the participant's next event is told
BACKLOG = 10_000  # events that Redis keeps while no web process takes them
PAUSE = 0.5  # seconds before we try Redis again
REPLY_LASTS = 30  # seconds that Redis keeps a reply nobody takes

log = logging.getLogger(__name__)


class Node:
    """`run` returns once `stop` is set and all is closed. Running media goes on while Redis is away."""

    def __init__(self, url: str, relay: EmbeddedRelay) -> None:
        self.id = secrets.token_hex(8)
        self._relay = relay
        self._redis: Any = connect(url)
        self._registry = Registry(self._redis)
        self._handled: dict[str, asyncio.Event] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(
            asyncio.Lock
        )  # requests of a session, in order
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Calls `ready` as soon as sessions can be placed here."""
        await self._relay.open(self._tell)
        loops = [asyncio.create_task(self._beat(stop, ready)), asyncio.create_task(self._read(stop))]
        await stop.wait()
        await finish(loops)
        await self._drain()
        await self._redis.aclose()

    # ------------------------------------------------------------ life
    async def _beat(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        announced = False
        while not stop.is_set():
            with contextlib.suppress(RedisError, OSError):
                await self._announce()
                if not announced:
                    announced = True
                    ready()
                for session in await self._registry.hold(self.id, list(self._relay.phones())):
                    log.warning("a session went to another node while this one was out of reach")
                    await self._relay.end(session)
            await pause(stop, HEARTBEAT)

    async def _announce(self) -> None:
        stats = self._relay.stats()
        phones = [(session, phone) for session, named in self._relay.phones().items() for phone in named]
        await self._registry.announce(self.id, stats.publishers + stats.viewers, phones)

    async def _drain(self) -> None:
        """No new session, then an end to those here: both ends come back elsewhere by themselves."""
        with contextlib.suppress(RedisError, OSError):
            await self._registry.leave(self.id)
            await self._announce_leaving()
        await finish(self._tasks)
        await self._relay.close()

    async def _announce_leaving(self) -> None:
        for session, participant in await self._registry.bury(self.id):
            await self._append("", Stalled(session=session, participant=participant))

    # ------------------------------------------------------------ requests
    async def _read(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                taken = await self._redis.blpop([inbox(self.id)], timeout=BLOCK)
            except (RedisError, OSError):
                await pause(stop, PAUSE)
                continue
            if taken is not None:
                self._take(taken[1])

    def _take(self, data: bytes) -> None:
        try:
            frame = frames.decode_inbox.decode(data)
        except msgspec.DecodeError:
            log.exception("a request was malformed")
            return
        if isinstance(frame, frames.Handled):
            if (waiting := self._handled.get(frame.ref)) is not None:
                waiting.set()
            return
        task = asyncio.create_task(self._answer(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: frames.Request) -> None:
        turn = self._turns[request.session]
        async with turn:
            try:
                reply = frames.Reply(request.ref, answer=await self._perform(request))
            except VisioError as error:
                reply = frames.refusal(request.ref, error)
            except Exception:
                log.exception("a request failed")
                reply = frames.refusal(request.ref, RelayUnavailable("the media node failed"))
        if isinstance(request, frames.End):
            self._turns.pop(request.session, None)
        key = replies(request.reply_to)
        with contextlib.suppress(RedisError, OSError):
            async with self._redis.pipeline() as pipe:
                pipe.rpush(key, frames.encode(reply))
                pipe.expire(key, REPLY_LASTS)
                await pipe.execute()

    async def _perform(self, request: frames.Request) -> str:
        relay, session = self._relay, request.session
        match request:
            case frames.Publish():
                answer = await relay.publish(session, request.participant, request.offer)
                await self._registry.note_phone(self.id, session, request.participant)
                return answer
            case frames.View():
                return await relay.view(session, request.participant, request.offer)
            case frames.Send():
                await relay.send(session, request.participant, request.data)
            case frames.Drop():
                await relay.drop(session, request.participant)
            case frames.End():
                await relay.end(session)
                await self._registry.free(self.id, session)
        return ""

    # ------------------------------------------------------------ events
    async def _tell(self, event: RelayEvent) -> None:
        """Returns once a web process has handled it, so that the next of this participant comes after it."""
        ref = secrets.token_hex(8)
        handled = self._handled[ref] = asyncio.Event()
        try:
            await self._until_handled(ref, event, handled)
        finally:
            del self._handled[ref]

    async def _until_handled(self, ref: str, event: RelayEvent, handled: asyncio.Event) -> None:
        """Tells again what Redis has lost, with the event or with its receipt."""
        entry = await self._append(ref, event)
        for _ in range(CHECKS):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CHECK_EVERY):
                    await handled.wait()
                    return
            if not await self._is_known(entry):
                entry = await self._append(ref, event)
        log.warning("no web process handled %s", type(event).__name__)

    async def _append(self, ref: str, event: RelayEvent) -> bytes:
        """The event's id in the stream."""
        told = {"told": frames.encode(frames.Told(self.id, ref, event))}
        while True:
            with contextlib.suppress(RedisError, OSError):
                return bytes(await self._redis.xadd(EVENTS, told, maxlen=BACKLOG, approximate=True))
            await asyncio.sleep(PAUSE)

    async def _is_known(self, entry: bytes) -> bool:
        """Whether the event is still in Redis; returns only once Redis answers."""
        while True:
            with contextlib.suppress(RedisError, OSError):
                return bool(await self._redis.xrange(EVENTS, entry, entry))
            await asyncio.sleep(PAUSE)
