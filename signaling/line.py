"""One WebSocket: bounded, rate-limited, and closed as a whole when either side of it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from signaling.domain.errors import BadMessage
from signaling.messages.codec import encode

T = TypeVar("T")

FIRST_FRAME_SECONDS = 10.0
SILENCE_SECONDS = 45.0  # clients ping every 10 s
SEND_SECONDS = 10.0  # a reader this slow comes back and reads the gap
BURST, PER_SECOND = 120.0, 40.0  # frames; a zoom slider makes about 20 a second


class Close:
    """Close codes, as in PROTOCOL.md."""

    RESTART = 1012
    NOT_SIGNED_IN = 4401
    NO_SESSION = 4404
    NO_FIRST_FRAME = 4408
    ENDED = 4410
    FLOOD = 4429


class Closing(Exception):
    """Ends the connection with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Line(Generic[T]):
    """`decode_binary`: where binary frames may come; it raises BadMessage."""

    def __init__(
        self,
        websocket: WebSocket,
        decode: Callable[[str], T],
        decode_binary: Callable[[bytes], T] | None = None,
    ) -> None:
        self._websocket = websocket
        self._decode = decode
        self._decode_binary = decode_binary
        self._tokens = BURST
        self._filled_at = asyncio.get_running_loop().time()
        # This process stops, and says so to both sides: the page comes back by another one, and its media,
        # which is not ours, goes on meanwhile.
        self.is_handed_over = False

    async def first(self) -> T:
        """The first frame. Raises Closing when none comes in time."""
        try:
            async with asyncio.timeout(FIRST_FRAME_SECONDS):
                return await self.receive()
        except (TimeoutError, BadMessage):
            raise Closing(Close.NO_FIRST_FRAME) from None

    async def receive(self) -> T:
        """The next frame. Raises BadMessage (the line goes on), Closing, WebSocketDisconnect."""
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                message = await self._websocket.receive()
        except TimeoutError:
            raise Closing(Close.RESTART) from None
        if message["type"] == "websocket.disconnect":
            self.is_handed_over = message.get("code") == Close.RESTART
            raise WebSocketDisconnect(message.get("code", 1005))
        self._spend()
        text, data = message.get("text"), message.get("bytes")
        if text is not None:
            return self._decode(text)
        if self._decode_binary is None or data is None:
            raise BadMessage("frames are JSON text")
        return self._decode_binary(data)

    async def send(self, frame: msgspec.Struct) -> None:
        await self.send_text(encode(frame).decode())

    async def send_text(self, text: str) -> None:
        await self._send(self._websocket.send_text(text))

    async def send_bytes(self, data: bytes) -> None:
        await self._send(self._websocket.send_bytes(data))

    async def _send(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await sending
        except TimeoutError:
            raise Closing(Close.RESTART) from None
        except RuntimeError:  # starlette's word for a socket that was closed under us
            raise WebSocketDisconnect(1006) from None

    def _spend(self) -> None:
        now = asyncio.get_running_loop().time()
        self._tokens = min(BURST, self._tokens + (now - self._filled_at) * PER_SECOND)
        self._filled_at = now
        self._tokens -= 1
        if self._tokens < 0:
            raise Closing(Close.FLOOD)


class Newest:
    """Frames for a reader that may be slow: of each key, only the newest waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, bytes] = {}
        self._changed = asyncio.Event()

    async def fill(self, frames: AsyncIterator[tuple[str, bytes]]) -> None:
        """For as long as `(key, frame)` come."""
        async for key, frame in frames:
            self._waiting[key] = frame
            self._changed.set()

    async def take(self) -> bytes:
        """The frame that waits longest, once there is one."""
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.pop(next(iter(self._waiting)))


async def run(*works: Callable[[], Awaitable[None]]) -> None:
    """Run the parts of a connection together; the first to stop, for whatever reason, stops all."""
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if task.cancelled():
            continue
        error = task.exception()
        if error is not None and not isinstance(error, WebSocketDisconnect):
            raise error


async def close(websocket: WebSocket, code: int) -> None:
    """Say why, unless the other side is gone already."""
    if WebSocketState.DISCONNECTED in (websocket.client_state, websocket.application_state):
        return
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await websocket.close(code)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        return
