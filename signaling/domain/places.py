"""Places on earth: how they are written down, read back, and how far one is from another. WGS 84, degrees."""

from __future__ import annotations

import re
from typing import Final

import mgrs
import msgspec
from geographiclib.geodesic import Geodesic
from mgrs.core import MGRSError
from openlocationcode import openlocationcode

_GRID: Final = re.compile(r"(\d{0,2}[A-Z])([A-Z]{2})(\d{5})(\d{5})")
_SPACED_GRID: Final = re.compile(r"(?:\d{1,2}[C-HJ-NP-X]|[ABYZ])[A-HJ-NP-Z]{2}(?:\d\d){1,5}")
_DECIMAL: Final = re.compile(r"([+-]?\d{1,2}(?:\.\d+)?)(?:\s*[,;]\s*|\s+)([+-]?\d{1,3}(?:\.\d+)?)")
_DECIMAL_COMMA: Final = re.compile(r"([+-]?\d{1,2},\d+)(?:\s*;\s*|,\s+|\s+)([+-]?\d{1,3},\d+)")
_MINUTES: Final = re.compile(
    r"(\d{1,2})\s*°\s*(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*([NS])\s*[,;]?\s*"
    r"(\d{1,3})\s*°\s*(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*([EWO])"
)


class Point(msgspec.Struct, frozen=True):
    latitude: float  # -90 to 90, north positive
    longitude: float  # -180 to 180, east positive


class Notations(msgspec.Struct, frozen=True):
    """One point as people and machines say it."""

    minutes: str  # 48° 41.616′ N, 6° 10.992′ E
    mgrs: str  # 32U KU 92721 97224, to 1 m
    plus_code: str  # 8FW8M5VM+C7, about 14 m wide


class Way(msgspec.Struct, frozen=True):
    """As the crow flies, on the ellipsoid."""

    metres: float
    bearing: float  # degrees clockwise from north, 0 to 360, at the start


def is_on_earth(point: Point) -> bool:
    """Whether its numbers are in range; NaN is not."""
    return -90 <= point.latitude <= 90 and -180 <= point.longitude <= 180


def notations(point: Point) -> Notations:
    """`point` must be on earth."""
    grid = mgrs.MGRS().toMGRS(point.latitude, point.longitude, MGRSPrecision=5)
    parts = _GRID.fullmatch(grid)
    return Notations(
        minutes=f"{_minutes(point.latitude, 'NS')}, {_minutes(point.longitude, 'EW')}",
        mgrs=" ".join(parts.groups()) if parts else grid,
        plus_code=openlocationcode.encode(point.latitude, point.longitude),
    )


def way(start: Point, end: Point) -> Way:
    """Both must be on earth."""
    line = Geodesic.WGS84.Inverse(start.latitude, start.longitude, end.latitude, end.longitude)
    return Way(metres=line["s12"], bearing=line["azi1"] % 360)


def read(typed: str) -> Point | None:
    """The point that was typed in one of the notations, or as decimal degrees; None when it is none of them,
    or not on earth: an address perhaps."""
    text = " ".join(typed.split()).upper()
    point = _read_decimal(text) or _read_minutes(text) or _read_code(text.replace(" ", ""))
    return point if point is not None and is_on_earth(point) else None


def _minutes(degrees: float, signs: str) -> str:
    # Rounded as a whole first: 47.99999 is 48° 0.000′, never 47° 60.000′.
    whole, thousandths = divmod(round(abs(degrees) * 60_000), 60_000)
    return f"{whole}° {thousandths / 1000:.3f}′ {signs[degrees < 0]}"


def _read_decimal(text: str) -> Point | None:
    if found := _DECIMAL_COMMA.fullmatch(text):
        return Point(*(float(part.replace(",", ".")) for part in found.groups()))
    found = _DECIMAL.fullmatch(text)
    return Point(float(found[1]), float(found[2])) if found else None


def _read_minutes(text: str) -> Point | None:
    found = _MINUTES.fullmatch(text)
    if not found:
        return None
    north, east = (int(found[at]) + float(found[at + 1].replace(",", ".")) / 60 for at in (1, 4))
    return Point(-north if found[3] == "S" else north, east if found[6] == "E" else -east)


def _read_code(text: str) -> Point | None:
    if openlocationcode.isFull(text):
        area = openlocationcode.decode(text)
        return Point(area.latitudeCenter, area.longitudeCenter)
    if not _SPACED_GRID.fullmatch(text):
        return None
    try:
        return Point(*mgrs.MGRS().toLatLon(text))
    except MGRSError:
        return None
