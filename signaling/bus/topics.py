"""Who follows which topic in this process, and what a follower has not read yet."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

LAG: Final = 256  # notes
NOTE: Final = 64 * 1024  # bytes


class Subscription:
    """Notes for one reader. Ends when it lags, or when the bus can't promise that none is missing."""

    def __init__(self) -> None:
        self._notes: deque[bytes] = deque()
        self._ended = False
        self._changed = asyncio.Event()

    def put(self, note: bytes) -> None:
        if len(self._notes) == LAG:
            self.end()
        elif not self._ended:
            self._notes.append(note)
            self._changed.set()

    def end(self) -> None:
        """What was not read is dropped: the reader reads the gap from the store anyway."""
        self._ended = True
        self._notes.clear()
        self._changed.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> bytes:
        while not self._notes:
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._notes.popleft()


class Topics:
    """The subscriptions of this process by topic; a topic that nobody follows takes no memory."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = {}

    def add(self, topic: str, subscription: Subscription) -> None:
        self._subscriptions.setdefault(topic, set()).add(subscription)

    def remove(self, topic: str, subscription: Subscription) -> None:
        followers = self._subscriptions.get(topic, set())
        followers.discard(subscription)
        if not followers:
            self._subscriptions.pop(topic, None)

    def __contains__(self, topic: str) -> bool:
        return topic in self._subscriptions

    def deliver(self, topic: str, note: bytes) -> None:
        for subscription in self._subscriptions.get(topic, ()):
            subscription.put(note)

    def end_all(self) -> None:
        for followers in self._subscriptions.values():
            for subscription in followers:
                subscription.end()
        self._subscriptions.clear()


def check_note(note: bytes) -> None:
    """Raises ValueError: a larger note is a fault of ours."""
    if len(note) > NOTE:
        raise ValueError(f"a note takes {NOTE} bytes at most, not {len(note)}")
