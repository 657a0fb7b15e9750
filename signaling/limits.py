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
from limits.aio.storage import RedisStorage
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
TIDY: Final = 1_000  # keys in memory before those that are over are looked for

Answer = TypeVar("Answer")
Counted = Callable[[Limit, Limiter], Limiter]

log = structlog.get_logger()


class Limits:
    """Makes limiters that share one memory and one Redis."""

    def __init__(self, redis_url: str = "", counted: Counted | None = None) -> None:
        """`counted` makes of a limiter one that is counted."""
        self._counted = counted
        self._memory = MemoryCount()
        self._shared = SharedCount(redis_url) if redis_url else None

    def limiter(self, limit: Limit) -> Limiter:
        made = WindowLimiter(limit, self._memory, self._shared)
        return made if self._counted is None else self._counted(limit, made)

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()


class WindowLimiter:
    """Implements `signaling.ports.Limiter`: a window begins with its first hit."""

    def __init__(self, limit: Limit, memory: MemoryCount, shared: SharedCount | None) -> None:
        self._item = RateLimitItemPerSecond(limit.times, limit.seconds, namespace=limit.name)
        self._memory = memory
        self._shared = shared

    async def hit(self, key: str) -> None:
        name = fingerprint(key)
        self._memory.hit(self._item, name)
        if self._shared is not None:
            await self._shared.hit(self._item, name)

    async def wait(self, key: str) -> float:
        name = fingerprint(key)
        alone = self._memory.wait(self._item, name)
        if alone > 0 or self._shared is None:
            return alone
        return await self._shared.wait(self._item, name)


class MemoryCount:
    """The count of this process. The library's own looks at every key at each hit: with 50,000 addresses that
    guess, each of them stops the server for milliseconds."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}  # when it ends, as `time.monotonic` tells; hits
        self._tidy_at = TIDY

    def hit(self, item: RateLimitItem, name: str) -> None:
        now = time.monotonic()
        end, hits = self._windows.get(item.key_for(name), (now, 0))
        self._windows[item.key_for(name)] = (end, hits + 1) if end > now else (now + item.get_expiry(), 1)
        if len(self._windows) >= self._tidy_at:
            self._tidy(now)

    def wait(self, item: RateLimitItem, name: str) -> float:
        now = time.monotonic()
        end, hits = self._windows.get(item.key_for(name), (now, 0))
        return max(1.0, end - now) if end > now and hits >= item.amount else 0.0

    def _tidy(self, now: float) -> None:
        """Next time once there are twice as many as are left: each key is looked at a few times in all."""
        self._windows = {key: window for key, window in self._windows.items() if window[0] > now}
        self._tidy_at = max(TIDY, 2 * len(self._windows))


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
