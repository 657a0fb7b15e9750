"""Ending tasks for sure."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from typing import Any

GRACE = 1.0  # seconds for a task to end by itself
AGAIN = 0.2  # seconds until one is cancelled again


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but no longer than until `stop` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def finish(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Wait for tasks that were told to stop; cancel those that do not. A cancelled call to Redis may leave
    its connection open, so that this is for the ones that hang."""
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE)
    await end(tasks)


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel, and again until all are done: redis-py 8.1 loses a cancellation while it connects."""
    tasks = list(tasks)
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
