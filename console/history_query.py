"""The history's address: what was typed and chosen there, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from signaling.domain.outcomes import ENDINGS
from signaling.domain.search import LONGEST, Search, understand

PATH: Final = "/history"
ZONE: Final = "Europe/Paris"  # of days and hours, for a browser that names none
MOST: Final = 2**63 - 1  # that a place can be: both databases keep 64 bits
KEPT: Final = ("q", "centre", "outcome", "regulator", "debrief", "running", "from", "to", "tz", "numbers")
VIEW: Final = ("tz", "numbers")  # of them, those that choose how meetings are shown, and not which


class Asked:
    """A query string, whatever it holds: what can't be understood counts as not asked."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._query = query
        self.values = {name: _tidy(query.get(name, "")) for name in KEPT}

    @property
    def anything(self) -> bool:
        """Whether there is more than the newest meetings to show."""
        return self._any_besides(*VIEW)

    @property
    def anything_within(self) -> bool:
        """The same, of the centre that was chosen or of all."""
        return self._any_besides(*VIEW, "centre")

    @property
    def numbers(self) -> bool:
        """Whether whole numbers are asked for."""
        return bool(self.values["numbers"])

    @property
    def newest(self) -> bool:
        return not self.place

    @property
    def place(self) -> dict[str, int]:
        """Where the page begins, as its address says; nothing for the newest one."""
        found = {name: self._place(name) for name in ("before", "after")}
        return next(({name: place} for name, place in found.items() if place is not None), {})

    def search(self, regulators: Mapping[str, str], now: int, *, texts: bool) -> Search:
        """`regulators`: user id -> name. `texts`: whether what was typed counts."""
        zone = _zone(self.values["tz"])
        search = understand(self.values["q"] if texts else "", regulators, now, zone)
        since, until = _day(self.values["from"]), _day(self.values["to"])
        search = search.within(
            None if since is None else _midnight(since, zone),
            None if until is None else _midnight(until + timedelta(days=1), zone),
        )
        chosen = self.values["regulator"]
        return replace(
            search,
            ending=next((one for one in ENDINGS if one == self.values["outcome"]), None),
            regulator=chosen if chosen in regulators else "",
            debrief=search.debrief or bool(self.values["debrief"]),
            running=True if self.values["running"] else None,
            before=self.place.get("before"),
            after=self.place.get("after"),
        )

    def address(self, path: str = PATH, **changes: int | str) -> str:
        """With the same filter; "" takes a part away."""
        kept = {name: value for name, value in {**self.values, **changes}.items() if value != ""}
        return f"{path}?{urlencode(kept)}" if kept else path

    def unfiltered(self) -> str:
        """The address of all meetings, shown as these are."""
        return self.address(**dict.fromkeys(set(KEPT) - set(VIEW), ""))

    def _any_besides(self, *names: str) -> bool:
        return any(value for name, value in self.values.items() if name not in names)

    def _place(self, name: str) -> int | None:
        text = self._query.get(name, "")
        place = int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 else None
        return None if place is None or place > MOST else place


def _tidy(text: str) -> str:
    """One line, and not a long one."""
    return "".join(sign for sign in text[:LONGEST] if sign.isprintable()).strip()


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name or ZONE)
    except (OSError, ValueError, KeyError):  # KeyError: there is none of that name
        return UTC if not name else _zone("")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2099 else None


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)
