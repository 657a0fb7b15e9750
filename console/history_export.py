"""The history taken along: exactly what was searched and filtered, as CSV or XLSX.

Rows are read a batch at a time while they leave (`signaling.service.history.History.everything`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from console import spreadsheet
from console.audited import audited
from console.history_book import Book
from console.history_scope import Scope, scope_of, told
from console.pages import Pages
from console.phrases_history import columns, endings
from console.rows import shown_address
from console.words import Gettext, assessments
from signaling.auth import require
from signaling.ports import Clock, Meeting
from signaling.service.history import History

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK: Final = 64 * 1024  # bytes

Rows = AsyncGenerator[str, None] | AsyncGenerator[bytes, None]


class HistoryExports:
    def __init__(self, history: History, clock: Clock, pages: Pages) -> None:
        self._history = history
        self._clock = clock
        self._pages = pages

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/history/export.csv", entrance(audited("export.made")(self.csv)), methods=["GET"]),
            Route("/history/export.xlsx", entrance(audited("export.made")(self.xlsx)), methods=["GET"]),
        ]

    async def csv(self, request: Request) -> Response:
        scope, found = await self._found(request, "csv")
        gettext = self._gettext(request)

        async def text() -> AsyncGenerator[str, None]:
            yield spreadsheet.BOM + spreadsheet.lines([columns(gettext, several=scope.several)])
            async for meetings in found:
                yield spreadsheet.lines(cells(one, scope, gettext) for one in meetings)

        return _Attached(text(), "text/csv; charset=utf-8", "history.csv")

    async def xlsx(self, request: Request) -> Response:
        """Whole only once its last row is known: it grows in a file, and leaves from there.

        For who left, `run_in_threadpool` still waits for the thread: the file is closed beneath nobody."""
        scope, found = await self._found(request, "xlsx")
        gettext = self._gettext(request)

        async def data() -> AsyncGenerator[bytes, None]:
            with TemporaryDirectory(prefix="history-") as folder:
                file = Path(folder) / "history.xlsx"
                with closing(Book(file, columns(gettext, several=scope.several))) as book:
                    async for meetings in found:
                        rows = [cells(one, scope, gettext) for one in meetings]
                        await run_in_threadpool(book.add, rows)
                    await run_in_threadpool(book.finish)
                with await run_in_threadpool(file.open, "rb") as whole:
                    while chunk := await run_in_threadpool(whole.read, CHUNK):
                        yield chunk

        return _Attached(data(), XLSX, "history.xlsx")

    def _gettext(self, request: Request) -> Gettext:
        return self._pages.gettext(self._pages.language(request))

    async def _found(
        self, request: Request, kind: str
    ) -> tuple[Scope, AsyncGenerator[Sequence[Meeting], None]]:
        scope = await scope_of(request, self._history, self._clock)
        request.state.audit_detail = told(scope, kind)
        return scope, self._history.everything(scope.reader, scope.search)


def cells(meeting: Meeting, scope: Scope, _: Gettext) -> tuple[str, ...]:
    """As `columns` names them."""
    session = meeting.session
    length = "" if session.ended_at is None else str((session.ended_at - session.started_at) // 1000)
    waited = session.first_picture_at
    return (
        datetime.fromtimestamp(session.started_at / 1000, UTC).isoformat(timespec="seconds"),
        *([scope.reader.centres[session.centre]] if scope.several else []),
        shown_address(session.address, whole=scope.reader.numbers),
        meeting.regulator,
        length,
        endings(_)["running" if session.ended_at is None else meeting.ending],
        "" if waited is None else str((waited - session.started_at) // 1000),
        assessments(_).get(session.assessment, ""),
        "1" if session.debrief else "",
        session.reference,
        session.note,
        session.id,
    )


class _Attached(StreamingResponse):
    """Closes what it is read from when it ends or its client leaves: not some time later."""

    def __init__(self, content: Rows, kind: str, name: str) -> None:
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        super().__init__(content, media_type=kind, headers=headers)
        self._content = content

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        async with aclosing(self._content):
            await super().__call__(scope, receive, send)
