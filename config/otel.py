"""A span for each HTTP request, to an OpenTelemetry collector (OTLP over HTTP).

Spans are made here and not by an instrumentation, which would put paths, queries, addresses and browsers into
them: a span has the template of its route, its method, its status, and the request's id of the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.telemetry import Around
from signaling.metrics.traffic import METHODS, route_of

SERVICE: Final = "visioregul"
EXPORT_SECONDS: Final = 5
_PARENT: Final = TraceContextTextMapPropagator()


@contextmanager
def traced(endpoint: str) -> Iterator[Around]:
    """`endpoint`: of the collector, e.g. `http://collector:4318`. Spans left when it ends are still sent."""
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
    # Not Resource.create(), which adds what it finds on the machine
    provider = TracerProvider(resource=Resource({"service.name": SERVICE}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield partial(Spans, tracer=provider.get_tracer(SERVICE))
    finally:
        provider.shutdown()


class Spans:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        # `tracestate` and `baggage` may hold anything: they go no further
        parent = _PARENT.extract({"traceparent": Headers(scope=scope).get("traceparent", "")})
        with self._tracer.start_as_current_span(
            "request",
            parent,
            SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                method = scope["method"] if scope["method"] in METHODS else "other"
                span.update_name(f"{method} {route_of(scope)}")
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route_of(scope))
                span.set_attribute("http.response.status_code", status)
                span.set_attribute("request", structlog.contextvars.get_contextvars().get("request", ""))
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
