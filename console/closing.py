"""What a regulator keeps of a visio, and whether pictures arrive blurred: saved as they are clicked."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.overseen import overseen
from signaling.auth import require
from signaling.domain.closing import Closing
from signaling.domain.errors import BadClosing
from signaling.service.closing import Closings, Preferences

T = TypeVar("T")


class Preference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    blurred: bool


class ClosingRoutes:
    def __init__(self, closings: Closings, preferences: Preferences) -> None:
        self._closings = closings
        self._preferences = preferences

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/sessions/{session}/closing", entrance(overseen(self.read)), methods=["GET"]),
            Route("/sessions/{session}/closing", entrance(overseen(self.store)), methods=["POST"]),
            Route("/preferences", entrance(self.prefer), methods=["POST"]),
        ]

    async def read(self, request: Request) -> Response:
        """`{"assessment", "reference", "note", "debrief", "version"}`. 404 in another centre."""
        found = await self._closings.read(request.state.visitor, request.path_params["session"])
        return JSONResponse(msgspec.to_builtins(found))

    async def store(self, request: Request) -> Response:
        """Any of `{"assessment", "reference", "note", "debrief"}` -> as `read`. 422 when it can't be kept."""
        wanted = _body(await request.body(), Closing)
        session = request.path_params["session"]
        found = await self._closings.close(request.state.visitor, session, wanted)
        return JSONResponse(msgspec.to_builtins(found))

    async def prefer(self, request: Request) -> Response:
        """`{"blurred": true}` -> the same. Of who asks, nobody else."""
        wanted = _body(await request.body(), Preference)
        await self._preferences.blur(request.state.visitor, wanted.blurred)
        return JSONResponse(msgspec.to_builtins(wanted))


def _body(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BadClosing("not the JSON of a closing") from error
