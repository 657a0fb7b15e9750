"""The report of one meeting, as a PDF to file or to print, with the fonts of the system, in any script."""

from __future__ import annotations

import asyncio
import sys
from asyncio import StreamWriter
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.audited import audit_of, audited
from console.history_scope import numbers_told
from console.meeting import context_of
from console.meeting_parts import parts_of
from console.on_paper import on_paper
from console.overseen import overseen
from console.pages import Pages
from console.report_pictures import Picture, pictures
from console.rows import moment
from signaling.auth import require
from signaling.domain.audit import Audited
from signaling.domain.errors import NotFound, Unavailable
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Details
from signaling.service.captures import Captures
from signaling.service.history import History

AT_ONCE: Final = 2  # a report takes half a second of a core
TRIES: Final = 2
SECONDS: Final = 20
ROOT: Final = Path(__file__).parent.parent
TYPESET: Final = (sys.executable, "-m", "console.typeset")

log = structlog.get_logger()


class Reports:
    def __init__(self, history: History, captures: Captures, clock: Clock, pages: Pages) -> None:
        self._history = history
        self._captures = captures
        self._clock = clock
        self._pages = pages
        self._room = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        shown = overseen(audited("export.made", "session")(self.show))
        return [Route("/history/{session}/report.pdf", entrance(shown), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """With `?pictures=1` also captures and photos, unless pictures arrive blurred for who asks.

        Raises NotFound for a session that was erased, too: nothing of a person is left to report."""
        visitor: Visitor = request.state.visitor
        details = await self._history.details(visitor, request.path_params["session"])
        if details.room.session.erased_at is not None:
            raise NotFound("this session was erased")
        reader = await self._history.reader(visitor)
        language, now = self._pages.language(request), self._clock.now()
        context = context_of(visitor, reader, details, now, language, self._pages.gettext(language))
        quality = await self._history.quality(visitor, details.room.session.id)
        gettext = self._pages.gettext(language)
        context |= parts_of(details, quality, now, language, gettext, whole=True)
        context |= {"visitor": visitor, "printed": moment(now, language), "on_paper": on_paper}
        async with self._room:
            shown = await self._pictures(request, details)
            named = {one["id"]: one for one in context["captures"]}
            context["pictures"] = [
                named[one.capture.id] | {"source": f"picture:{place}"} for place, one in enumerate(shown)
            ]
            html = self._pages.render("report.html", language, **context)
            data = await pdf(html, [one.data for one in shown])
        request.state.audit_detail = {
            "what": "meeting",
            "format": "pdf",
            "files": len(shown),
            "numbers": numbers_told(reader),
        }
        headers = {"content-disposition": 'attachment; filename="report.pdf"'}
        return Response(data, media_type="application/pdf", headers=headers)

    async def _pictures(self, request: Request, details: Details) -> list[Picture]:
        """Each is a view of its own in the audit."""
        visitor: Visitor = request.state.visitor
        if request.query_params.get("pictures") != "1" or visitor.blurred:
            return []
        shown = await pictures(self._captures, visitor, details.captures)
        for one in shown:
            line = Audited(visitor.centre, visitor.user, "capture.viewed", one.capture.id)
            await audit_of(request).record(line)
        return shown


async def pdf(html: str, pictures: Sequence[bytes] = (), command: Sequence[str] = TYPESET) -> bytes:
    """`pictures`: JPEG, which the HTML names `picture:0`, `picture:1`. Raises Unavailable where nothing lays
    it out in time: without Pango, or on a machine that is full. A crash is tried once more: what lays text
    out is C, and has crashed once in some thousand times."""
    for _ in range(TRIES):
        code, data = await _laid_out((html.encode(), *pictures), command)
        if code == 0 and data:
            return data
        log.error("report_not_laid_out", code=code)
        if code is None or code >= 0:
            break
    raise Unavailable("no report could be laid out")


async def _laid_out(parts: Sequence[bytes], command: Sequence[str]) -> tuple[int | None, bytes]:
    """The exit status, None when it took too long, minus the signal that ended it; and the PDF."""
    worker = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=ROOT)
    try:
        async with asyncio.timeout(SECONDS):
            if worker.stdin is not None:
                await _feed(worker.stdin, parts)
            data, _ = await worker.communicate()
            return worker.returncode, data
    except TimeoutError:
        return None, b""
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


async def _feed(worker: StreamWriter, parts: Sequence[bytes]) -> None:
    """As `console.typeset` reads them; one after the other, so that they lie in memory once."""
    with suppress(BrokenPipeError, ConnectionResetError):  # it ended: its exit code says so
        for part in (f"{[len(one) for one in parts]}\n".encode(), *parts):
            worker.write(part)
            await worker.drain()
