"""What a person or an address may only do now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from signaling.domain.errors import Throttled
from signaling.domain.throttle import Count, Limit
from signaling.ports import Limiter


class Throttle:
    """Counts of some limits. `limiter` makes the counter of one."""

    def __init__(self, limits: Iterable[Limit], limiter: Callable[[Limit], Limiter]) -> None:
        self._limiters = {limit: limiter(limit) for limit in limits}

    async def must_wait(self, counts: Iterable[Count]) -> None:
        """Raises Throttled when one of them is full."""
        waits = [await self._limiters[count.limit].wait(count.key) for count in counts]
        if (longest := max(waits)) > 0:
            raise Throttled(longest)

    async def hit(self, counts: Iterable[Count]) -> None:
        for count in counts:
            await self._limiters[count.limit].hit(count.key)
