"""The HTTP of the caller's page: the shell, and the three POSTs of signaling/PROTOCOL.md."""

from __future__ import annotations

from typing import Annotated, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from patient_pwa import handover
from patient_pwa.agent import MODEL_HINT
from patient_pwa.handover import HandingOver
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
from patient_pwa.language import COOKIE, asked, language_of
from patient_pwa.shell import PREFIX, Shell, shell
from signaling.asset import ASK_FIRST, FOR_EVER, send
from signaling.domain.errors import LinkUnusable, NotFound, Throttled
from signaling.domain.ids import new_mark
from signaling.service.join import Phone


class Look(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def centre(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def word(self) -> str: ...
    @property
    def recording(self) -> bool: ...


class Joining(Protocol):
    """What the pages need of the use case (`signaling.service.join`)."""

    async def look(self, token: str, phone: Phone) -> Look: ...
    async def claim(self, token: str, phone: Phone) -> str: ...
    async def token_of_code(self, code: str, source: str) -> str: ...


class SpokenCode(msgspec.Struct, frozen=True):
    code: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{6}\Z")]


def routes(joining: Joining, handing: HandingOver, *, secure: bool, origin: str) -> list[BaseRoute]:
    """All addresses under `/j`. `secure`: over TLS; `origin`: as callers type it."""
    pages = _Pages(shell(origin), secure)
    door = _Door(joining, pages, secure)
    return [
        Route("/j", pages.page),
        Route("/j/sw.js", pages.worker),
        Route(PREFIX + "/{version}/{path:path}", pages.file),
        Route("/j/open", door.open, methods=["POST"]),
        Route("/j/code", door.code, methods=["POST"]),
        Route("/j/claim", door.claim, methods=["POST"]),
        *handover.routes(handing, secure=secure, language_of=language_of),
    ]


class _Pages:
    def __init__(self, page: Shell, secure: bool) -> None:
        self._shell = page
        self._secure = secure

    @property
    def version(self) -> str:
        return self._shell.version

    async def page(self, request: Request) -> Response:
        language = language_of(request)
        headers = {
            "Vary": "Accept-Language, Accept-Encoding, Cookie",
            "Content-Language": language,
            "Referrer-Policy": "no-referrer",
            "Accept-CH": MODEL_HINT,
        }
        request.state.inline = self._shell.inline
        answer = send(request, self._shell.pages[language], ASK_FIRST, headers)
        if asked(request):
            set_cookie(answer, COOKIE, language, self._secure)
        return answer

    async def worker(self, request: Request) -> Response:
        # Its own address only allows the scope /j/sw.js's folder, and the page is /j itself.
        return send(request, self._shell.worker, ASK_FIRST, {"Service-Worker-Allowed": "/j"})

    async def file(self, request: Request) -> Response:
        """A page that is older than this server gets today's files, and does not keep them."""
        found = self._shell.files.get(request.path_params["path"])
        if found is None:
            return Response(status_code=404, headers={"Cache-Control": NEVER})
        current = request.path_params["version"] == self._shell.version
        return send(request, found, FOR_EVER if current else NEVER)


class _Door:
    def __init__(self, joining: Joining, pages: _Pages, secure: bool) -> None:
        self._joining = joining
        self._pages = pages
        self._secure = secure

    async def open(self, request: Request) -> Response:
        try:
            link = await read(request, Link)
        except BadBody as fault:
            return refuse(fault)
        phone = phone_of(request, language_of(request), self._secure)
        try:
            look = await self._joining.look(link.token, phone)
        except Throttled as error:
            return too_often(error)
        trust: dict[str, object] = {"centre": look.centre, "phone": look.phone, "word": look.word}
        if look.recording:
            trust["recording"] = True
        answer = reply({"state": look.state, **trust, "version": self._pages.version})
        if phone.mark is None:
            set_cookie(answer, mark_name(self._secure), new_mark(), self._secure)
        return answer

    async def code(self, request: Request) -> Response:
        source = request.client.host if request.client else ""
        try:
            spoken = await read(request, SpokenCode)
            return reply({"token": await self._joining.token_of_code(spoken.code, source)})
        except BadBody as fault:
            return refuse(fault)
        except NotFound as error:
            return reply({"code": error.code}, 404)
        except Throttled as error:
            return too_often(error)

    async def claim(self, request: Request) -> Response:
        try:
            link = await read(request, Link)
            secret = await self._joining.claim(
                link.token, phone_of(request, language_of(request), self._secure)
            )
        except BadBody as fault:
            return refuse(fault)
        except LinkUnusable as error:
            return reply({"state": error.reason}, 409)
        except Throttled as error:
            return too_often(error)
        answer = Response(status_code=204, headers={"Cache-Control": NEVER})
        set_cookie(answer, cookie_name(self._secure), secret, self._secure)
        return answer
