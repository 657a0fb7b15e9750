"""Which relay nodes live, how busy each is, and which session lies on which. In Redis, under `visio:media:`.

A node lives as long as its lease; a session lies on one node until that says goodbye or is buried. The next
offer then places it anew, and whoever buries a node tells both ends of its sessions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from signaling.ports import NodeLoad

PREFIX = "visio:media:"
HEARTBEAT = 0.5  # seconds
LEASE = 1_000  # ms that a node lives without a heartbeat: a picture is to be back 5 s after a `kill -9`
PLACEMENT = 600_000  # ms that a session stays placed without its node's heartbeat: longer than Redis is away
REDIS_WITHIN = 2.0  # seconds for an answer of Redis
BLOCK = 0.25  # seconds that Redis holds a question back while there is nothing to tell: how fast we stop

NODES = f"{PREFIX}nodes"  # sorted set: node -> rank, the lowest takes the next session
LOADS = f"{PREFIX}loads"  # hash: node -> what it carries, as JSON
EVENTS = f"{PREFIX}events"  # stream, read by the group GROUP
GROUP = "web"


def inbox(node: str) -> str:
    """List of requests and receipts for a node."""
    return f"{PREFIX}inbox:{node}"


def replies(web: str) -> str:
    """List of replies for a web process."""
    return f"{PREFIX}replies:{web}"


_LEASE = f"{PREFIX}lease:"
_FILM = f"{PREFIX}film:"
_SESSION = f"{PREFIX}session:"
_PARTIES = f"{PREFIX}parties:"

# KEYS: nodes, the session's placement. ARGV: prefix of leases, ms of a placement, nodes not to be chosen.
# Returns a node and how, or nothing.
_PLACE = """
local refused = {}
for i = 3, #ARGV do refused[ARGV[i]] = true end
local held = redis.call('GET', KEYS[2])
if held and not refused[held] and redis.call('ZSCORE', KEYS[1], held) then return {held, 'held'} end
for _, node in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if not refused[node] and redis.call('EXISTS', ARGV[1] .. node) == 1 then
    redis.call('SET', KEYS[2], node, 'PX', ARGV[2])
    redis.call('ZINCRBY', KEYS[1], 1, node)
    return {node, held and not refused[held] and 'moved' or 'new'}
  end
