"""The history on paper: exactly what was searched and filtered, as a PDF."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Final

import pikepdf
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.audited import audited
from console.history_scope import Scope, scope_of, told
from console.pages import Pages
from console.report import pdf
from console.rows import moment, row
from signaling.auth import require
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Meeting
from signaling.service.history import History

MOST_ROWS: Final = 2000  # twenty seconds of a core
ROWS: Final = 250  # that are laid out at once: more of them take more memory
AT_ONCE: Final = 1


class HistoryPapers:
    def __init__(self, history: History, clock: Clock, pages: Pages) -> None:
        self._history = history
        self._clock = clock
        self._pages = pages
        self._room = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [Route("/history/export.pdf", entrance(audited("export.made")(self.pdf)), methods=["GET"])]

    async def pdf(self, request: Request) -> Response:
        """As the other exports, with `MOST_ROWS` rows at most; then it says so."""
        scope = await scope_of(request, self._history, self._clock)
        found, more = await self._found(scope)
        request.state.audit_detail = told(scope, "pdf")
        async with self._room:
            data = await self._laid_out(request, scope, found, more=more)
        headers = {"content-disposition": 'attachment; filename="history.pdf"'}
        return Response(data, media_type="application/pdf", headers=headers)

    async def _found(self, scope: Scope) -> tuple[list[Meeting], bool]:
        """The newest; whether there are others."""
        found: list[Meeting] = []
        async for meetings in self._history.everything(scope.reader, scope.search):
            found += meetings
            if len(found) > MOST_ROWS:
                return found[:MOST_ROWS], True
        return found, False

    async def _laid_out(
        self, request: Request, scope: Scope, found: Sequence[Meeting], *, more: bool
    ) -> bytes:
        """Part by part, each in a process of its own; their pages are counted through."""
        whole, read = pikepdf.new(), []
        starts = range(0, max(len(found), 1), ROWS)
        for start in starts:
            part = found[start : start + ROWS]
            last = start + ROWS >= len(found)
            html = self._page(request, scope, part, start == 0, len(whole.pages), cut=more and last)
            read.append(pikepdf.open(BytesIO(await pdf(html))))
            whole.pages.extend(read[-1].pages)
        out = BytesIO()
        await asyncio.to_thread(whole.save, out)
        for one in (*read, whole):
            one.close()
        return out.getvalue()

    def _page(
        self,
        request: Request,
        scope: Scope,
        part: Sequence[Meeting],
        first: bool,
        pages: int,
        *,
        cut: bool,
    ) -> str:
        """`pages`: that come before it."""
        visitor: Visitor = request.state.visitor
        language, now, reader = self._pages.language(request), self._clock.now(), scope.reader
        gettext = self._pages.gettext(language)
        rows = [row(one, reader, now, language, gettext) for one in part]
        notes = {one.session.id: one.session.note for one in part}
        context = {
            "rows": rows,
            "notes": notes,
            "centres": list(reader.centres.values()),
            "several": scope.several,
            "first": first,
            "pages": pages,
            "cut": cut,
            "most": MOST_ROWS,
        }
        context |= {"visitor": visitor, "printed": moment(now, language)}
        return self._pages.render("history_paper.html", language, **context)
