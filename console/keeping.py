"""Legal hold and erasure of a session, and the page of what is held about one caller.

A caller's number travels in the body of a request only: addresses of pages end up in logs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from console.audited import audited
from console.caller_archive import Archive
from console.forms import fields
from console.overseen import overseen
from console.pages import Pages
from console.rows import moment
from console.words import describe
from signaling.auth import require
from signaling.domain.addresses import display
from signaling.domain.errors import BadAddress, BadInput
from signaling.ports import Clock
from signaling.service.erasure import Caller, Callers, Erasing, Kept


class Keeping:
    def __init__(self, erasing: Erasing, callers: Callers, clock: Clock, pages: Pages) -> None:
        self._erasing = erasing
        self._callers = callers
        self._clock = clock
        self._pages = pages

    def routes(self) -> list[Route]:
        entrance = require("supervisor", "administrator")
        return [
            Route("/history/{session}/hold", entrance(overseen(self.hold)), methods=["POST"]),
            Route("/history/{session}/erase", entrance(overseen(self.erase)), methods=["POST"]),
            Route("/callers", entrance(self.page), methods=["GET"]),
            Route("/callers", entrance(audited("history.viewed")(self.search)), methods=["POST"]),
            Route("/callers/export", entrance(self.export), methods=["POST"]),
            Route("/callers/erase", entrance(self.erase_all), methods=["POST"]),
        ]

    # ------------------------------------------------------------ one session
    async def hold(self, request: Request) -> Response:
        """`held`: 1 or 0; `reason`: one of the categories."""
        session = request.path_params["session"]
        held, reason = await fields(request, "held", "reason")
        await self._erasing.hold(request.state.visitor, session, held=held == "1", reason=reason)
        return RedirectResponse(f"/history/{session}#kept", HTTPStatus.SEE_OTHER)

    async def erase(self, request: Request) -> Response:
        session = request.path_params["session"]
        _must_be_sure(*await fields(request, "sure"))
        await self._erasing.erase(request.state.visitor, session)
        return RedirectResponse(f"/history/{session}", HTTPStatus.SEE_OTHER)

    # ------------------------------------------------------------ one caller
    async def page(self, request: Request) -> Response:
        return self._page(request)

    async def search(self, request: Request) -> Response:
        (typed,) = await fields(request, "address")
        try:
            caller = await self._callers.search(request.state.visitor, typed)
        except BadAddress as error:
            gettext = self._pages.gettext(self._pages.language(request))
            return self._page(request, typed, error=describe(error, gettext))
        return self._page(request, display(caller.address), caller)

    async def export(self, request: Request) -> Response:
        """A ZIP archive, as it is made: none of it waits in memory but the file that is being sent."""
        visitor = request.state.visitor
        (typed,) = await fields(request, "address")
        caller = await self._callers.export(visitor, typed)
        now = self._clock.now()
        archive = Archive(self._callers, visitor.centre, self._pages, self._pages.language(request), now)
        name = f"visio-{datetime.fromtimestamp(now / 1000, UTC):%Y%m%d-%H%M%S}Z.zip"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(archive.stream(caller), media_type="application/zip", headers=headers)

    async def erase_all(self, request: Request) -> Response:
        typed, sure = await fields(request, "address", "sure")
        _must_be_sure(sure)
        done = await self._callers.erase(request.state.visitor, typed)
        caller = await self._callers.search(request.state.visitor, typed)
        return self._page(request, display(caller.address), caller, done=done)

    def _page(
        self,
        request: Request,
        typed: str = "",
        caller: Caller | None = None,
        error: str = "",
        done: tuple[int, int] | None = None,
    ) -> Response:
        language = self._pages.language(request)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        return self._pages.page(
            request,
            "callers.html",
            status,
            typed=typed,
            searched=caller is not None,
            rows=[_row(one, language) for one in caller.sessions] if caller else [],
            tests=caller.tests if caller else 0,
            error=error,
            done=done,
        )


def _row(kept: Kept, language: str) -> dict[str, Any]:
    session = kept.session
    return {
        "id": session.id,
        "at": moment(session.started_at, language),
        "pictures": kept.captures,
        "documents": kept.documents,
        "recordings": kept.recordings,
        "positions": kept.positions,
        "messages": kept.messages,
        "running": session.ended_at is None,
        "held": session.held,
    }


def _must_be_sure(sure: str) -> None:
    """Raises BadInput."""
    if sure != "yes":
        raise BadInput("an erasure is confirmed")
