"""A web process's requests to media nodes, and the replies, by Redis lists."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from redis.exceptions import RedisError

from media import frames
from media.registry import BLOCK, inbox, replies
from media.tasks import pause
from signaling.domain.errors import RelayUnavailable

REPLY_WITHIN = 5.0  # seconds; a node that died meanwhile is given up sooner
PAUSE = 0.5  # seconds before we try Redis again
INBOX_LASTS = 60  # seconds that Redis keeps requests for a node that takes none

log = logging.getLogger(__name__)


class NodeDied(RelayUnavailable):
    """While we waited for its reply."""


class Waiting(NamedTuple):
    node: str
    reply: asyncio.Future[frames.Reply]


class Requests:
    """`web`: the name of this process."""

    def __init__(self, redis: Any, web: str) -> None:
        self._redis = redis
        self._web = web
        self._waiting: dict[str, Waiting] = {}  # by the request's ref

    @property
    def waiting(self) -> list[Waiting]:
        return list(self._waiting.values())

    async def ask(self, node: str, request: frames.Request) -> frames.Reply:
        """Push a request, wait for its reply. Raises what the node raised, NodeDied, or RelayUnavailable."""
        waiting = Waiting(node, asyncio.get_running_loop().create_future())
        self._waiting[request.ref] = waiting
        try:
            async with asyncio.timeout(REPLY_WITHIN):
                async with self._redis.pipeline() as pipe:
                    push(pipe, node, request)
                    await pipe.execute()
                reply = await waiting.reply
        except (TimeoutError, RedisError, OSError) as error:
            raise RelayUnavailable(f"the media node does not answer: {error!r}") from None
        finally:
            del self._waiting[request.ref]
        if reply.error:
            raise frames.error_of(reply)
        return reply

    async def read_replies(self, closing: asyncio.Event) -> None:
        """Until `closing` is set."""
        while not closing.is_set():
            try:
                taken = await self._redis.blpop([replies(self._web)], timeout=BLOCK)
            except (RedisError, OSError):
                await pause(closing, PAUSE)
                continue
            if taken is not None:
                self._take(taken[1])

    def _take(self, data: bytes) -> None:
        try:
            reply = frames.decode_reply.decode(data)
        except msgspec.DecodeError:
            log.exception("reply_malformed")
            return
        waiting = self._waiting.get(reply.ref)
        if waiting is not None and not waiting.reply.done():
            waiting.reply.set_result(reply)


def give_up(waiting: Collection[Waiting], nodes: Collection[str]) -> None:
    """Whoever waits for none of these nodes waits in vain."""
    for node, reply in waiting:
        if node not in nodes and not reply.done():
            reply.set_exception(NodeDied("the media node died"))


def push(pipe: Any, node: str, frame: frames.Request | frames.Handled) -> None:
    """Into a node's inbox."""
    pipe.rpush(inbox(node), frames.encode(frame))
    pipe.expire(inbox(node), INBOX_LASTS)
