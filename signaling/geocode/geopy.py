"""The address of a position and the reverse: the French national address base, then OpenStreetMap."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final, Literal

import structlog
from geopy.adapters import AioHTTPAdapter
from geopy.geocoders import BANFrance, Nominatim

from signaling.domain.errors import GeocoderUnavailable
from signaling.domain.places import Point, is_on_earth
from signaling.ports import Found

log = structlog.get_logger()

BAN: Final = "BAN"  # Base Adresse Nationale
OSM: Final = "OpenStreetMap"

# Their usage policy asks for a name that tells who calls: operations.osmfoundation.org/policies/nominatim
_USER_AGENT: Final = "VisioRegul"
_FIRST_SHARE: Final = 0.6  # of the time, so that a first source that hangs leaves room for the second
_LONGEST: Final = 300  # characters of an address that are kept


class GeopyGeocoder:
    """Asks `ban_domain`, then `nominatim_domain`; an empty one is left out, both empty find nothing.

    A domain may carry a port and a path. `timeout`: seconds for both together.
    """

    def __init__(
        self,
        ban_domain: str,
        nominatim_domain: str,
        scheme: Literal["https", "http"] = "https",
        *,
        timeout: float = 2.0,
    ) -> None:
        # Its lower levels write the caller's position into the log.
        logging.getLogger("geopy").setLevel(logging.WARNING)
        common = {"scheme": scheme, "user_agent": _USER_AGENT, "adapter_factory": AioHTTPAdapter}
        self._timeout = timeout
        self._sources: list[tuple[str, Any]] = []
        if ban_domain:
            share = timeout * _FIRST_SHARE if nominatim_domain else timeout
            self._sources.append((BAN, BANFrance(domain=ban_domain, timeout=share, **common)))
        if nominatim_domain:
            self._sources.append((OSM, Nominatim(domain=nominatim_domain, timeout=timeout, **common)))

    async def address(self, latitude: float, longitude: float) -> tuple[str, str] | None:
        """(address on one line, `BAN` or `OpenStreetMap`), or None. Degrees, WGS 84. Never raises."""
        # geopy raises on latitude 91 and NaN, and turns longitude 181 into -179 without a word.
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return None
        try:
            async with asyncio.timeout(self._timeout):
                for name, source in self._sources:
                    if found := await _ask(name, source, latitude, longitude):
                        return found, name
        except TimeoutError:
            log.warning("geocoder_failed", source="all", error="timeout")
        return None

    async def find(self, address: str) -> Found | None:
        """The best match, None when there is none. Raises GeocoderUnavailable."""
        silent = not self._sources
        try:
            async with asyncio.timeout(self._timeout):
                for name, source in self._sources:
                    try:
                        if found := await _search(name, source, address):
                            return found
                    except GeocoderUnavailable:
                        silent = True
        except TimeoutError:
            log.warning("geocoder_failed", source="all", error="timeout")
            silent = True
        if silent:
            raise GeocoderUnavailable("no geocoder answers")
        return None

    async def close(self) -> None:
        for _, source in self._sources:
            await source.__aexit__(None, None, None)


async def _ask(name: str, source: Any, latitude: float, longitude: float) -> str:
    """The address on one line, `""` for none."""
    # French names, whoever asks: they are what the rescue teams' maps and signposts say.
    extra = {"language": "fr"} if name == OSM else {}
    try:
        location = await source.reverse((latitude, longitude), **extra)
    except (
        Exception
    ) as error:  # refusals, 429, time-outs, and answers that geopy trips over: a null geometry ...
        log.warning("geocoder_failed", source=name, error=type(error).__name__)
        return ""
    return _line(location.address) if location else ""


async def _search(name: str, source: Any, address: str) -> Found | None:
    """The source's best match. Raises GeocoderUnavailable for any answer that is none."""
    extra = {"language": "fr"} if name == OSM else {}
    try:
        location = await source.geocode(address, **extra)
        found = location and Found(_line(location.address), location.latitude, location.longitude)
    except Exception as error:  # as above
        log.warning("geocoder_failed", source=name, error=type(error).__name__)
        raise GeocoderUnavailable(f"{name} doesn't answer") from None
    if not found or not found.address or not is_on_earth(Point(found.latitude, found.longitude)):
        return None
    return found


def _line(words: object) -> str:
    return " ".join(words.split())[:_LONGEST] if isinstance(words, str) else ""
