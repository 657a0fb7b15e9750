"""What the page and the report of a meeting show beside its timeline: quality, people, messages, track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console import meeting_people, quality_graph, track_drawing
from console.rows import moment
from console.time_band import spans_of
from console.words import Gettext
from signaling.domain.guests import guest_ids
from signaling.domain.quality import Quality
from signaling.domain.room import Room
from signaling.ports import Details


def parts_of(
    details: Details, quality: Sequence[Quality], now: int, language: str, _: Gettext, *, whole: bool
) -> dict[str, Any]:
    """`whole`: for those who may watch: with names, texts and places."""
    return {
        "quality": _quality(details, quality, now, language, _),
        "messages": meeting_people.messages(details, language, _),
        "guests": meeting_people.guests(details, language, _, names=whole),
        "told": meeting_people.told(details, language, _) if whole else [],
        "track": track_drawing.drawn(details.positions, language, _) if whole and details.positions else "",
    }


def _quality(
    details: Details, rows: Sequence[Quality], now: int, language: str, _: Gettext
) -> dict[str, Any] | None:
    """None where nothing was measured."""
    if not details.events:
        return None
    start, until = details.events[0].at, details.room.session.ended_at or now
    stalls = [(since, to) for kind, since, to in spans_of(details.events, until) if kind == "stalled"]
    graph = quality_graph.graph(rows, _phones(details.room, _), stalls, start, until)
    if graph is None:
        return None
    return {
        "wide": quality_graph.drawn(graph, quality_graph.WIDE, language, _),
        "paper": quality_graph.drawn(graph, quality_graph.PAPER, language, _),
        "narrow": quality_graph.drawn(graph, quality_graph.NARROW, language, _),
        "stalls": bool(stalls),
        "heads": quality_graph.heads(_),
        "phones": len(graph.phones) > 1,
        "rows": [
            (moment(one.at, language), graph.phones[one.phone], quality_graph.cells(one, language))
            for one in graph.told
        ],
    }


def _phones(room: Room, _: Gettext) -> Mapping[str, str]:
    """Participant -> what their phone is called."""
    guests = guest_ids(room)
    whose = {True: _("Guest"), False: _("Caller")}
    return {one.id: f"{whose[one.id in guests]} · {one.browser or '?'}" for one in room.participants}
