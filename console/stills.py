"""What a phone sees at this moment, as a picture."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.overseen import overseen
from signaling.attachments import FILE_HEADERS
from signaling.auth import require
from signaling.service.stills import Stills


class StillPictures:
    def __init__(self, stills: Stills) -> None:
        self._stills = stills

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [Route("/sessions/{session}/still.jpg", entrance(overseen(self.show)))]

    async def show(self, request: Request) -> Response:
        """`?participant=` names one of several phones. 503 while no picture flows: trying again can help."""
        session, participant = request.path_params["session"], request.query_params.get("participant", "")
        picture = await self._stills.take(request.state.visitor, session, participant)
        return Response(picture, media_type="image/jpeg", headers=FILE_HEADERS)
