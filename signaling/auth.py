"""From a browser's cookie to a Visitor, for pages, JSON routes and sockets.

`config.asgi` puts a `Gate` at `app.state.gate`. A route that needs a login is written

    @require("regulator", "supervisor")
    async def room(request: Request) -> Response:
        visitor: Visitor = request.state.visitor
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from signaling.domain.errors import NotAllowed, NotSignedIn
from signaling.domain.records import Role
from signaling.domain.visitor import Visitor
from signaling.service.logins import Arrival, Logins, SignedIn

Handler = Callable[[Request], Awaitable[Response]]

_STEPS: Final = frozenset({"/login", "/logout", "/login/factor", "/login/centre", "/login/terms"})
KNOWN_FOR: Final = (
    400 * 24 * 3600
)  # seconds a browser stays known; browsers keep no cookie longer (RFC 6265bis)


class Gate(msgspec.Struct, frozen=True):
    """`secure`: whether browsers reach us over TLS. `hours`: how long the login's cookie is kept.
    `browser_of`: a User-Agent in words."""

    logins: Logins
    secure: bool
    hours: int
    browser_of: Callable[[str], str]

    @property
    def login_cookie(self) -> str:
        """`__Host-` binds it to this host and to TLS: no sister domain can set it (ASVS 5.0 3.3.3)."""
        return "__Host-visio" if self.secure else "visio"

    @property
    def device_cookie(self) -> str:
        return f"{self.login_cookie}-browser"

    def arrival(self, request: Request) -> Arrival:
        """For every way in."""
        return Arrival(
            source_ip=request.client.host if request.client else "",
            device=request.cookies.get(self.device_cookie),
            browser=self.browser_of(request.headers.get("user-agent", "")),
        )

    def cookie_of(self, connection: HTTPConnection) -> str | None:
        return connection.cookies.get(self.login_cookie)

    def let_in(self, response: Response, signed_in: SignedIn) -> None:
        self._set(response, self.login_cookie, signed_in.cookie, self.hours * 3600)
        if signed_in.device is not None:
            self._set(response, self.device_cookie, signed_in.device, KNOWN_FOR)

    def see_out(self, response: Response) -> None:
        """The browser stays known: only the login goes."""
        self._set(response, self.login_cookie, "", 0)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )


def gate_of(connection: HTTPConnection) -> Gate:
    gate: Gate = connection.app.state.gate
    return gate


async def visitor_of(connection: HTTPConnection) -> Visitor:
    """Who makes this request or holds this socket. Raises NotSignedIn.

    Asks the store each time, so that a login revoked elsewhere ends here at once. What is answered from then
    on is kept by no cache (`signaling.web.SecurityHeaders` reads `state.private`).
    """
    connection.state.private = True
    gate = gate_of(connection)
    return await gate.logins.visitor(gate.cookie_of(connection))


def require(*roles: Role) -> Callable[[Handler], Handler]:
    """Only signed-in users with one of these roles, any role when none is named.

    Puts the Visitor at `request.state.visitor`. Without a login a page leads to `/login` and back, anything
    else is 401. Raises NotAllowed for another role.
    """

    def protect(handler: Handler) -> Handler:
        @wraps(handler)
        async def protected(request: Request) -> Response:
            try:
                visitor = await visitor_of(request)
            except NotSignedIn as error:
                return _to_login(request) if _is_page(request) else _unauthorized(error)
            if roles and not visitor.has(*roles):
                raise NotAllowed("this account's role may not do that")
            request.state.visitor = visitor
            return await handler(request)

        return protected

    return protect


def local_path(target: str) -> str:
    """Where to go after login: a path on this site, or `/` for anything that could lead elsewhere.

    Browsers drop tabs and line ends inside a URL and read a backslash as a slash, so that a slash, a tab and
    `/evil.example` are another site.
    """
    outside = not target.startswith("/") or target.startswith("//") or "\\" in target
    if outside or len(target) > 1000 or not target.isascii() or not target.isprintable() or " " in target:
        return "/"
    return "/" if target.partition("?")[0] in _STEPS else target


def _is_page(request: Request) -> bool:
    """A person is looking: browsers name text/html when they navigate, scripts do not."""
    return "text/html" in request.headers.get("accept", "")


def _to_login(request: Request) -> Response:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in {"GET", "HEAD"} or local_path(target) == "/":
        return RedirectResponse("/login", 303)
    return RedirectResponse(f"/login?next={quote(target, safe='/')}", 303)


def _unauthorized(error: NotSignedIn) -> Response:
    return JSONResponse({"code": error.code, "message": str(error), "permanent": True}, 401)
