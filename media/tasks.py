"""Ending tasks for sure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN = 0.2  # seconds


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel, and again until all are done: redis-py 8.1 loses a cancellation while it connects."""
    tasks = list(tasks)
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
