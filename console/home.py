"""The home page: invite a caller, go back to a running visio, look up a past one."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console import phrases
from console.demonstration import AllBusy, Demonstration
from console.pages import Pages
from console.rows import may_watch, row, running_rows
from console.words import bad_address, describe
from signaling.auth import require
from signaling.domain.errors import BadAddress, TooManyMessages
from signaling.domain.search import Search
from signaling.domain.visitor import Visitor
from signaling.ports import Clock
from signaling.service.history import History
from signaling.service.invite import Inviting

RECENT = 10  # meetings on the home page


class Home:
    """`demonstration`: None where no call can be demonstrated."""

    def __init__(
        self,
        inviting: Inviting,
        history: History,
        clock: Clock,
        pages: Pages,
        demonstration: Demonstration | None,
    ) -> None:
        self._inviting = inviting
        self._history = history
        self._clock = clock
        self._pages = pages
        self._demonstration = demonstration

    def routes(self) -> list[Route]:
        return [
            Route("/", require()(self.show)),
            Route("/sessions", require("regulator", "supervisor")(self.start), methods=["POST"]),
            Route("/demonstrations", require("regulator", "supervisor")(self.demonstrate), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def start(self, request: Request) -> Response:
        """Into the room at once: the message leaves meanwhile. A bad address keeps what was typed."""
        async with request.form(max_files=0, max_fields=10) as form:
            typed = str(form.get("address", ""))
        try:
            started = await self._inviting.start(request.state.visitor, typed)
        except BadAddress as error:
            wrong = bad_address(error.reason, self._pages.gettext(self._pages.language(request)))
            return await self._page(request, HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed, error=wrong)
        except TooManyMessages as error:
            full = describe(error, self._pages.gettext(self._pages.language(request)))
            return await self._page(request, HTTPStatus.TOO_MANY_REQUESTS, typed=typed, error=full)
        return _to_room(started.session)

    async def demonstrate(self, request: Request) -> Response:
        """Into the room of a simulated caller, who answers at once."""
        if self._demonstration is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            session = await self._demonstration.start(request.state.visitor)
        except AllBusy:
            return await self._page(request, HTTPStatus.TOO_MANY_REQUESTS, all_busy=True)
        return _to_room(session)

    async def _page(
        self,
        request: Request,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        typed: str = "",
        error: str = "",
        all_busy: bool = False,
    ) -> Response:
        visitor: Visitor = request.state.visitor
        language = self._pages.language(request)
        gettext, now = self._pages.gettext(language), self._clock.now()
        watches = may_watch(visitor)
        running = running_rows(await self._history.running(visitor), now, gettext, whole=watches)
        reader = (await self._history.reader(visitor)).masked
        past = (await self._history.page(reader, Search(running=False))).meetings
        return self._pages.page(
            request,
            "home.html",
            status,
            may_watch=watches,
            typed=typed,
            error=error,
            demonstration=self._demonstration is not None and self._demonstration.offered(visitor),
            all_busy=all_busy,
            running=running,
            recent=[row(one, reader, now, language, gettext) for one in past[:RECENT]],
            data={"now": now, "running": msgspec.to_builtins(running), "phrases": phrases.home(gettext)},
        )


def _to_room(session: str) -> Response:
    return RedirectResponse(f"/sessions/{session}", HTTPStatus.SEE_OTHER)
