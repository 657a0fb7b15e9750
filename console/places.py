"""Places for the room's panel. Both are POSTs: no log of a request ever holds where somebody is."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.overseen import overseen
from signaling.auth import require
from signaling.domain.errors import BadPlace
from signaling.domain.map_tiles import tile_origin
from signaling.domain.places import Point
from signaling.domain.visitor import Visitor
from signaling.service.places import Places

T = TypeVar("T")


class MapTiles(msgspec.Struct, frozen=True):
    """`url`: with `{z}`, `{x}`, `{y}`."""

    url: str
    attribution: str

    @property
    def origin(self) -> str:
        """The only one that it asks, as a content security policy names it."""
        return tile_origin(self.url)


def tiles_for(visitor: Visitor, otherwise: MapTiles | None) -> MapTiles | None:
    """The centre's own, or else those of the installation; None: no map is offered."""
    policy = visitor.policy
    return MapTiles(policy.map_tiles, policy.map_attribution) if policy.map_tiles else otherwise


def map_source(tiles: MapTiles | None) -> dict[str, str] | None:
    """As `room/views/map.js` takes it."""
    return None if tiles is None else {"tiles": tiles.url, "attribution": tiles.attribution}


class Sought(Point, frozen=True):
    """`to`: what was typed; the point is the caller's."""

    to: str


class PlaceRoutes:
    def __init__(self, places: Places) -> None:
        self._places = places

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/sessions/{session}/place.json", entrance(overseen(self.notations)), methods=["POST"]),
            Route("/sessions/{session}/distance.json", entrance(overseen(self.distance)), methods=["POST"]),
        ]

    async def notations(self, request: Request) -> Response:
        """`{"latitude", "longitude"}` -> `{"minutes", "mgrs", "plus_code"}`. 422 when it is not on earth."""
        point = _body(await request.body(), Point)
        session = request.path_params["session"]
        found = await self._places.notations(request.state.visitor, session, point)
        return JSONResponse(msgspec.to_builtins(found))

    async def distance(self, request: Request) -> Response:
        """`{"latitude", "longitude", "to"}` -> `{"address", "latitude", "longitude", "way": {"metres",
        "bearing"}}`. 422 for what is no place, 404 for an unknown address, 503 without a geocoder."""
        asked = _body(await request.body(), Sought)
        session = request.path_params["session"]
        point = Point(asked.latitude, asked.longitude)
        found = await self._places.remote(request.state.visitor, session, point, asked.to)
        return JSONResponse(msgspec.to_builtins(found))


def _body(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BadPlace("not the JSON of a place") from error
