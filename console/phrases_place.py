"""The sentences that the room's scripts show about where the caller is, by key."""

from __future__ import annotations

from console.words import Gettext


def places(_: Gettext) -> dict[str, str]:
    return {
        "key.map": _("Map, where the centre has one"),
        "key.place": _("Copy the position"),
        "place.sent": _("Position sent"),
        "place.moved": _("The caller moved: new position sent"),
        "map.closer": _("Closer"),
        "map.wider": _("Wider"),
        "distance": _("%(length)s %(direction)s of the caller: %(place)s")
        % {"length": "{length}", "direction": "{direction}", "place": "{place}"},
        "distance.busy": _("Looking for this place…"),
        "distance.failed": _("The distance can't be measured now. Try again."),
        **{f"compass.{number}": name for number, name in enumerate(_compass(_))},
    }


def _compass(_: Gettext) -> tuple[str, ...]:
    """Clockwise from north."""
    return (
        _("north"),
        _("north-east"),
        _("east"),
        _("south-east"),
        _("south"),
        _("south-west"),
        _("west"),
        _("north-west"),
    )