end
if held and refused[held] then redis.call('DEL', KEYS[2]) end
return false
"""
# KEYS: nodes, the session's placement. Returns its node unless that one is gone.
_FIND = """
local held = redis.call('GET', KEYS[2])
return held and redis.call('ZSCORE', KEYS[1], held) and held
"""
# KEYS: the session's placement. ARGV: node, ms of a placement. Returns 0 when it lies elsewhere.
_HOLD = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
# KEYS: the session's placement. ARGV: node.
_FREE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"

_READ_LOAD = msgspec.json.Decoder(NodeLoad).decode
Parties = Sequence[tuple[str, Sequence[str]]]  # sessions of a node, each with its phones


class Placement(msgspec.Struct, frozen=True):
    node: str
    how: str  # `held`: it lay there already; `new`; `moved`: its earlier node is gone

    @property
    def is_held(self) -> bool:
        return self.how == "held"

    @property
    def is_moved(self) -> bool:
        return self.how == "moved"


class Registry:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its commands are typed for both the blocking and the asynchronous client
        self._place = self._redis.register_script(_PLACE)
        self._find = self._redis.register_script(_FIND)
        self._hold = self._redis.register_script(_HOLD)
        self._free = self._redis.register_script(_FREE)

    # ------------------------------------------------------------ nodes
    async def announce(self, load: NodeLoad, rank: float, parties: Parties) -> None:
        """A heartbeat. `parties`: all that must be told if this node dies."""
        node = load.name
        async with self._redis.pipeline() as pipe:
            pipe.set(_LEASE + node, 1, px=LEASE)
            pipe.zadd(NODES, {node: rank})
            pipe.hset(LOADS, node, msgspec.json.encode(load))
            pipe.delete(_PARTIES + node)
            for session, phones in parties:
                pipe.sadd(_PARTIES + node, *_members(session, phones))
            await pipe.execute()

    async def note(self, node: str, session: str, phones: Iterable[str]) -> None:
        """More to be told, at once and not with the next heartbeat."""
        await self._redis.sadd(_PARTIES + node, *_members(session, phones))

    async def hold(self, node: str, sessions: Collection[str]) -> list[str]:
        """Keep sessions on their node. Returns those that lie elsewhere by now."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for session in sessions:
                await self._hold(keys=[_SESSION + session], args=[node, PLACEMENT], client=pipe)
            held = await pipe.execute() if sessions else []
        return [session for session, is_held in zip(sessions, held, strict=True) if not is_held]

    async def free(self, node: str, session: str) -> None:
        await self._free(keys=[_SESSION + session], args=[node])

    async def hold_films(self, node: str, films: Iterable[str]) -> None:
        """These are being made there."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for film in films:
                pipe.set(_FILM + film, node, px=PLACEMENT)
            await pipe.execute()

    async def held_films(self, films: Collection[str]) -> frozenset[str]:
        """Those that are being made by a node which neither said goodbye nor was buried."""
        if not films:
            return frozenset()
        holders = await self._redis.mget([_FILM + film for film in films])
        nodes = set(await self._redis.zrange(NODES, 0, -1))
        return frozenset(film for film, node in zip(films, holders, strict=True) if node in nodes)

    async def leave(self, node: str) -> None:
        """No session comes here any more, and those here are placed anew by their next offer."""
        async with self._redis.pipeline() as pipe:
            pipe.delete(_LEASE + node, _PARTIES + node)
            pipe.zrem(NODES, node)
            pipe.hdel(LOADS, node)
            await pipe.execute()

    # ------------------------------------------------------------ sessions
    async def place(self, session: str, refused: Collection[str] = ()) -> Placement | None:
        """Where a session lies; for one that lies nowhere, on the least busy node but those that `refused`.
        None when there is none."""
        args: list[str | int] = [_LEASE, PLACEMENT, *refused]
        placed = await self._place(keys=[NODES, _SESSION + session], args=args)
        return Placement(*(str(part, "ascii") for part in placed)) if placed else None

    async def find(self, session: str) -> str | None:
        """The node of a session, None when it has none or that one is gone."""
        node = await self._find(keys=[NODES, _SESSION + session])
        return str(node, "ascii") if node else None

    # ------------------------------------------------------------ the dead
    async def nodes(self) -> dict[str, bool]:
        """Every node that neither said goodbye nor was buried, and whether it has a lease."""
        names = [str(node, "ascii") for node in await self._redis.zrange(NODES, 0, -1)]
        leases = await self._redis.mget([_LEASE + name for name in names]) if names else []
        return {name: lease is not None for name, lease in zip(names, leases, strict=True)}

    async def loads(self) -> list[NodeLoad]:
        """The same nodes by name, and what each said that it carries with its last heartbeat."""
        said = await self._redis.hgetall(LOADS)
        nodes = await self.nodes()
        loads = {one.name: one for one in map(_READ_LOAD, said.values())}
        return [
            msgspec.structs.replace(loads[name], alive=alive)
            for name, alive in sorted(nodes.items())
            if name in loads
        ]

    async def bury(self, node: str) -> dict[str, list[str]]:
        """Forget a dead node. Its sessions, each with its phones, for exactly one of those who call."""
        if not await self._redis.zrem(NODES, node):
            return {}
        found: dict[str, list[str]] = {}
        for member in await self._redis.smembers(_PARTIES + node):
            session, _, phone = str(member, "utf-8").partition(" ")
            found.setdefault(session, []).extend([phone] if phone else [])
        await self._redis.delete(_PARTIES + node, inbox(node))
        await self._redis.hdel(LOADS, node)
        return found


def _members(session: str, phones: Iterable[str]) -> list[str]:
    """As members of one set: the session, and each of its phones behind it."""
    return [session, *(f"{session} {phone}" for phone in phones)]


def keep_lease(redis: BlockingRedis, node: str) -> None:
    redis.set(_LEASE + node, 1, px=LEASE)


def connect(url: str) -> Redis:
    """A client whose every wait ends: a network that swallows packets must not hang us."""
    return Redis.from_url(
        url,
        socket_timeout=REDIS_WITHIN,
        socket_connect_timeout=REDIS_WITHIN,
        socket_keepalive=True,
        health_check_interval=10,
    )
