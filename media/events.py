"""Events on their way up: those of one participant in order, one at a time, and never more than a bound."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from media.tasks import end
from signaling.messages.relay import ParticipantEvent
from signaling.ports import OnRelayEvent

LIMIT = 256  # events of one participant that wait; a phone that says more than is handled loses its channel

log = logging.getLogger(__name__)


class Events:
    """A queue for each participant that has events waiting, and a task that empties it."""

    def __init__(self, handle: OnRelayEvent) -> None:
        self._handle = handle
        self._waiting: dict[tuple[str, str], deque[ParticipantEvent]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, event: ParticipantEvent) -> None:
        key = (event.session, event.participant)
        queue = self._waiting.get(key)
        if queue is None:
            queue = self._waiting[key] = deque()
            task = asyncio.create_task(self._empty(key, queue), name="media events")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.append(event)

    def is_full(self, session: str, participant: str, limit: int = LIMIT) -> bool:
        """Whether whoever can say less should: the few events of the relay itself always find room."""
        return len(self._waiting.get((session, participant), ())) >= limit

    async def close(self) -> None:
        """What still waits is dropped."""
        await end(self._tasks)

    async def _empty(self, key: tuple[str, str], queue: deque[ParticipantEvent]) -> None:
        try:
            while queue:
                event = queue[0]
                try:
                    await self._handle(event)
                except Exception:
                    log.exception("relay_event_not_handled", extra={"kind": type(event).__name__})
                queue.popleft()
        finally:
            del self._waiting[key]
