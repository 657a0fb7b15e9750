"""Counting what must not happen too often: in memory always, in Redis too when there is one.

Both are asked and the stricter wins, so that all processes share one count while Redis is there, and each
goes on with what it has seen by itself when Redis goes away (limits must not vanish with the cache: Nextcloud
CVE-2021-41177). Keys are hashed: no address or name lies in Redis.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from signaling.domain.ids import fingerprint
from signaling.domain.throttle import Limit
from signaling.ports import Limiter

# Seconds for Redis to answer, which takes it less than one millisecond: no request is 100 ms slower for a
# Redis that hangs, since none waits for it twice
PATIENCE: Final = 0.08
PAUSE: Final = 5.0  # seconds without Redis after it did not answer

Answer = TypeVar("Answer")
Counted = Callable[[Limit, Limiter], Limiter]

log = structlog.get_logger()


class Limits:
    """Makes limiters that share one memory and one Redis."""

    def __init__(self, redis_url: str = "", counted: Counted | None = None) -> None:
        """`counted` makes of a limiter one that is counted."""
        self._counted = counted
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._shared = SharedCount(redis_url) if redis_url else None

    def limiter(self, limit: Limit) -> Limiter:
        made = WindowLimiter(limit, self._memory, self._shared)
        return made if self._counted is None else self._counted(limit, made)

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()


class WindowLimiter:
    """Implements `signaling.ports.Limiter`: a window begins with its first hit."""

    def __init__(self, limit: Limit, memory: FixedWindowRateLimiter, shared: SharedCount | None) -> None:
        self._item = RateLimitItemPerSecond(limit.times, limit.seconds, namespace=limit.name)
        self._memory = memory
        self._shared = shared

    async def hit(self, key: str) -> None:
        name = fingerprint(key)
        await self._memory.hit(self._item, name)
        if self._shared is not None:
            await self._shared.hit(self._item, name)

    async def wait(self, key: str) -> float:
        name = fingerprint(key)
        alone = await _wait(self._memory, self._item, name)
        if alone > 0 or self._shared is None:
            return alone
        return await self._shared.wait(self._item, name)


class SharedCount:
    """The count in Redis; while Redis does not answer it counts nothing and stops nobody."""

    def __init__(self, redis_url: str) -> None:
        self._pool = ConnectionPool.from_url(
            redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        )
        # `limits` speaks to Redis through redis-py only when told so, and types no pool among its options
        options: dict[str, Any] = {"implementation": "redispy", "connection_pool": self._pool}
        storage = RedisStorage(f"async+{redis_url}", key_prefix="limit", **options)
        self._counter = FixedWindowRateLimiter(storage)
        self._back_at = 0.0  # on the monotonic clock

    async def hit(self, item: RateLimitItem, name: str) -> None:
        await self._ask(self._counter.hit(item, name), False)

    async def wait(self, item: RateLimitItem, name: str) -> float:
        return await self._ask(_wait(self._counter, item, name), 0.0)

    async def close(self) -> None:
        await self._pool.disconnect()

    async def _ask(self, question: Coroutine[Any, Any, Answer], otherwise: Answer) -> Answer:
        if time.monotonic() < self._back_at:
            question.close()
            return otherwise
        try:
            async with asyncio.timeout(PATIENCE):
                return await question
        except (RedisError, OSError, TimeoutError) as error:
            self._back_at = time.monotonic() + PAUSE
            log.warning("limits_without_redis", error=type(error).__name__)
            return otherwise


async def _wait(counter: FixedWindowRateLimiter, item: RateLimitItem, name: str) -> float:
    if await counter.test(item, name):
        return 0.0
    window = await counter.get_window_stats(item, name)
    return max(1.0, window.reset_time - time.time())
