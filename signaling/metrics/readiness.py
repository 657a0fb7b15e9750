"""Whether this process can take calls: what it needs answers, and it is not about to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

WITHIN: Final = 2.0  # seconds for each part
LASTS: Final = 1.0  # seconds that an answer counts: whoever asks all the time costs nothing

Check = Callable[[], Awaitable[None]]

log = structlog.get_logger()


class Readiness:
    """`checks`: by the name of the part, e.g. `store`; each raises when its part can't be used."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._turn = asyncio.Lock()
        self._missing: tuple[str, ...] = ()
        self._asked_at: float | None = None  # on the loop's clock
        self._draining = False

    @property
    def names(self) -> tuple[str, ...]:
        """Of all parts."""
        return tuple(self._checks)

    def drain(self) -> None:
        """From now on: not ready."""
        self._draining = True

    async def missing(self) -> tuple[str, ...]:
        """The parts that can't be used now; none: ready."""
        if self._draining:
            return ("draining",)
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if self._asked_at is None or now - self._asked_at >= LASTS:
                self._missing = await self._ask()
                self._asked_at = now
            return self._missing

    async def _ask(self) -> tuple[str, ...]:
        found = await asyncio.gather(*(self._fails(name) for name in self._checks))
        return tuple(name for name, fails in zip(self._checks, found, strict=True) if fails)

    async def _fails(self, name: str) -> bool:
        try:
            async with asyncio.timeout(WITHIN):
                await self._checks[name]()
        except Exception as error:
            log.warning("not_ready", part=name, error=type(error).__name__)
            return True
        return False
