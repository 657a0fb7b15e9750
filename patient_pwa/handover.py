"""The camera passes to another phone: the addresses that the page of either one calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from patient_pwa.http import (
    NEVER,
    BadBody,
    Link,
    cookie_name,
    mark_name,
    phone_of,
    read,
    refuse,
    reply,
    set_cookie,
    too_often,
)
from signaling.domain.errors import LinkUnusable, NotAllowed, NotSignedIn, Throttled
from signaling.domain.ids import new_mark
from signaling.qr import qr
from signaling.service.join import Phone


class Asked(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def cookie(self) -> str: ...


class HandingOver(Protocol):
    """What the pages need of the use case (`signaling.service.handover`)."""

    async def ask(self, token: str, phone: Phone, mark: str, source: str) -> Asked: ...
    async def share(self, cookie: str | None) -> str: ...
    async def stay(self, cookie: str | None) -> None: ...


def routes(handing: HandingOver, *, secure: bool, language_of: Callable[[Request], str]) -> list[BaseRoute]:
    door = _Door(handing, secure, language_of)
    return [
        Route("/j/handover", door.ask, methods=["POST"]),
        Route("/j/share", door.share, methods=["POST"]),
        Route("/j/stay", door.stay, methods=["POST"]),
    ]


class _Door:
    def __init__(self, handing: HandingOver, secure: bool, language_of: Callable[[Request], str]) -> None:
        self._handing = handing
        self._secure = secure
        self._language_of = language_of

    async def ask(self, request: Request) -> Response:
        """`{"state"}`: `waiting`, `refused`, or `ready` with the cookie. Asked again: the same request."""
        phone = phone_of(request, self._language_of(request), self._secure)
        mark = phone.mark or new_mark()
        source = request.client.host if request.client else ""
        try:
            link = await read(request, Link)
            asked = await self._handing.ask(link.token, phone, mark, source)
        except BadBody as fault:
            return refuse(fault)
        except LinkUnusable as error:
            return reply({"state": error.reason}, 409)
        except Throttled as error:
            return too_often(error)
        answer = reply({"state": asked.state})
        if phone.mark is None:
            set_cookie(answer, mark_name(self._secure), mark, self._secure)
        if asked.cookie:
            set_cookie(answer, cookie_name(self._secure), asked.cookie, self._secure)
        return answer

    async def share(self, request: Request) -> Response:
        """`{"url", "qr": {"size", "path"}}`: a link to show to the phone beside this one."""

        async def work(cookie: str | None) -> Response:
            url = await self._handing.share(cookie)
            code = qr(url)
            return reply({"url": url, "qr": {"size": code.size, "path": code.path}})

        return await self._for_phone(request, work)

    async def stay(self, request: Request) -> Response:
        """204: this phone was replaced, and films on as a second camera."""

        async def work(cookie: str | None) -> Response:
            await self._handing.stay(cookie)
            return Response(status_code=204, headers={"Cache-Control": NEVER})

        return await self._for_phone(request, work)

    async def _for_phone(
        self, request: Request, work: Callable[[str | None], Awaitable[Response]]
    ) -> Response:
        """401 without a phone's cookie, 409 when this can't be, 429 too often."""
        try:
            return await work(request.cookies.get(cookie_name(self._secure)))
        except NotSignedIn as error:
            return reply({"code": error.code}, 401)
        except Throttled as error:
            return too_often(error)
        except NotAllowed as error:
            return reply({"code": error.code}, 409)
