"""Errors to Sentry and spans to OpenTelemetry: both are extras of the installation, and off by default."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import Settings, SettingsError

Around = Callable[[ASGIApp], ASGIApp]


def check(settings: Settings) -> None:
    """Raises SettingsError when what is asked for is not installed."""
    if settings.sentry_dsn and find_spec("sentry_sdk") is None:
        raise SettingsError("SENTRY_DSN: needs the extra `sentry`: uv sync --extra sentry")
    if settings.otel_exporter_otlp_endpoint and find_spec("opentelemetry") is None:
        raise SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT: needs the extra `otel`: uv sync --extra otel")


def reported(settings: Settings, app: ASGIApp) -> ASGIApp:
    """The application, whose errors and spans leave for where the settings say until it has shut down."""
    if not settings.sentry_dsn and not settings.otel_exporter_otlp_endpoint:
        return app
    stack = ExitStack()
    if settings.sentry_dsn:
        stack.enter_context(import_module("config.sentry").reported(settings.sentry_dsn))
    if settings.otel_exporter_otlp_endpoint:
        traced = import_module("config.otel").traced(settings.otel_exporter_otlp_endpoint)
        app = stack.enter_context(traced)(app)
    return _Farewell(app, stack.close)


class _Farewell:
    """ASGI middleware: `close` before the server hears of the end: one that a signal stopped
    ends the process then."""

    def __init__(self, app: ASGIApp, close: Callable[[], None]) -> None:
        self._app = app
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_at_last(message: Message) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                await asyncio.to_thread(self._close)
            await send(message)

        await self._app(scope, receive, send_at_last if scope["type"] == "lifespan" else send)
