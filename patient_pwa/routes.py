"""The HTTP of the caller's page: the shell, and the three POSTs of signaling/PROTOCOL.md."""

from __future__ import annotations

from math import ceil
from typing import Annotated, Final, Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from patient_pwa.agent import describe
from patient_pwa.shell import PREFIX, File, Shell
from signaling.domain.errors import LinkUnusable, NotFound, Throttled
from signaling.domain.ids import new_mark
from signaling.service.join import Phone

LARGEST_BODY: Final = 4096  # bytes
COOKIE_SECONDS: Final = 12 * 3600
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"  # keep it, and ask whether it has changed
NEVER: Final = "no-store"
LANGUAGE_COOKIE: Final = "visio-language"  # what the person, or the regulator for them, has chosen

T = TypeVar("T")


class Look(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def centre(self) -> str: ...


class Joining(Protocol):
    """What the pages need of the use case (`signaling.service.join`)."""

    async def look(self, token: str, phone: Phone) -> Look: ...
    async def claim(self, token: str, phone: Phone) -> str: ...
    async def token_of_code(self, code: str, source: str) -> str: ...


class Link(msgspec.Struct, frozen=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SpokenCode(msgspec.Struct, frozen=True):
    code: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{6}\Z")]


class _BadBody(Exception):
    pass


def cookie_name(secure: bool) -> str:
    """`__Host-` needs TLS; a browser would drop such a cookie over plain HTTP."""
    return "__Host-visio-caller" if secure else "visio-caller"


def mark_name(secure: bool) -> str:
    """The cookie by which a phone can repeat a claim whose answer was lost."""
    return f"{cookie_name(secure)}-mark"


def routes(joining: Joining, *, secure: bool, origin: str) -> list[BaseRoute]:
    """All addresses under `/j`. `secure`: over TLS; `origin`: as callers type it."""
    pages = _Pages(Shell(origin), secure)
    door = _Door(joining, pages, secure)
    return [
        Route("/j", pages.page),
        Route("/j/sw.js", pages.worker),
        Route(PREFIX + "/{version}/{path:path}", pages.file),
        Route("/j/open", door.open, methods=["POST"]),
        Route("/j/code", door.code, methods=["POST"]),
        Route("/j/claim", door.claim, methods=["POST"]),
    ]


class _Pages:
    def __init__(self, shell: Shell, secure: bool) -> None:
        self._shell = shell
        self._secure = secure

    @property
    def version(self) -> str:
        return self._shell.version

    def language(self, request: Request) -> str:
        """The chosen one, by the address or by an earlier choice, else the best that the phone asks for."""
        chosen = self._asked(request) or request.cookies.get(LANGUAGE_COOKIE)
        return self._shell.catalogues.negotiate(request.headers.get("accept-language", ""), chosen)

    def _asked(self, request: Request) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in self._shell.catalogues.languages else ""

    async def page(self, request: Request) -> Response:
        language = self.language(request)
        headers = {
            "Vary": "Accept-Language, Accept-Encoding, Cookie",
            "Content-Language": language,
            "Referrer-Policy": "no-referrer",
        }
        request.state.inline = self._shell.inline
        answer = _send(request, self._shell.pages[language], ASK_FIRST, headers)
        if self._asked(request):
            _set(answer, LANGUAGE_COOKIE, language, self._secure)
        return answer

    async def worker(self, request: Request) -> Response:
        # Its own address only allows the scope /j/sw.js's folder, and the page is /j itself.
        return _send(request, self._shell.worker, ASK_FIRST, {"Service-Worker-Allowed": "/j"})

    async def file(self, request: Request) -> Response:
        """A page that is older than this server gets today's files, and does not keep them."""
        found = self._shell.files.get(request.path_params["path"])
        if found is None:
            return Response(status_code=404, headers={"Cache-Control": NEVER})
        current = request.path_params["version"] == self._shell.version
        return _send(request, found, FOR_EVER if current else NEVER)


class _Door:
    def __init__(self, joining: Joining, pages: _Pages, secure: bool) -> None:
        self._joining = joining
        self._pages = pages
        self._secure = secure

    async def open(self, request: Request) -> Response:
        try:
            link = await _read(request, Link)
        except _BadBody as fault:
            return _refuse(fault)
        phone = self._phone(request)
        look = await self._joining.look(link.token, phone)
        answer = _answer({"state": look.state, "centre": look.centre, "version": self._pages.version})
        if phone.mark is None:
            _set(answer, mark_name(self._secure), new_mark(), self._secure)
        return answer

    async def code(self, request: Request) -> Response:
        source = request.client.host if request.client else ""
        try:
            spoken = await _read(request, SpokenCode)
            return _answer({"token": await self._joining.token_of_code(spoken.code, source)})
        except _BadBody as fault:
            return _refuse(fault)
        except NotFound as error:
            return _answer({"code": error.code}, 404)
        except Throttled as error:
            answer = _answer({"code": error.code}, 429)
            answer.headers["Retry-After"] = str(max(1, ceil(error.retry_after)))
            return answer

    async def claim(self, request: Request) -> Response:
        try:
            link = await _read(request, Link)
            secret = await self._joining.claim(link.token, self._phone(request))
        except _BadBody as fault:
            return _refuse(fault)
        except LinkUnusable as error:
            return _answer({"state": error.reason}, 409)
        answer = Response(status_code=204, headers={"Cache-Control": NEVER})
        _set(answer, cookie_name(self._secure), secret, self._secure)
        return answer

    def _phone(self, request: Request) -> Phone:
        return Phone(
            cookie=request.cookies.get(cookie_name(self._secure)) or None,
            mark=request.cookies.get(mark_name(self._secure)) or None,
            browser=describe(request.headers.get("user-agent", "")),
            language=self._pages.language(request),
        )


async def _read(request: Request, kind: type[T]) -> T:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _BadBody(f"larger than {LARGEST_BODY} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _BadBody(str(error)) from None


def _refuse(fault: _BadBody) -> Response:
    return _answer({"code": "bad_message", "message": str(fault)}, 400)


def _answer(body: dict[str, str], status: int = 200) -> Response:
    return JSONResponse(body, status, headers={"Cache-Control": NEVER})


def _send(request: Request, file: File, cache: str, extra: dict[str, str] | None = None) -> Response:
    headers = {"Cache-Control": cache, "ETag": file.tag, "Vary": "Accept-Encoding", **(extra or {})}
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = file.media_type
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.body, headers=headers)
    return Response(file.compressed, headers={**headers, "Content-Encoding": "gzip"})


def _set(answer: Response, name: str, value: str, secure: bool) -> None:
    answer.set_cookie(name, value, max_age=COOKIE_SECONDS, secure=secure, httponly=True, samesite="lax")
