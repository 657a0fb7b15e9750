"""A meeting drawn in time: what stood for how long, and what happened when, as shares of its length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from console.words import Gettext, duration
from signaling.domain import facts
from signaling.domain.facts import Event
from signaling.domain.guests import concerns_guest, guest_ids_told

Kind = Literal["waiting", "picture", "stills", "stalled"]
Mark = Literal["capture", "photo", "document", "position"]
WIDTH: Final = 1000  # of the whole meeting, in units of the drawing

_MARKS: Final[dict[type[facts.Fact], Mark]] = {
    facts.CaptureStored: "capture",
    facts.PhotoStored: "photo",
    facts.DocumentStored: "document",
    facts.PositionFixed: "position",
}


class Span(msgspec.Struct, frozen=True):
    kind: Kind
    x: float
    width: float
    text: str  # what it is, and how long


class Point(msgspec.Struct, frozen=True):
    kind: Mark
    x: float


class Band(msgspec.Struct, frozen=True):
    spans: tuple[Span, ...]
    points: tuple[Point, ...]
    length: str


def band(events: Sequence[Event], until: int, _: Gettext) -> Band | None:
    """`until`: the end, or now, in ms. None for a meeting of no length."""
    if not events or until <= events[0].at:
        return None
    start, length = events[0].at, until - events[0].at
    names = span_names(_)

    def place(at: int) -> float:
        return round(max(0, min(at, until) - start) / length * WIDTH, 1)

    spans = tuple(
        Span(
            kind, place(since), round(place(to) - place(since), 1), f"{names[kind]} · {duration(to - since)}"
        )
        for kind, since, to in spans_of(events, until)
        if to > since
    )
    points = tuple(
        Point(_MARKS[type(event.fact)], place(event.at)) for event in events if type(event.fact) in _MARKS
    )
    return Band(spans, points, duration(length))


def span_names(_: Gettext) -> dict[Kind, str]:
    return {
        "waiting": _("Before the first picture"),
        "picture": _("Live picture"),
        "stills": _("Stills"),
        "stalled": _("Picture interrupted"),
    }


def mark_names(_: Gettext) -> dict[Mark, str]:
    return {
        "capture": _("Capture"),
        "photo": _("Photo"),
        "document": _("Document"),
        "position": _("Position"),
    }


def spans_of(events: Sequence[Event], until: int) -> Iterator[tuple[Kind, int, int]]:
    """(kind, from, to) without a gap, of the caller's phone."""
    guests = guest_ids_told(events)
    kind, since, way = _FIRST, events[0].at, _PICTURE
    for event in events:
        if concerns_guest(guests, event.fact):
            continue
        way = _way(way, event.fact)
        became = _kind(kind, way, event.fact)
        if became != kind:
            yield kind, since, event.at
            kind, since = became, event.at
    yield kind, since, until


_FIRST: Final[Kind] = "waiting"
_PICTURE: Final[Kind] = "picture"


def _way(way: Kind, fact: facts.AnyFact) -> Kind:
    if isinstance(fact, facts.PictureWay) and fact.way != "photo":
        return "stills" if fact.way == "stills" else "picture"
    return way


def _kind(kind: Kind, way: Kind, fact: facts.AnyFact) -> Kind:
    match fact:
        case facts.PictureFirst():
            return way
        case facts.MediaStalled() | facts.CameraLost() if kind != "waiting":
            return "stalled"
        case facts.MediaResumed() | facts.CameraBack() if kind == "stalled":
            return way
        case facts.PictureWay() if kind in ("picture", "stills"):
            return way
        case _:
            return kind
