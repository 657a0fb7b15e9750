"""What holds for every request, whatever its route: pure-ASGI middleware, outermost first in `guarded`.

Security headers and the CSP's nonce, the origin of what changes something, the size and the time of a body.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

BODY_BYTES: Final = 64 * 1024
BODY_SECONDS: Final = 60.0
FOREIGN_ORIGIN: Final = 4403  # close code, as in PROTOCOL.md; before the handshake ends it is an HTTP 403
_PERMISSIONS: Final = (
    "camera=(self), geolocation=(self), screen-wake-lock=(self), fullscreen=(self), clipboard-write=(self), "
    "display-capture=(self), microphone=(), payment=(), usb=(), serial=(), midi=()"
)
_OF_DOCUMENTS: Final = frozenset({"permissions-policy", "cross-origin-opener-policy", "referrer-policy"})
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def guarded(
    origins: Sequence[str], *, secure: bool, larger_bodies: Mapping[str, int] | None = None
) -> list[Middleware]:
    """The middleware of an application reached at `origins`, e.g. `["https://visio.example.fr"]`, best first.

    `larger_bodies`: regular expression of a whole path -> bytes its body may have, where 64 KB is too little.
    """
    return [
        Middleware(SecurityHeaders, origins=origins, secure=secure),
        Middleware(OriginCheck, origins=origins),
        Middleware(BodyLimit, larger=larger_bodies or {}),
    ]


class SecurityHeaders:
    """Sets `request.state.nonce` and the headers; one that a route set itself is left as it is. A page
    that is the same for everybody names its script and its style by their hashes instead, as
    `request.state.inline`. One that shows pictures of another origin says so in `request.state.pictures`.

    A page that is cached keeps the nonce in its text and the policy in its headers together; a 304 therefore
    must not bring another policy.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str], *, secure: bool) -> None:
        self._app = app
        self._headers = _fixed_headers(secure=secure)
        # Safari before 15.4 does not count a WebSocket of this site as 'self';
        # and no policy can name an IPv6 address (CSP 3, 2.3.1: host-part).
        named = [origin for origin in origins if "[" not in origin]
        self._sockets = " ".join(f"ws{origin.removeprefix('http')}" for origin in named)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["nonce"] = nonce = secrets.token_urlsafe(16)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                inline = state.get("inline", (f"'nonce-{nonce}'",) * 2)
                self._complete(message, inline, state.get("pictures", ""), private=bool(state.get("private")))
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _complete(self, message: Message, inline: tuple[str, str], pictures: str, *, private: bool) -> None:
        headers = MutableHeaders(scope=message)
        part = _is_part(headers)
        for name, value in self._headers:
            if not (part and name in _OF_DOCUMENTS):
                headers.setdefault(name, value)
        if message["status"] != 304 and not part:
            headers.setdefault("content-security-policy", _policy(*inline, self._sockets, pictures))
        if private:
            headers["cache-control"] = "no-store"
        # A file's ETag makes asking again cheap; anything else is kept by nobody unless its route says so.
        headers.setdefault("cache-control", "no-cache" if "etag" in headers else "no-store")


def _is_part(headers: Headers) -> bool:
    """A module or a style sheet: browsers use it under the policy of the page that loads it. A policy of its
    own would only weigh on a caller's slow network, about 750 bytes each. A worker needs its own."""
    kind = headers.get("content-type", "")
    return kind.startswith(("text/javascript", "text/css")) and "service-worker-allowed" not in headers


def _fixed_headers(*, secure: bool) -> list[tuple[str, str]]:
    headers = [
        ("x-content-type-options", "nosniff"),
        # not "no-referrer": browsers would then send `Origin: null` with our own forms (Fetch, 3.1)
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", _PERMISSIONS),
    ]
    if secure:
        headers.append(("strict-transport-security", "max-age=31536000"))
    return headers


def _policy(script: str, style: str, sockets: str, pictures: str) -> str:
    images = f"'self' data: blob: {pictures}".rstrip()
    return (
        f"default-src 'none'; script-src 'self' {script}; style-src 'self' {style}; "
        f"connect-src 'self' {sockets}; img-src {images}; media-src 'self' blob:; font-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )


class OriginCheck:
    """Refuses what another site makes a browser send: a missing, null or foreign Origin on anything that is
    not a mere read, and on every WebSocket handshake. `exempt`: path prefixes of call-backs that prove
    themselves otherwise, by signature.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str], exempt: tuple[str, ...] = ("/hooks/",)) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._exempt = exempt
        self._refusal = f"This request came from another address. Open {origins[0]} and try again.\n"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._must_prove(scope) or self._is_ours(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(FOREIGN_ORIGIN)(scope, receive, send)
        else:
            await PlainTextResponse(self._refusal, 403)(scope, receive, send)

    def _must_prove(self, scope: Scope) -> bool:
        if scope["type"] == "websocket":
            return True
        changes = scope["type"] == "http" and scope["method"] not in _READS
        return changes and not scope["path"].startswith(self._exempt)

    def _is_ours(self, scope: Scope) -> bool:
        origins = Headers(scope=scope).getlist("origin")
        return len(origins) == 1 and origins[0] in self._origins


class BodyLimit:
    """Ends a request whose body is too large (413) or comes too slowly (408). `larger`: as in `guarded`."""

    def __init__(self, app: ASGIApp, larger: Mapping[str, int], seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._larger = [(re.compile(path), size) for path, size in larger.items()]
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        if _announced(scope) > limit:
            await PlainTextResponse("The body is too large.", 413)(scope, receive, send)
            return
        await self._app(scope, _Body(receive, limit, self._seconds), send)

    def _limit(self, path: str) -> int:
        return next((size for shape, size in self._larger if shape.fullmatch(path)), BODY_BYTES)


class _Body:
    """`receive` of one request: counts and times the body until it is complete."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._left = limit
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:  # what follows is the browser going away, which may take as long as it likes
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The body came too slowly.") from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, "The body is too large.")
        self._complete = not message.get("more_body", False)
        return message


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:18]) if length.isdecimal() else 0
