"""The conversation with a phone that is being tested: a place in the relay, for a while."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket

from signaling.domain.errors import RelayFull, Throttled, VisioError
from signaling.line import Close, Closing, Line
from signaling.messages import caller, phone_test
from signaling.messages.codec import decode_test
from signaling.service.echo import Echo, Echoes

SECONDS = 40.0  # the page needs under thirty, on a network that answers nothing


class PhoneTestDesk:
    def __init__(self, echoes: Echoes, seconds: float = SECONDS) -> None:
        self._echoes = echoes
        self._seconds = seconds

    async def __call__(self, websocket: WebSocket) -> None:
        line = Line[phone_test.TestIn](websocket, decode_test)
        if not isinstance(await line.first(), phone_test.Begin):
            raise Closing(Close.NO_FIRST_FRAME)
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._echoes.place(websocket.client.host if websocket.client else "") as echo,
            ):
                await line.send(phone_test.Welcome(ice_servers=echo.ice_servers, seconds=self._seconds))
                await _listen(line, echo)
        except (Throttled, RelayFull) as error:
            await line.send(_refused(error, None))
            raise Closing(Close.ENDED) from None
        except TimeoutError:
            raise Closing(Close.ENDED) from None


async def _listen(line: Line[phone_test.TestIn], echo: Echo) -> None:
    while True:
        ref = None
        try:
            frame = await line.receive()
            ref = getattr(frame, "ref", None)
            match frame:
                case phone_test.Offer():
                    answered = await (echo.send if frame.way == "send" else echo.receive)(frame.sdp)
                    await line.send(caller.Answer(ref=frame.ref, sdp=answered))
                case caller.Ping():
                    await line.send(caller.Pong())
                case phone_test.Begin():
                    raise Closing(Close.RESTART)  # once a connection
        except VisioError as error:
            await line.send(_refused(error, ref))


def _refused(error: VisioError, ref: int | None) -> caller.Error:
    return caller.Error(code=error.code, message=str(error), permanent=error.permanent, ref=ref)
