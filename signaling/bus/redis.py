"""The bus of an installation of many processes: Redis publish and subscribe."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError

from signaling.bus.listener import Listener
from signaling.bus.topics import Subscription, Topics, check_note
from signaling.domain.errors import Unavailable

log = structlog.get_logger()

CONNECTIONS: Final = 8  # that publish; one more listens


class RedisBus:
    """Implements `signaling.ports.Bus`.

    While Redis is away a new subscription lasts `pause` seconds and ends, so that its reader, who reads the
    gap each time, falls back to asking the store at that pace.
    """

    def __init__(
        self, redis_url: str, *, pause: float = 1.0, quiet: float = 5.0, patience: float = 1.0
    ) -> None:
        """Seconds: `pause` before Redis is tried again, `quiet` without a note before we ask whether it is
        still there, `patience` for anything that it is asked."""
        self._pool = BlockingConnectionPool.from_url(
            redis_url,
            max_connections=CONNECTIONS,
            timeout=patience,
            socket_connect_timeout=patience,
            # We bound every question ourselves: redis-py's own limit on writing is asyncio.wait_for, which on
            # Python 3.11 can swallow the cancellation of whoever asks (https://bugs.python.org/issue37658).
            socket_timeout=None,
            protocol=2,  # RESP2: a subscribed connection sends plain lists
            # Once more at once: after a restart of Redis, the pool holds connections to the old one.
            retry=Retry(NoBackoff(), 1, supported_errors=(LostConnection,)),
        )
        self._publisher = Redis(connection_pool=self._pool)
        self._pause = pause
        self._quiet = quiet
        self._patience = patience
        self._topics = Topics()
        self._listener: Listener | None = None
        self._lock = asyncio.Lock()  # one question to Redis at a time
        self._leaving: set[asyncio.Task[None]] = set()
        self._listen_again_at = 0.0  # on the loop's clock, as is the next
        self._publish_again_at = 0.0

    async def open(self) -> None:
        """Nothing to wait for: a Redis that is away now may come later."""

    async def close(self) -> None:
        """Ends every iterator, also those of followers that come back."""
        self._listen_again_at = math.inf
        async with self._lock:
            if self._listener is not None:
                await self._listener.close()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self._pool.disconnect()

    async def check(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._publisher.publish("check", b"")
        except (RedisError, OSError) as error:
            raise Unavailable("Redis does not answer") from error

    async def publish(self, topic: str, note: bytes) -> None:
        check_note(note)
        now = asyncio.get_running_loop().time()
        if now < self._publish_again_at:
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._publisher.publish(topic, note)
        except (RedisError, OSError) as error:
            log.warning("bus_note_lost", error=type(error).__name__)
            if not isinstance(error, LostConnection):  # it let us wait: not again at each note
                self._publish_again_at = now + self._patience + self._pause

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        subscription = Subscription()
        try:
            await self._join(topic, subscription)
            yield subscription
        finally:
            self._topics.remove(topic, subscription)
            if topic not in self._topics:
                self._leave(topic)

    async def _join(self, topic: str, subscription: Subscription) -> None:
        try:
            async with self._lock:
                listener = await self._listening()
                if topic not in self._topics:
                    await listener.ask("SUBSCRIBE", topic)
                self._topics.add(topic, subscription)
                if not listener.alive:  # lost while its last answer was on its way to us
                    subscription.end()
        except (RedisError, OSError):
            await asyncio.sleep(self._pause)
            subscription.end()

    async def _listening(self) -> Listener:
        """Raises RedisError or OSError; then for a while at once, so that followers don't queue to wait."""
        if self._listener is not None and self._listener.alive:
            return self._listener
        loop = asyncio.get_running_loop()
        if loop.time() < self._listen_again_at:
            raise LostConnection("away a moment ago")
        connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        listener = Listener(
            connection,
            self._topics.deliver,
            self._topics.end_all,
            quiet=self._quiet,
            patience=self._patience,
        )
        try:
            await listener.open()
        except (RedisError, OSError) as error:
            self._listen_again_at = loop.time() + self._pause
            log.warning("bus_away", error=type(error).__name__)
            raise
        self._listener = listener
        return listener

    def _leave(self, topic: str) -> None:
        """In the background, because a follower that is cancelled can't wait."""
        task = asyncio.create_task(self._unsubscribe(topic))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _unsubscribe(self, topic: str) -> None:
        async with self._lock:
            if topic in self._topics or self._listener is None or not self._listener.alive:
                return
            try:
                await self._listener.ask("UNSUBSCRIBE", topic)
            except (RedisError, OSError) as error:
                log.warning("bus_lost", error=type(error).__name__)
