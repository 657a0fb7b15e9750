"""What goes wrong, as a page for people and as JSON for scripts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from console.pages import Pages
from console.words import Gettext, describe
from signaling.domain.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    Unavailable,
    VisioError,
)

_STATUS: Final[tuple[tuple[type[VisioError], HTTPStatus], ...]] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (Throttled, HTTPStatus.TOO_MANY_REQUESTS),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
# The page of a 500 is made outside our middleware, so it brings its own headers.
_BARE_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


class Faults:
    """Handlers for Starlette's `exception_handlers`."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def describe(self, error: VisioError, connection: HTTPConnection) -> str:
        """A sentence in the language of whoever is connected; also for sockets."""
        return describe(error, self._gettext(connection))

    async def visio(self, request: Request, error: Exception) -> Response:
        """An error of ours."""
        if not isinstance(error, VisioError):
            raise error
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus(500))
        if _for_script(request):
            body = {
                "code": error.code,
                "message": self.describe(error, request),
                "permanent": error.permanent,
            }
            response: Response = JSONResponse(body, status)
        else:
            response = self._page(request, status)
        if isinstance(error, Throttled):
            response.headers["retry-after"] = str(max(1, round(error.retry_after)))
        return response

    async def http(self, request: Request, error: Exception) -> Response:
        """Starlette's own: no such route, wrong method, a body too large."""
        if not isinstance(error, HTTPException):
            raise error
        status = HTTPStatus(error.status_code)
        if _for_script(request):
            permanent = status < HTTPStatus.INTERNAL_SERVER_ERROR and status is not HTTPStatus.REQUEST_TIMEOUT
            body = {"code": "http", "message": self._words(request, status)[0], "permanent": permanent}
            return JSONResponse(body, status, headers=dict(error.headers or {}))
        response = self._page(request, status)
        response.headers.update(error.headers or {})
        return response

    async def crash(self, request: Request, _error: Exception) -> Response:
        """A fault of ours. The log has the trace; the visitor gets a way back."""
        response = self._page(request, HTTPStatus.INTERNAL_SERVER_ERROR)
        response.headers.update(_BARE_HEADERS)
        return response

    def _page(self, request: Request, status: HTTPStatus) -> Response:
        title, advice = self._words(request, status)
        return self._pages.page(request, "error.html", status, number=int(status), title=title, advice=advice)

    def _words(self, request: Request, status: HTTPStatus) -> tuple[str, str]:
        return _words(status, self._gettext(request))

    def _gettext(self, connection: HTTPConnection) -> Gettext:
        return self._pages.gettext(self._pages.language(connection))


def _for_script(request: Request) -> bool:
    """Browsers name text/html when a person navigates; our scripts ask for JSON."""
    return "text/html" not in request.headers.get("accept", "")


def _words(status: HTTPStatus, _: Gettext) -> tuple[str, str]:
    """What happened, and what to do."""
    sentences = {
        401: (_("You are not signed in"), _("Sign in again to go on.")),
        403: (_("This isn't open to you"), _("Your account may not see this page or do this.")),
        404: (
            _("This page doesn't exist"),
            _("The address is wrong, or what it shows belongs to another centre."),
        ),
        413: (_("This file is too large"), _("Try again with a smaller one.")),
        422: (_("This could not be understood"), _("Go back, check what you typed, and try again.")),
        429: (_("Too many tries"), _("Wait a moment, then try again.")),
        503: (_("A service doesn't answer"), _("Running visios go on. Try again in a moment.")),
    }
    fault = (_("Something went wrong on our side"), _("Running visios go on. Try again in a moment."))
    general = (_("This didn't work"), _("Go back to the home page and try again."))
    return sentences.get(status, fault if status >= HTTPStatus.INTERNAL_SERVER_ERROR else general)
