"""The guests' page: its shell, looking at a link, taking it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from console import phrases_guest_page
from console.assets import Assets
from console.language import YEAR
from console.pages import LANGUAGE_COOKIE, Pages
from signaling.asset import compressed
from signaling.attachments import attachment, shown
from signaling.domain.errors import BadMessage, LinkUnusable
from signaling.domain.ids import new_mark
from signaling.domain.records import Capture, Document, Participant
from signaling.service.join import Phone

_ROOT: Final = Path(__file__).parent.parent
_PREFIX: Final = "/g/static"
_SHEETS: Final = ("tokens", "base", "parts", "guest-page")
_COOKIE_SECONDS: Final = 36 * 3600  # as the caller's: the longest call


class Look(Protocol):
    """`role`: "watch" or "seen"; it, `centre` and `name` are "" for an unknown link."""

    @property
    def state(self) -> str: ...
    @property
    def centre(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


class Guests(Protocol):
    """What the page needs of the use case (`signaling.service.guests`)."""

    async def look(self, token: str, source: str) -> Look: ...
    async def claim(self, token: str, phone: Phone) -> str: ...
    async def guest(self, cookie: str | None) -> Participant: ...


class Files(Protocol):
    async def photo(self, guest: Participant, photo: str) -> tuple[Capture, AsyncIterator[bytes]]: ...
    async def document(self, guest: Participant, document: str) -> tuple[Document, AsyncIterator[bytes]]: ...


class Link(msgspec.Struct, frozen=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


def cookie_name(secure: bool) -> str:
    """`__Host-` needs TLS; a browser would drop such a cookie over plain HTTP."""
    return "__Host-visio-guest" if secure else "visio-guest"


def mark_name(secure: bool) -> str:
    """The cookie by which a browser can repeat a claim whose answer was lost."""
    return f"{cookie_name(secure)}-mark"


class GuestPage:
    """`browser_of`: the browser in a few words, by its User-Agent."""

    def __init__(
        self,
        guests: Guests,
        kept: Files,
        pages: Pages,
        browser_of: Callable[[str], str],
        *,
        secure: bool,
    ) -> None:
        self._guests = guests
        self._kept = kept
        self._pages = pages
        self._browser_of = browser_of
        self._secure = secure

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/g", self.page),
            Route("/g/open", self.open, methods=["POST"]),
            Route("/g/claim", self.claim, methods=["POST"]),
            Route("/g/photos/{photo}", self.photo),
            Route("/g/documents/{document}", self.document),
            guest_assets().route(),
        ]

    async def page(self, request: Request) -> Response:
        """The same for everybody: who is invited is asked by the page, with the token of its fragment.
        `?lang=` chooses a language, and the browser keeps it."""
        asked = request.query_params.get("lang", "")
        chosen = asked if asked in self._pages.languages else ""
        language = chosen or self._pages.language(request)
        html = self._pages.render(
            "guest.html",
            language,
            nonce=request.state.nonce,
            visitor=None,
            assets=guest_assets(),
            data={"phrases": phrases_guest_page.guest_page(self._pages.gettext(language))},
        )
        answer = HTMLResponse(html, headers={"vary": "accept-language, cookie"})
        # No form is sent from here: see SecurityHeaders for why other pages do without.
        answer.headers["referrer-policy"] = "no-referrer"
        if chosen:
            self._set(answer, LANGUAGE_COOKIE, chosen, YEAR)
        return compressed(request, answer)

    async def open(self, request: Request) -> Response:
        """`{"token"}` -> `{"state", "centre", "name", "role"}`; nothing is spent. 429 for guesses."""
        look = await self._guests.look((await _link(request)).token, _source(request))
        known = {"centre": look.centre, "name": look.name, "role": look.role}
        answer = JSONResponse({"state": look.state, **known})
        if mark_name(self._secure) not in request.cookies:
            self._set(answer, mark_name(self._secure), new_mark())
        return answer

    async def claim(self, request: Request) -> Response:
        """`{"token"}` -> 204 with the cookie, also again in the same browser; 409 `{"state"}`."""
        try:
            secret = await self._guests.claim((await _link(request)).token, self._browser(request))
        except LinkUnusable as error:
            return JSONResponse({"state": error.reason}, HTTPStatus.CONFLICT)
        answer = Response(status_code=HTTPStatus.NO_CONTENT)
        self._set(answer, cookie_name(self._secure), secret)
        return answer

    async def photo(self, request: Request) -> Response:
        """The one of the scene, while photos are all that the phone sends; 401, or 404 for any other."""
        guest = await self._guest(request)
        photo, pieces = await self._kept.photo(guest, request.path_params["photo"])
        return shown(pieces, photo.size, photo.media_type)

    async def document(self, request: Request) -> Response:
        """One of the scene's; 401, or 404 for any other."""
        guest = await self._guest(request)
        document, pieces = await self._kept.document(guest, request.path_params["document"])
        return attachment(pieces, document.size, document.media_type, document.name)

    async def _guest(self, request: Request) -> Participant:
        return await self._guests.guest(request.cookies.get(cookie_name(self._secure)))

    def _browser(self, request: Request) -> Phone:
        return Phone(
            cookie=request.cookies.get(cookie_name(self._secure)) or None,
            mark=request.cookies.get(mark_name(self._secure)) or None,
            browser=self._browser_of(request.headers.get("user-agent", "")),
            language=self._pages.language(request),
            source=_source(request),
        )

    def _set(self, answer: Response, name: str, value: str, seconds: int = _COOKIE_SECONDS) -> None:
        answer.set_cookie(name, value, max_age=seconds, secure=self._secure, httponly=True, samesite="lax")


def _source(request: Request) -> str:
    return request.client.host if request.client else ""


async def _link(request: Request) -> Link:
    try:
        return msgspec.json.decode(await request.body(), type=Link)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage(str(error)) from None


@cache
def guest_assets() -> Assets:
    """Made once a process."""
    return Assets(_PREFIX, "console/static/guest/main.js", _SHEETS)
