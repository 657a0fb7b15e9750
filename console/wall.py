"""The supervisor's wall: everything that runs in the centres they look after, as it stands."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console import phrases_wall
from console.pages import Pages
from console.words import running_rungs
from signaling.attachments import FILE_HEADERS
from signaling.auth import require
from signaling.domain.alerts import WAITS
from signaling.domain.visitor import Visitor
from signaling.service.assistance import LONGEST
from signaling.service.wall import Wall


class WallPages:
    def __init__(self, wall: Wall, pages: Pages) -> None:
        self._wall = wall
        self._pages = pages

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/wall", entrance(self.show), methods=["GET"]),
            Route("/wall/{centre}/{session}/still.jpg", entrance(self.still), methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The tiles themselves come by `/ws/console`."""
        visitor: Visitor = request.state.visitor
        gettext = self._pages.gettext(self._pages.language(request))
        centres = await self._wall.centres(visitor)
        data = {
            "centres": {one.id: one.name for one in centres} if len(centres) > 1 else {},
            "helps": visitor.has("supervisor"),
            "blurred": visitor.blurred,
            "phrases": {
                **phrases_wall.wall(gettext),
                **{f"rung.{name}": words for name, words in running_rungs(gettext).items() if name in WAITS},
            },
        }
        return self._pages.page(request, "wall.html", data=data, longest=LONGEST)

    async def still(self, request: Request) -> Response:
        """503 while no picture flows: trying again can help."""
        where = request.path_params["centre"], request.path_params["session"]
        picture = await self._wall.still(request.state.visitor, *where)
        return Response(picture, media_type="image/jpeg", headers=FILE_HEADERS)
