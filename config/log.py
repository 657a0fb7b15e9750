"""The log: key and value, on standard error, without personal data.

Events name sessions, users and phones by their ids, which are pseudonyms. What slips in anyway, in the text
of an exception or of a library, is masked: e-mail addresses, telephone numbers, secrets, coordinates.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import Any, Final, Literal

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

OURS: Final = ("config", "console", "media", "patient_pwa", "signaling")
MASK: Final = "•••"
PERSONAL_KEYS: Final = frozenset(
    {
        "accuracy", "address", "body", "code", "cookie", "email", "latitude", "link", "longitude", "number",
        "password", "phone", "query", "subject", "to", "token", "url",
    }
)  # fmt: skip
_PERSONAL_TEXT: Final = re.compile(
    r"""
    [^\s@<>"'=]{1,64}@[^\s@<>"']{1,255}          # e-mail address; bounded, so that no text takes long
    | (?<![\w-])(?:\+|00)\d(?:[\s.()-]{0,2}\d){6,13}(?![\w-])    # international number
    | (?<![\w-])0\d(?:[\s.-]?\d\d){4}(?![\w-])   # French number
    | (?<![\w-])(?=[\w-]*[A-Z0-9])(?:[\w-]{22}|[\w-]{43})(?![\w-])    # link token, browser mark, cookie
    | -?\b\d{1,3}\.\d{4,}\b                      # latitude, longitude
    """,
    re.VERBOSE | re.ASCII,
)

log = structlog.get_logger()


def configure(form: Literal["console", "json"], level: str) -> None:
    """Once a process. Our own events and the libraries' warnings and errors take the same way out."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        mask,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
        )
    )
    # The libraries' chatter holds numbers and positions: geopy's URLs, Twilio's request bodies.
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


def mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: no personal datum leaves, whatever was logged."""
    return {key: MASK if key in PERSONAL_KEYS else _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _PERSONAL_TEXT.sub(MASK, value if isinstance(value, str) else repr(value))


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


class RequestLog:
    """ASGI middleware: one line a request, without its query, its sender or anything they sent. Reads that
    went well, of which a page makes dozens, are for `debug`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] in {"websocket.accept", "websocket.close"}:
                status = message.get("code", 101)
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            took = round((time.monotonic() - began) * 1000)
            method = scope.get("method", "WEBSOCKET")
            note = log.debug if method in {"GET", "HEAD"} and 200 <= status < 400 else log.info
            note("request", method=method, path=scope["path"][:200], status=status, ms=took)
