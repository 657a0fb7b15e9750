"""The bus of an installation that is one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from signaling.bus.topics import Subscription, Topics, check_note


class MemoryBus:
    """Implements `signaling.ports.Bus`."""

    def __init__(self) -> None:
        self._topics = Topics()

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Ends every iterator."""
        self._topics.end_all()

    async def check(self) -> None:
        """There is no other process."""

    async def publish(self, topic: str, note: bytes) -> None:
        check_note(note)
        self._topics.deliver(topic, note)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        subscription = Subscription()
        self._topics.add(topic, subscription)
        try:
            yield subscription
        finally:
            self._topics.remove(topic, subscription)
