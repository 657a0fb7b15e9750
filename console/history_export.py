"""The history taken along: exactly what was searched and filtered, as CSV or XLSX.

Rows are read a batch at a time while they leave (`signaling.service.history.History.everything`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from console import spreadsheet
from console.audited import audited
from console.history_query import Asked
from console.pages import Pages
from console.phrases_history import columns, endings
from console.rows import may_watch, shown_address
from console.words import Gettext, assessments
from signaling.auth import require
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Meeting
from signaling.service.history import History, Reader

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK: Final = 64 * 1024  # bytes
MOST_ROWS: Final = 1_048_575  # of a sheet, beside its head (Excel specifications and limits)


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
        reader, found = await self._found(request, "csv")
        gettext = self._gettext(request)

        async def text() -> AsyncIterator[str]:
            yield spreadsheet.BOM + spreadsheet.lines([tuple(columns(gettext))])
            async for meetings in found:
                yield spreadsheet.lines(cells(one, reader, gettext) for one in meetings)

        return _attached(text(), "text/csv; charset=utf-8", "history.csv")

    async def xlsx(self, request: Request) -> Response:
        """Whole only once its last row is known: it grows in a file, and leaves from there."""
        reader, found = await self._found(request, "xlsx")
        gettext = self._gettext(request)

        async def data() -> AsyncIterator[bytes]:
            with TemporaryDirectory(prefix="history-") as folder:
                file = Path(folder) / "history.xlsx"
                with _sheet(file) as sheet:
                    await asyncio.to_thread(sheet.add, [tuple(columns(gettext))])
                    async for meetings in found:
                        rows = [cells(one, reader, gettext) for one in meetings]
                        await asyncio.to_thread(sheet.add, rows)
                    await asyncio.to_thread(sheet.close)
                with await asyncio.to_thread(file.open, "rb") as whole:
                    while chunk := await asyncio.to_thread(whole.read, CHUNK):
                        yield chunk

        return _attached(data(), XLSX, "history.xlsx")

    def _gettext(self, request: Request) -> Gettext:
        return self._pages.gettext(self._pages.language(request))

    async def _found(self, request: Request, kind: str) -> tuple[Reader, AsyncIterator[Sequence[Meeting]]]:
        """The audit knows which parts of the filter were used, and not with which values."""
        visitor: Visitor = request.state.visitor
        asked = Asked(request.query_params)
        reader = await self._history.reader(visitor)
        search = asked.search(reader.regulators, self._clock.now(), texts=may_watch(visitor))
        parts = ",".join(name for name, value in asked.values.items() if value and name != "tz")
        request.state.audit_detail = {"what": "history", "format": kind, "kind": parts}
        return reader, self._history.everything(visitor, search)


def cells(meeting: Meeting, reader: Reader, _: Gettext) -> tuple[str, ...]:
    """As `columns` names them."""
    session = meeting.session
    length = "" if session.ended_at is None else str((session.ended_at - session.started_at) // 1000)
    waited = session.first_picture_at
    return (
        datetime.fromtimestamp(session.started_at / 1000, UTC).isoformat(timespec="seconds"),
        shown_address(session.address, whole=reader.numbers),
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


def _attached(content: AsyncIterator[str] | AsyncIterator[bytes], kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=kind, headers=headers)


class _Sheet:
    """Of one workbook whose rows go to the disk as they come."""

    def __init__(self, file: Path) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(file), options | {"tmpdir": str(file.parent)})
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._rows = 0
        self.closed = False

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        for row in rows[: MOST_ROWS + 1 - self._rows]:
            for column, cell in enumerate(row):
                self._sheet.write_string(self._rows, column, cell)
            self._rows += 1

    def close(self) -> None:
        self._book.close()
        self.closed = True


@contextmanager
def _sheet(file: Path) -> Iterator[_Sheet]:
    """Closed by its user; when they never came so far, nothing of it stays open."""
    sheet = _Sheet(file)
    try:
        yield sheet
    finally:
        if not sheet.closed:
            sheet.close()
