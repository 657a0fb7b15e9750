"""The simulated phone's WebSocket `/ws/caller`, which comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin

from media.simulator.backoff import delay
from media.simulator.door import AGENT, Server
from signaling.messages.caller import Answer, CallerOut, Error, Join, Offer, Ping, Pong

NOT_OURS: Final = 4401  # close code, as in PROTOCOL.md: the cookie is worth nothing any more
REFUSED: Final = {NOT_OURS, 4404, 4410}  # no such session, ended: coming back is useless
PING_EVERY: Final = 10.0  # seconds
DEAD_AFTER: Final = 25.0  # seconds without any frame
ANSWER_WITHIN: Final = 10.0  # seconds

log = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The server refused an offer, or is not there."""


class Line:
    """`page`: random mark of this load of the page; `receive` gets every frame but pongs and answers."""

    def __init__(self, server: Server, page: str, receive: Callable[[CallerOut], None]) -> None:
        self._server = server
        self._page = page
        self._receive = receive
        self._leaving: asyncio.Queue[str] | None = None  # None while there is no connection
        self._answers: dict[int, asyncio.Future[str]] = {}
        self._ref = 0
        self._attempt = 0
        self._decode = msgspec.json.Decoder[CallerOut](CallerOut).decode

    async def run(self) -> int:
        """Returns the close code of a server that does not want us back."""
        while True:
            code = await self._once()
            if code in REFUSED:
                return code
            await asyncio.sleep(delay(self._attempt))
            self._attempt += 1

    def send(self, frame: msgspec.Struct) -> bool:
        """Whether it leaves; nothing is kept for later."""
        if self._leaving is None:
            return False
        self._leaving.put_nowait(msgspec.json.encode(frame).decode())
        return True

    async def answer(self, offer: str) -> str:
        """Raises NoAnswer."""
        self._ref += 1
        ref = self._ref
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[ref] = answer
        try:
            if not self.send(Offer(ref=ref, sdp=offer)):
                raise NoAnswer("no connection")
            async with asyncio.timeout(ANSWER_WITHIN):
                return await answer
        except TimeoutError:
            raise NoAnswer("no answer in time") from None
        finally:
            del self._answers[ref]

    # ------------------------------------------------------------ parts
    async def _once(self) -> int:
        """One connection, from its start to its close code; 1006 when there was none."""
        server = self._server
        try:
            async with connect(
                f"ws{server.address.removeprefix('http')}/ws/caller",
                origin=Origin(server.origin),
                additional_headers=server.cookies,
                user_agent_header=AGENT,
                ssl=server.trust if server.address.startswith("https:") else None,
                compression=None,
                ping_interval=None,
                close_timeout=1,
            ) as socket:
                await self._converse(socket)
                return socket.close_code or 1006
        except (OSError, TimeoutError, WebSocketException) as error:
            log.info("no line to the server: %s", error)
            return 1006

    async def _converse(self, socket: ClientConnection) -> None:
        leaving = self._leaving = asyncio.Queue[str]()
        tasks = [asyncio.create_task(work) for work in (self._speak(socket, leaving), self._ping())]
        try:
            self.send(Join(page=self._page))
            await self._listen(socket)
        except (ConnectionClosed, TimeoutError):
            pass
        finally:
            self._leaving = None
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(NoAnswer("the connection is lost"))

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(DEAD_AFTER):
                text = await socket.recv()
            self._attempt = 0
            with contextlib.suppress(msgspec.MsgspecError):  # a frame that a newer server has
                self._sort(self._decode(text))

    def _sort(self, frame: CallerOut) -> None:
        answer = self._answers.get(getattr(frame, "ref", None) or 0)
        if isinstance(frame, Answer | Error) and answer is not None and not answer.done():
            if isinstance(frame, Answer):
                answer.set_result(frame.sdp)
            else:
                answer.set_exception(NoAnswer(frame.message))
        elif not isinstance(frame, Pong):
            self._receive(frame)

    async def _speak(self, socket: ClientConnection, leaving: asyncio.Queue[str]) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(await leaving.get())

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            self.send(Ping())
