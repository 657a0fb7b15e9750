"""Where the caller is, as it is passed on, and how far that is from a place that the regulator types."""

from __future__ import annotations

from typing import Final

import msgspec

from signaling.domain import places
from signaling.domain.errors import BadPlace, PlaceUnknown
from signaling.domain.places import Notations, Point, Way
from signaling.domain.visitor import Visitor
from signaling.ports import Found, Geocoder, Store
from signaling.service.rights import must_watch

_LONGEST: Final = 200  # characters that are looked up


class Remote(msgspec.Struct, frozen=True):
    """A place that was typed, and the way to it from the caller."""

    address: str  # as the geocoder found it, or as it was typed
    latitude: float
    longitude: float
    way: Way


class Places:
    def __init__(self, store: Store, geocoder: Geocoder) -> None:
        self._store = store
        self._geocoder = geocoder

    async def notations(self, visitor: Visitor, session: str, point: Point) -> Notations:
        """Raises NotFound in another centre, BadPlace for a point that is not on earth."""
        await self._must_be_ours(visitor, session, point)
        return places.notations(point)

    async def remote(self, visitor: Visitor, session: str, point: Point, typed: str) -> Remote:
        """`typed`: coordinates in any of the notations, or an address.

        Raises NotFound in another centre, BadPlace, PlaceUnknown, GeocoderUnavailable (within 2 s).
        """
        await self._must_be_ours(visitor, session, point)
        found = await self._find(" ".join(typed.split()))
        end = Point(found.latitude, found.longitude)
        return Remote(found.address, end.latitude, end.longitude, places.way(point, end))

    async def _must_be_ours(self, visitor: Visitor, session: str, point: Point) -> None:
        must_watch(visitor)
        await self._store.room(visitor.centre, session)
        if not places.is_on_earth(point):
            raise BadPlace("not on earth")

    async def _find(self, typed: str) -> Found:
        if point := places.read(typed):
            return Found(typed, point.latitude, point.longitude)
        words = typed.isdecimal() or any(letter.isalpha() for letter in typed)  # a postcode is an address
        if not words or len(typed) > _LONGEST:
            raise BadPlace("neither an address nor coordinates")
        found = await self._geocoder.find(typed)
        if found is None:
            raise PlaceUnknown("no geocoder knows it")
        return found
