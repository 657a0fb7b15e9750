"""The end of a process, as a load balancer likes it: not ready first, gone later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Drain:
    """`announce`: from now on the process is not ready. `seconds` until it may end."""

    def __init__(self, announce: Callable[[], None], seconds: float) -> None:
        self._announce = announce
        self._seconds = seconds
        self._begun = False

    def begin(self, end: Callable[[], None]) -> None:
        """In a signal's handler. Calls `end`: later the first time, at once when asked again."""
        if self._begun or not self._seconds:
            end()
            return
        self._begun = True
        self._announce()
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(loop.call_later, self._seconds, end)
