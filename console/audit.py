"""The audit of a centre, for its administrator: read, go through again, take along."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from console import phrases_audit, spreadsheet
from console.audited import audited
from console.pages import Pages
from console.rows import Moment, moment
from console.words import Gettext
from signaling.auth import require
from signaling.domain.audit import Examination, Sought
from signaling.domain.errors import BadInput
from signaling.domain.records import AuditEntry
from signaling.domain.visitor import Visitor
from signaling.ports import Store
from signaling.service.audit import PAGE, AuditReading

_OF_SESSIONS: Final = frozenset(
    {"session.viewed", "session.joined", "session.held", "still.viewed", "help.sent"}
)
_HEADER: Final = ("number", "time", "user", "name", "action", "words", "subject", "detail", "hash")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in words. `link`: to what it tells of, "" for none."""

    number: int
    at: Moment
    who: str
    what: str
    subject: str
    link: str
    detail: str


class AuditPages:
    """`users`: names users by their ids."""

    def __init__(self, reading: AuditReading, users: Store, pages: Pages) -> None:
        self._reading = reading
        self._users = users
        self._pages = pages

    def routes(self) -> list[Route]:
        entrance = require("administrator")
        return [
            Route("/audit", entrance(self.show), methods=["GET"]),
            Route("/audit/verify", entrance(self.verify), methods=["POST"]),
            Route("/audit/export.csv", entrance(audited("export.made")(self.export)), methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """`?action=&actor=&from=&to=`, days of UTC; `?before=` or `?after=`, the number of an entry."""
        return await self._page(request, _sought(request.query_params))

    async def verify(self, request: Request) -> Response:
        examination = await self._reading.verify(request.state.visitor)
        return await self._page(request, Sought(), examination)

    async def export(self, request: Request) -> Response:
        """All that fits the filter, newest first, as it is read: no page of it waits in memory."""
        visitor: Visitor = request.state.visitor
        sought = msgspec.structs.replace(_sought(request.query_params), before=None, after=None)
        names = await self._names(visitor)
        words = phrases_audit.actions(self._pages.gettext(self._pages.language(request)))

        async def rows() -> AsyncIterator[str]:
            yield spreadsheet.BOM + spreadsheet.lines([_HEADER])
            async for entries in self._reading.everything(visitor, sought):
                yield spreadsheet.lines(_cells(entry, names, words) for entry in entries)

        headers = {"content-disposition": 'attachment; filename="audit.csv"'}
        return StreamingResponse(rows(), media_type="text/csv; charset=utf-8", headers=headers)

    async def _page(
        self, request: Request, sought: Sought, examination: Examination | None = None
    ) -> Response:
        visitor: Visitor = request.state.visitor
        language = self._pages.language(request)
        gettext = self._pages.gettext(language)
        entries = await self._reading.page(visitor, sought)
        more = len(entries) > PAGE
        shown = entries[-PAGE:] if sought.after is not None else entries[:PAGE]
        names = await self._names(visitor)
        older = more or sought.after is not None
        newer = more if sought.after is not None else sought.before is not None
        return self._pages.page(
            request,
            "audit.html",
            HTTPStatus.OK,
            lines=[_line(entry, names, language, gettext) for entry in shown],
            actions=phrases_audit.actions(gettext),
            users=names,
            chosen=_chosen(request.query_params),
            older=_address(request.query_params, before=shown[-1].number) if older and shown else "",
            newer=_address(request.query_params, after=shown[0].number) if newer and shown else "",
            export=_address(request.query_params, "/audit/export.csv"),
            verdict=examination and phrases_audit.verdict(examination, gettext),
            whole=examination is not None and examination.fault is None,
            seal=examination and examination.hash,
        )

    async def _names(self, visitor: Visitor) -> dict[str, str]:
        return {user.id: user.name for user in await self._users.users(visitor.centre)}


# ---------------------------------------------------------------- what is asked for
def _sought(asked: Mapping[str, str]) -> Sought:
    """Raises BadInput."""
    until = _day(asked.get("to", ""))
    return Sought(
        action=asked.get("action", "")[:40],
        actor=asked.get("actor", "")[:64],
        since=_milliseconds(_day(asked.get("from", ""))),
        until=_milliseconds(until and until + timedelta(days=1)),
        before=_number(asked.get("before", "")),
        after=_number(asked.get("after", "")),
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput("a day is written 2026-11-18") from None
    if not 2000 <= day.year <= 2999:
        raise BadInput("no day of the audit")
    return day


def _milliseconds(day: date | None) -> int | None:
    return None if day is None else int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise BadInput("entries have numbers")
    return int(text)


def _chosen(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: asked.get(name, "") for name in ("action", "actor", "from", "to")}


def _address(asked: Mapping[str, str], path: str = "/audit", **place: int) -> str:
    kept = {name: value for name, value in _chosen(asked).items() if value} | place
    return f"{path}?{urlencode(kept)}" if kept else path


# ---------------------------------------------------------------- what is shown
def _line(entry: AuditEntry, names: Mapping[str, str], language: str, _: Gettext) -> Line:
    words = phrases_audit.actions(_)
    return Line(
        number=entry.number,
        at=moment(entry.at, language),
        who=_who(entry, names, _),
        what=words.get(entry.action, entry.action),
        subject=_subject(entry, names),
        link=f"/history/{entry.subject}" if entry.action in _OF_SESSIONS else "",
        detail=phrases_audit.details(_details(entry), _),
    )


def _who(entry: AuditEntry, names: Mapping[str, str], _: Gettext) -> str:
    if entry.actor:
        return names.get(entry.actor, entry.actor)
    return _("Command on the server") if _details(entry).get("by") == "command" else _("Nobody signed in")


def _subject(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """A login is named by its user already; other ids by the end that tells them apart."""
    if not entry.subject or entry.action in ("login.succeeded", "login.ended"):
        return ""
    return names.get(entry.subject, f"…{entry.subject[-8:]}")


def _details(entry: AuditEntry) -> dict[str, str | int]:
    """Whatever was written there: an entry that was tampered with is shown too."""
    try:
        return msgspec.json.decode(entry.detail, type=dict[str, str | int])
    except msgspec.DecodeError:
        return {"?": entry.detail}


def _cells(entry: AuditEntry, names: Mapping[str, str], words: Mapping[str, str]) -> tuple[str, ...]:
    return (
        str(entry.number),
        datetime.fromtimestamp(entry.at / 1000, UTC).isoformat(timespec="milliseconds"),
        entry.actor,
        names.get(entry.actor, ""),
        entry.action,
        words.get(entry.action, ""),
        entry.subject,
        entry.detail,
        entry.hash,
    )
