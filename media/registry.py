"""Which relay nodes live, how busy each is, and which session lies on which. In Redis, under `visio:media:`.

A node lives as long as its lease; a session lies on one node. When a lease runs out the node's sessions are
free: the next offer places them anew, and whoever finds the node dead first tells of its phones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from redis.asyncio import Redis

from signaling.domain.errors import RelayUnavailable

PREFIX = "visio:media:"
LEASE = 3_000  # ms that a node lives without a heartbeat
HEARTBEAT = 1.0  # seconds
PLACEMENT = 60_000  # ms that a session stays placed without its node's heartbeat
REPLY_WITHIN = 5.0  # seconds
BLOCK = 0.25  # seconds that Redis holds a question back while there is nothing to tell: how fast we stop

NODES = f"{PREFIX}nodes"  # sorted set: node -> load
EVENTS = f"{PREFIX}events"  # stream, read by the group GROUP
GROUP = "web"


def inbox(node: str) -> str:
    """List of requests and receipts for a node."""
    return f"{PREFIX}inbox:{node}"


def replies(web: str) -> str:
    """List of replies for a web process."""
    return f"{PREFIX}replies:{web}"


_LEASE = f"{PREFIX}lease:"
_SESSION = f"{PREFIX}session:"
_PHONES = f"{PREFIX}phones:"

# KEYS: nodes, the session's placement. ARGV: prefix of leases, ms of a placement. Returns a node or nothing.
_PLACE = """
local held = redis.call('GET', KEYS[2])
if held and redis.call('EXISTS', ARGV[1] .. held) == 1 then return held end
for _, node in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', ARGV[1] .. node) == 1 then
    redis.call('SET', KEYS[2], node, 'PX', ARGV[2])
    redis.call('ZINCRBY', KEYS[1], 1, node)
    return node
  end
end
return false
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


class Registry:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its commands are typed for both the blocking and the asynchronous client
        self._place = self._redis.register_script(_PLACE)
        self._hold = self._redis.register_script(_HOLD)
        self._free = self._redis.register_script(_FREE)

    # ------------------------------------------------------------ nodes
    async def announce(self, node: str, load: int, phones: Iterable[tuple[str, str]]) -> None:
        """A heartbeat. `phones`: (session, participant) of all that must be told of if this node dies."""
        async with self._redis.pipeline() as pipe:
            pipe.set(_LEASE + node, load, px=LEASE)
            pipe.zadd(NODES, {node: load})
            pipe.delete(_PHONES + node)
            for session, participant in phones:
                pipe.sadd(_PHONES + node, f"{session} {participant}")
            await pipe.execute()

    async def note_phone(self, node: str, session: str, participant: str) -> None:
        """One more to be told of, at once and not with the next heartbeat."""
        await self._redis.sadd(_PHONES + node, f"{session} {participant}")

    async def hold(self, node: str, sessions: Collection[str]) -> list[str]:
        """Keep sessions on their node. Returns those that lie elsewhere by now."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for session in sessions:
                await self._hold(keys=[_SESSION + session], args=[node, PLACEMENT], client=pipe)
            held = await pipe.execute() if sessions else []
        return [session for session, is_held in zip(sessions, held, strict=True) if not is_held]

    async def free(self, node: str, session: str) -> None:
        await self._free(keys=[_SESSION + session], args=[node])

    async def leave(self, node: str) -> None:
        """No new session comes here."""
        await self._redis.delete(_LEASE + node)

    # ------------------------------------------------------------ sessions
    async def place(self, session: str) -> str:
        """The node of a session, the least busy one for a new session. Raises RelayUnavailable."""
        node = await self._place(keys=[NODES, _SESSION + session], args=[_LEASE, PLACEMENT])
        if node is None:
            raise RelayUnavailable("no media node is alive")
        return str(node, "ascii")

    async def find(self, session: str) -> str | None:
        """The node of a session, alive or not."""
        node = await self._redis.get(_SESSION + session)
        return str(node, "ascii") if node is not None else None

    # ------------------------------------------------------------ the dead
    async def dead(self) -> set[str]:
        """Nodes whose lease has run out."""
        nodes = await self._redis.zrange(NODES, 0, -1)
        if not nodes:
            return set()
        names = [str(node, "ascii") for node in nodes]
        leases = await self._redis.mget([_LEASE + name for name in names])
        return {name for name, lease in zip(names, leases, strict=True) if lease is None}

    async def bury(self, node: str) -> list[tuple[str, str]]:
        """Forget a dead node. Its phones, for exactly one of those who call; its sessions are free then."""
        if not await self._redis.zrem(NODES, node):
            return []
        members = [str(member, "utf-8") for member in await self._redis.smembers(_PHONES + node)]
        phones = [(session, participant) for session, _, participant in (m.partition(" ") for m in members)]
        for session in {session for session, _ in phones}:
            await self.free(node, session)
        await self._redis.delete(_PHONES + node, inbox(node))
        return phones


def connect(url: str) -> Redis:
    """A client whose every wait ends: a network that swallows packets must not hang us."""
    return Redis.from_url(
        url,
        socket_timeout=REPLY_WITHIN,
        socket_connect_timeout=REPLY_WITHIN,
        socket_keepalive=True,
        health_check_interval=10,
    )
