"""One connection to Redis in subscribed mode, shared by all that this process follows.

redis-py's own `PubSub` reconnects by itself and says nothing of the notes that it missed meanwhile. Here a
lost connection is lost, and whoever follows a topic is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError

log = structlog.get_logger()


class Listener:
    """Calls `deliver(topic, note)` for each note, and `on_lost()` once when the connection is gone.

    `ask` one thing at a time: Redis answers in order.
    """

    def __init__(
        self,
        connection: AbstractConnection,
        deliver: Callable[[str, bytes], None],
        on_lost: Callable[[], None],
        *,
        quiet: float,
        patience: float,
    ) -> None:
        """`quiet`: seconds without a frame before we ask whether the other side is still there.
        `patience`: seconds for an answer."""
        self._connection = connection
        self._deliver = deliver
        self._on_lost = on_lost
        self._quiet = quiet
        self._patience = patience
        self._question = (b"", b"")  # command and topic
        self._answer: asyncio.Future[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self.alive = False

    async def open(self) -> None:
        """Raises RedisError or TimeoutError."""
        async with asyncio.timeout(self._patience):
            await self._connection.connect()  # type: ignore[no-untyped-call]
        self.alive = True
        self._reading = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Calls `on_lost` when it had not been called."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def ask(self, command: Literal["SUBSCRIBE", "UNSUBSCRIBE"], topic: str) -> None:
        """Returns once Redis has confirmed. Raises RedisError or TimeoutError: the connection is then lost.

        May be cancelled: what Redis then still answers is not taken for the answer to another question.
        """
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._question, self._answer = (command.lower().encode(), topic.encode()), answer
        try:
            async with asyncio.timeout(self._patience):
                await self._connection.send_command(command, topic)
                await answer
        except (RedisError, OSError):
            answer.cancel()
            await self.close()
            raise

    async def _read(self) -> None:
        try:
            while True:
                self._take(await self._next_frame())
        except (RedisError, OSError) as error:
            log.warning("bus_lost", error=type(error).__name__)
        finally:
            self.alive = False
            self._on_lost()
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(LostConnection("the connection was lost"))
            await self._connection.disconnect(nowait=True)

    async def _next_frame(self) -> Any:
        """Raises LostConnection when the other side is silent: a dead host closes no connection."""
        frame = await self._connection.read_response(timeout=self._quiet)
        if frame is None:
            await self._connection.send_command("PING")
            frame = await self._connection.read_response(timeout=self._patience)
        if frame is None:
            raise LostConnection("no answer to a ping")
        return frame

    def _take(self, frame: Any) -> None:
        match frame:
            case [b"message", bytes(topic), bytes(note)]:
                self._deliver(topic.decode(), note)
            case [bytes(command), bytes(topic), int()] if (command, topic) == self._question:
                if self._answer is not None and not self._answer.done():
                    self._answer.set_result(None)
            case _:
                pass  # the answer to a ping, or to a question of somebody who was cancelled
