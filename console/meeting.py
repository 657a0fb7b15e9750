"""The page of one past meeting: what happened, when, and what is left of it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.audited import audited
from console.meeting_parts import parts_of
from console.overseen import overseen
from console.pages import Pages
from console.phrases_closing import closing
from console.phrases_keeping import reasons
from console.phrases_place import places
from console.places import MapTiles, map_source, tiles_for
from console.recordings import films
from console.rows import may_decide, may_watch, moment, row
from console.time_band import band, mark_names
from console.timeline import timeline
from console.words import Gettext, assessments, duration
from signaling.auth import require
from signaling.domain.closing import kept
from signaling.domain.guests import guest_ids, guest_ids_told
from signaling.domain.outcomes import ending, traces_after
from signaling.domain.places import Point, notations
from signaling.domain.records import Document, Position, Session
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Details, Meeting
from signaling.service.history import History, Reader


class MeetingPages:
    """`tiles`: of the map, None where there is none."""

    def __init__(self, history: History, clock: Clock, pages: Pages, tiles: MapTiles | None = None) -> None:
        self._history = history
        self._clock = clock
        self._pages = pages
        self._tiles = tiles

    def routes(self) -> list[Route]:
        shown = overseen(audited("session.viewed", "session")(self.show))
        return [Route("/history/{session}", require()(shown))]

    async def show(self, request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        details = await self._history.details(visitor, request.path_params["session"])
        reader = await self._history.reader(visitor)
        language = self._pages.language(request)
        gettext = self._pages.gettext(language)
        now = self._clock.now()
        context = context_of(visitor, reader, details, now, language, gettext)
        quality = await self._history.quality(visitor, details.room.session.id)
        context |= parts_of(details, quality, now, language, gettext, whole=may_watch(visitor))
        tiles = tiles_for(visitor, self._tiles) if context["places"] else None
        request.state.pictures = tiles.origin if tiles else ""
        context["data"] = {
            "phrases": closing(gettext) | places(gettext),
            "map": map_source(tiles),
            "track": [_point(one) for one in details.positions] if may_watch(visitor) else [],
        }
        return self._pages.page(request, "session.html", **context)


def context_of(
    visitor: Visitor, reader: Reader, details: Details, now: int, language: str, _: Gettext
) -> dict[str, Any]:
    """What the page and the report of a meeting show."""
    session = details.room.session
    watches = may_watch(visitor)
    return {
        "may_watch": watches and session.erased_at is None,
        **_keeping(visitor, session, language, _),
        "session": session.id,
        "closing": kept(session),
        "assessments": assessments(_),
        "row": row(as_meeting(details), reader, now, language, _),
        "first_picture": _first_picture(details),
        "browser": _browser(details) if watches else "",
        "timeline": timeline(details.events, details.users if watches else {}, language, _, whole=watches),
        "band": band(details.events, session.ended_at or now, _),
        "marks": mark_names(_),
        "captures": [
            {
                "id": one.id,
                "width": one.width,
                "height": one.height,
                "at": moment(one.taken_at, language),
                "by": details.users.get(one.taken_by or "", ""),
                "photo": one.participant is not None,
            }
            for one in details.captures
        ],
        "films": films(details.recordings, language, _) if watches else [],
        "documents": [_document(one, language) for one in details.documents] if watches else [],
        "places": [_place(one, language) for one in details.positions] if watches else [],
    }


def as_meeting(details: Details) -> Meeting:
    session = details.room.session
    traces = traces_after(0, details.events, guest_ids_told(details.events))
    return Meeting(session, details.regulator, 0, ending(session, traces))


def _keeping(visitor: Visitor, session: Session, language: str, gettext: Gettext) -> dict[str, Any]:
    return {
        "may_decide": may_decide(visitor),
        "held": session.held,
        "erased": None if session.erased_at is None else moment(session.erased_at, language),
        "running": session.ended_at is None,
        "reasons": reasons(gettext),
    }


def _first_picture(details: Details) -> str:
    session = details.room.session
    if session.first_picture_at is None:
        return ""
    return duration(session.first_picture_at - session.started_at)


def _browser(details: Details) -> str:
    """Of the phone that joined last."""
    guests = guest_ids(details.room)
    phones = (one for one in details.room.participants if one.role == "caller" and one.id not in guests)
    return next((one.browser for one in reversed(tuple(phones))), "")


def _document(document: Document, language: str) -> dict[str, Any]:
    return {
        "id": document.id,
        "at": moment(document.created_at, language),
        "name": document.name,
        "media_type": document.media_type,
        "size": f"{max(1, round(document.size / 1000))}\u00a0{'ko' if language == 'fr' else 'kB'}",
    }


def _point(position: Position) -> dict[str, float]:
    return {name: getattr(position, name) for name in ("latitude", "longitude", "accuracy")}


def _place(position: Position, language: str) -> dict[str, Any]:
    """Coordinates are never rounded: the last digits may be the right door."""
    point = f"{position.latitude},{position.longitude}"
    return {
        "at": moment(position.at, language),
        "latitude": position.latitude,
        "longitude": position.longitude,
        "accuracy": round(position.accuracy),
        "address": position.address,
        "notations": notations(Point(position.latitude, position.longitude)),
        "map": f"https://www.google.com/maps/search/?api=1&query={point}",
    }
