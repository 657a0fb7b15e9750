"""The relay on other machines, for the web processes: the same port, spoken over Redis to the nodes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from redis.exceptions import RedisError, ResponseError

from media import frames
from media.registry import BLOCK, EVENTS, GROUP, HEARTBEAT, Placement, Registry, connect
from media.requests import PAUSE, NodeDied, Requests, give_up, push
from media.tasks import finish, pause
from signaling.domain.errors import NoChannel, NoPicture, RelayFull, RelayUnavailable
from signaling.ports import NodeLoad, OnRelayEvent

ABANDONED = 10_000  # ms after which an event that a web process took and did not handle is another's
AT_ONCE = 32  # events handled at the same time; those of one participant come one by one anyway
DOUBTS = 20  # readings after Redis was away in which we look for what we were given and never got
CALM = 10  # heartbeats after Redis was away before we believe that a node died: no lease lasts meanwhile

log = logging.getLogger(__name__)


class RemoteRelay:
    """Implements `signaling.ports.Relay` and `Recorder`. Each event is handled by one process, again if that
    one dies."""

    def __init__(self, url: str) -> None:
        self._id = secrets.token_hex(8)
        self._redis: Any = connect(url)
        self._registry = Registry(self._redis)
        self._requests = Requests(self._redis, self._id)
        self._homeless: set[str] = set()  # sessions that found no node
        self._calm = CALM  # heartbeats since Redis was away
        self._late: set[str] = set()  # nodes that had no lease when we last looked
        self._loops: list[asyncio.Task[None]] = []
        self._closing = asyncio.Event()
        self._handling: dict[bytes, asyncio.Task[None]] = {}  # by the event's id in the stream

    async def open(self, on_event: OnRelayEvent) -> None:
        self._on_event = on_event
        loops = (self._requests.read_replies(self._closing), self._read_events(), self._look_after())
        self._loops = [asyncio.create_task(loop) for loop in loops]

    async def close(self) -> None:
        """Events that are being handled are finished; those that hang are left to other processes."""
        self._closing.set()
        await finish(self._loops)
        handling = list(self._handling.values())
        await finish(handling)
        if not any(task.cancelled() for task in handling):
            with contextlib.suppress(RedisError, OSError):
                await self._redis.xgroup_delconsumer(EVENTS, GROUP, self._id)
        await self._redis.aclose()

    # ------------------------------------------------------------ the port
    async def check(self) -> None:
        try:
            nodes = await self._registry.nodes()
        except (RedisError, OSError) as error:
            raise RelayUnavailable(f"Redis does not answer: {error}") from None
        if not any(nodes.values()):
            raise RelayUnavailable("no media node is alive")

    async def nodes(self) -> Sequence[NodeLoad]:
        try:
            return await self._registry.loads()
        except (RedisError, OSError) as error:
            raise RelayUnavailable(f"Redis does not answer: {error}") from None

    async def publish(self, session: str, participant: str, offer: str, *, second: bool = False) -> str:
        return await self._offer(
            frames.Publish(**self._head(session), participant=participant, offer=offer, second=second)
        )

    async def view(
        self, session: str, participant: str, offer: str, thumbnail_of: str = "", *, large: bool = False
    ) -> str:
        head = self._head(session)
        return await self._offer(
            frames.View(**head, participant=participant, offer=offer, thumbnail_of=thumbnail_of, large=large)
        )

    async def still(self, session: str, participant: str = "") -> bytes:
        node = await self._find(session)
        if node is None:
            raise NoPicture("no such session")
        request = frames.Still(**self._head(session), participant=participant)
        return (await self._requests.ask(node, request)).picture

    async def send(self, session: str, participant: str, data: str) -> None:
        node = await self._find(session)
        if node is None:
            raise NoChannel("no such session")
        await self._requests.ask(node, frames.Send(**self._head(session), participant=participant, data=data))

    async def drop(self, session: str, participant: str) -> None:
        if (node := await self._find(session)) is not None:
            await self._requests.ask(node, frames.Drop(**self._head(session), participant=participant))

    async def end(self, session: str) -> None:
        self._homeless.discard(session)
        if (node := await self._find(session)) is not None:
            await self._requests.ask(node, frames.End(**self._head(session)))

    # ------------------------------------------------------------ the port of a recorder
    async def film(self, session: str, phones: Mapping[str, int], version: int) -> None:
        """A session that lies nowhere has no phone to be recorded."""
        if (node := await self._find(session)) is not None:
            request = frames.Film(**self._head(session), phones=dict(phones), version=version)
            await self._requests.ask(node, request)

    async def being_made(self, films: Collection[str]) -> frozenset[str]:
        try:
            return await self._registry.held_films(films)
        except (RedisError, OSError) as error:
            raise RelayUnavailable(f"Redis does not answer: {error}") from None

    # ------------------------------------------------------------ requests
    def _head(self, session: str) -> dict[str, Any]:
        return {"ref": secrets.token_hex(8), "reply_to": self._id, "session": session}

    async def _offer(self, request: frames.Offer) -> str:
        """To the session's node; to another when that one dies, or has no room for a new session."""
        refused: list[str] = []
        while True:
            place = await self._place(request.session, refused)
            request = msgspec.structs.replace(request, moved=request.moved or place.is_moved)
            try:
                return (await self._requests.ask(place.node, request)).answer
            except NodeDied:
                continue
            except RelayFull:
                if place.is_held:
                    raise  # all of a session lies on one node
                refused.append(place.node)

    async def _place(self, session: str, refused: list[str]) -> Placement:
        try:
            place = await self._registry.place(session, refused)
        except (RedisError, OSError) as error:
            raise RelayUnavailable(f"Redis does not answer: {error}") from None
        if place is None and refused:
            raise RelayFull("no media node has room")
        if place is None:
            self._homeless.add(session)
            raise RelayUnavailable("no media node is alive")
        return place

    async def _find(self, session: str) -> str | None:
        try:
            return await self._registry.find(session)
        except (RedisError, OSError) as error:
            raise RelayUnavailable(f"Redis does not answer: {error}") from None

    # ------------------------------------------------------------ events
    async def _read_events(self) -> None:
        doubts = 0
        while not self._closing.is_set():
            try:
                await self._room()
                if doubts:
                    await self._read("0")
                    doubts -= 1
                await self._read(">")
            except ResponseError:  # the first of all, or Redis came back empty
                await self._make_group()
            except (RedisError, OSError):
                doubts = DOUBTS
                await pause(self._closing, PAUSE)

    async def _read(self, after: str) -> None:
        """`>`: what nobody has taken. `0`: what was given to us, and is not handled: a Redis that stood still
        answers afterwards, by a connection that we have left, and counts its events as ours."""
        block = int(BLOCK * 1000)
        taken = await self._redis.xreadgroup(GROUP, self._id, {EVENTS: after}, count=AT_ONCE, block=block)
        for _, entries in taken or ():
            self._take(entries)

    async def _make_group(self) -> None:
        try:
            await self._redis.xgroup_create(EVENTS, GROUP, id="0", mkstream=True)
        except ResponseError:  # another process was faster
            pass
        except (RedisError, OSError):
            await pause(self._closing, PAUSE)

    async def _room(self) -> None:
        if len(self._handling) >= AT_ONCE:
            await asyncio.wait(self._handling.values(), return_when=asyncio.FIRST_COMPLETED)

    def _take(self, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        for entry, fields in entries:
            if entry not in self._handling:
                task = self._handling[entry] = asyncio.create_task(self._handle(entry, fields))
                task.add_done_callback(lambda _, entry=entry: self._handling.pop(entry))  # type: ignore[misc]

    async def _handle(self, entry: bytes, fields: dict[bytes, bytes]) -> None:
        """What the handler raises is logged, not repeated: it would fail again."""
        node, ref, failed = "", "", True
        try:
            told = frames.decode_told.decode(fields[b"told"])
            node, ref = told.node, told.ref
            await self._on_event(told.event)
            failed = False
        except Exception:
            log.exception("relay_event_not_handled")
        with contextlib.suppress(RedisError, OSError):
            async with self._redis.pipeline() as pipe:
                pipe.xack(EVENTS, GROUP, entry)
                pipe.xdel(EVENTS, entry)
                if ref:
                    push(pipe, node, frames.Handled(ref, failed))
                await pipe.execute()

    # ------------------------------------------------------------ the dead
    async def _look_after(self) -> None:
        """Take over events of processes that died, and tell of the sessions of nodes that died."""
        while not self._closing.is_set():
            await pause(self._closing, HEARTBEAT)
            try:
                await self._claim_abandoned()
                await self._look_at_nodes()
                self._calm += 1
            except (RedisError, OSError):
                self._calm = 0

    async def _look_at_nodes(self) -> None:
        """A node is dead when it is late twice in a row: when Redis stood still, leases run out before the
        heartbeats that waited for it get through."""
        asked = self._requests.waiting
        nodes = await self._registry.nodes()
        late = {node for node, has_lease in nodes.items() if not has_lease}
        self._late, dead = late, late & self._late if self._calm >= CALM else set()
        for node in dead:
            await self._tell(frames.departure(node, await self._registry.bury(node), is_broken=True))
        give_up(asked, nodes.keys() - dead)
        if nodes.keys() - late:
            await self._call_home()

    async def _call_home(self) -> None:
        """There is a node again: sessions that found none need not wait for their ends' next try."""
        homeless, self._homeless = self._homeless, set()
        await self._tell(frames.departure("", dict.fromkeys(homeless, ()), is_broken=False))

    async def _tell(self, entries: Iterable[dict[str, bytes]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for entry in entries:
                pipe.xadd(EVENTS, entry)
            await pipe.execute()

    async def _claim_abandoned(self) -> None:
        """Not our own: claiming it again would keep it from the others, who may fare better."""
        pending = await self._redis.xpending_range(EVENTS, GROUP, "-", "+", AT_ONCE, idle=ABANDONED)
        entries = [one["message_id"] for one in pending if one["consumer"] != self._id.encode()]
        if entries:
            self._take(await self._redis.xclaim(EVENTS, GROUP, self._id, ABANDONED, entries))
