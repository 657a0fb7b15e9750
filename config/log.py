"""The log: key and value, on standard error, without personal data.

Events name sessions, users and phones by their ids, which are pseudonyms. What slips in anyway, in the text
of an exception or of a library, is masked: the words of their exceptions, what they quote, e-mail addresses,
telephone numbers, secrets, coordinates.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Iterator
from typing import Any, Final, Literal

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

from signaling.domain.errors import VisioError
from signaling.metrics.traffic import METHODS, route_of

OURS: Final = ("config", "console", "media", "patient_pwa", "signaling")
MASK: Final = "•••"
EXTRAS: Final = ("error", "kind", "reason")  # that lines of the relay bring with them
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

_QUOTED: Final = re.compile(r"(?<!\w)'[^'\n]*'(?!\w)|\"[^\"\n]*\"")  # an apostrophe stands in a word
_ID: Final = re.compile(r"[0-9a-f]{32}")
_REQUEST_ID: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

log = structlog.get_logger()


def configure(form: Literal["console", "json"], level: str) -> None:
    """Once a process. Our own events and the libraries' warnings and errors take the same way out."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form))
    # The libraries' chatter holds numbers and positions: geopy's URLs, Twilio's request bodies.
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


def formatter(form: Literal["console", "json"]) -> logging.Formatter:
    """Of lines of our own and of libraries, masked."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(EXTRAS), *_shared()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        traced,
        mask,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def traced(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: of an exception its class, as `error`, and its trace, without what it quotes."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event.setdefault("error", type(error).__name__)
        event["exception"] = trace(error)
    return event


def mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: no personal datum leaves, whatever was logged. What a text quotes was sent by
    somebody; a trace quotes the names of our files, and says nothing else (`trace`)."""
    return {
        key: MASK if key in PERSONAL_KEYS else _masked(value, quotes=key != "exception")
        for key, value in event.items()
    }


def _masked(value: Any, *, quotes: bool) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = _PERSONAL_TEXT.sub(MASK, value if isinstance(value, str) else repr(value))
    return _QUOTED.sub(MASK, text) if quotes else text


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def trace(error: BaseException) -> str:
    """As Python prints it, but without the words of exceptions that are not ours: they quote."""
    parts = []
    for one in _chain(error):
        frames = "".join(traceback.format_tb(one.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{type(one).__qualname__}: {_words(one)}")
    return "\nwhich led to\n".join(reversed(parts))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that led to it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [] if before is None else [before]


def _words(error: BaseException) -> str:
    if isinstance(error, VisioError):
        return _QUOTED.sub(MASK, str(error))
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)  # without the name of a file
    return MASK


class RequestLog:
    """ASGI middleware: one line a request, by the template of its route: without its path, its query, its
    sender or anything they sent. Reads that went well, of which a page makes dozens, are for `debug`.

    Each request has an id, on every line of the log that it causes and in its answer: that of `X-Request-Id`
    when a proxy gave it one, 32 hexadecimal digits or a UUID, which can hold nothing else; or one made here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        request = _request_id(scope)
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request
            elif message["type"] in {"websocket.accept", "websocket.close"}:
                status = message.get("code", 101)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request):
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                _note(scope, status, began)


def _note(scope: Scope, status: int, began: float) -> None:
    method = scope.get("method", "WEBSOCKET")
    note = log.debug if method in {"GET", "HEAD"} and 200 <= status < 400 else log.info
    took = round((time.monotonic() - began) * 1000)
    session = scope.get("path_params", {}).get("session", "")
    about = {"session": session} if _ID.fullmatch(session) else {}
    known = method if method in {*METHODS, "WEBSOCKET"} else "other"
    note("request", method=known, route=route_of(scope), status=status, ms=took, **about)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
