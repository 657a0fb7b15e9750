"""Requests and WebSockets in figures: by the template of their route, never by their path."""

from __future__ import annotations

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNMATCHED: Final = "none"  # no route has this path
METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_ANSWERS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds


def route_of(scope: Scope) -> str:
    """The template of the route that took a request, e.g. `/sessions/{session}`."""
    return str(getattr(scope.get("route"), "path", UNMATCHED))


class Traffic:
    """What the middleware `Counted` counts into."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "visio_http_requests", "Requests", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "visio_http_seconds",
            "From a request to the end of its answer",
            ["route"],
            buckets=_ANSWERS,
            registry=registry,
        )
        self._sockets = Gauge("visio_websockets", "Open WebSockets", ["route"], registry=registry)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests.labels(method, route_of(scope), str(status)).inc()
        self._seconds.labels(route_of(scope)).observe(seconds)

    def sockets(self, scope: Scope) -> Gauge:
        return self._sockets.labels(route_of(scope))


class Counted:
    """ASGI middleware. A request whose handler crashed is a 500, which is made further out."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app = app
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            self._traffic.answered(scope, status, time.monotonic() - began)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = False

        async def send_and_note(message: Message) -> None:
            nonlocal is_open
            if message["type"] == "websocket.accept":
                is_open = True
                self._traffic.sockets(scope).inc()
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            if is_open:
                self._traffic.sockets(scope).dec()
