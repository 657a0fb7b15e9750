"""Numbers as people of a language read them."""

from __future__ import annotations

from typing import Final

from babel.numbers import format_decimal, format_percent

from console.charts.chart import Unit
from console.words import Gettext

NONE: Final = "–"
_PLACES: Final[dict[Unit, int]] = {"count": 0, "share": 4, "seconds": 1, "kilobits": 0, "frames": 1}


def rounded(value: float, unit: Unit) -> float:
    """As far as a chart tells it: its drawing, table and file have this number."""
    return round(value, _PLACES[unit])


def written(value: float | None, unit: Unit, language: str) -> str:
    """`82,2 %`, `1 234`, `7,5`: without the unit, but for shares."""
    if value is None:
        return NONE
    if unit == "share":
        return str(
            format_percent(value, "#,##0.#\u00a0%" if language == "fr" else "#,##0.#%", locale=language)
        )
    return str(format_decimal(rounded(value, unit), "#,##0.#", locale=language))


def plain(value: float | None, unit: Unit) -> str:
    """For a spreadsheet: with a point, without a unit; "" for none."""
    if value is None:
        return ""
    number = rounded(value, unit)
    return str(int(number)) if number == int(number) else repr(number)


def unit_name(unit: Unit, _: Gettext) -> str:
    """For the head of a table, "" where the numbers or the names say it."""
    return {"seconds": _("seconds"), "kilobits": _("kbit/s"), "frames": _("frames/s")}.get(unit, "")
