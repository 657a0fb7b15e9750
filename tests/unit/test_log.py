"""What the log keeps to itself."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config import log
from signaling.domain.errors import BadMessage
from signaling.domain.ids import Secrets

ROOT = Path(__file__).parents[2]

PERSONAL = [
    "+33612345678",
    "+33 6 12 34 56 78",
    "0033612345678",
    "0612345678",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "+1 (514) 555-0123",
    "alice@samu54.test",
    "Alice.Martin+sms@chu-nancy.example.fr",
    "48.693611",
    "-61.1234567",
    Secrets(b"k" * 32).token("invitation"),
    "3q2-7wAAbX5Z_kq1Vb0T9dLr4yQ8uHcE6mNfJpGs-iA",  # as ids.new_secret makes them
    "Zk3_q9-TbXw1LmN0pQrStU",  # as ids.new_mark makes them
]
HARMLESS = [
    "01a1ee565e0040b0e68ae5072598d9a6",  # as ids.new_id makes them
    "session.started",
    "/sessions/019ac0ffee00f3b1c2d3e4f5a6b7c8d9/captures",
    "127.0.0.1:8000",
    "took 12.5 ms, 1200 kbit/s, 1280x720",
    "Safari 18.1.1, iOS",
    "2026-11-18",
]


class Written:
    """What the log wrote to standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        return self._capsys.readouterr().err

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


Configure = Callable[[Literal["console", "json"], str], Written]


@pytest.fixture
def configure(capsys: pytest.CaptureFixture[str]) -> Iterator[Configure]:
    """Sets the log up for one test; to be called in it, because pytest changes standard error in between."""
    handlers, level = set(logging.root.handlers), logging.root.level

    def begin(form: Literal["console", "json"], level: str) -> Written:
        log.configure(form, level)
        return Written(capsys)

    yield begin
    structlog.reset_defaults()
    logging.root.setLevel(level)
    for handler in set(logging.root.handlers) - handlers:
        logging.root.removeHandler(handler)
    for name in log.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.parametrize("personal", PERSONAL)
def test_a_personal_datum_in_any_text_is_masked(configure: Configure, personal: str) -> None:
    written = configure("json", "debug")
    ours, theirs = structlog.get_logger("signaling.test"), logging.getLogger("library")
    ours.info(f"said {personal}", text=f"before {personal}, after", nested=[{"deep": personal}])
    theirs.warning("sent to %s", personal)
    theirs.error("url=https://x/?q=%s&z", personal)
    try:
        raise RuntimeError(f"no answer from <{personal}>")
    except RuntimeError:
        ours.exception("failed")
        theirs.exception("failed")
    text = written.text()
    assert len(text.splitlines()) == 5
    assert personal not in text
    assert log.MASK in text


@pytest.mark.parametrize("key", sorted(log.PERSONAL_KEYS))
def test_what_is_logged_under_a_personal_name_is_masked_whatever_it_is(
    configure: Configure, key: str
) -> None:
    written = configure("json", "debug")
    structlog.get_logger("signaling.test").info("event", **{key: 42})
    [line] = written.lines()
    assert line[key] == log.MASK


@pytest.mark.parametrize("harmless", HARMLESS)
def test_what_makes_a_log_useful_stays(configure: Configure, harmless: str) -> None:
    written = configure("json", "debug")
    structlog.get_logger("signaling.test").info("event", value=harmless)
    [line] = written.lines()
    assert (line["event"], line["value"], line["level"]) == ("event", harmless, "info")
    assert line["timestamp"].endswith("Z")


def test_numbers_stay_numbers(configure: Configure) -> None:
    written = configure("json", "debug")
    structlog.get_logger("signaling.test").info("event", ms=12, ratio=0.123456, ok=True, none=None)
    [line] = written.lines()
    assert (line["ms"], line["ratio"], line["ok"], line["none"]) == (12, 0.123456, True, None)


def test_the_chatter_of_libraries_is_left_out(configure: Configure) -> None:
    written = configure("json", "debug")
    logging.getLogger("twilio.http_client").info("POST body")
    logging.getLogger("geopy").debug("url")
    assert written.lines() == []


def test_the_level_is_that_of_our_own_events(configure: Configure) -> None:
    written = configure("json", "warning")
    ours = structlog.get_logger("signaling.test")
    ours.info("quiet")
    ours.warning("loud")
    assert [line["event"] for line in written.lines()] == ["loud"]


def test_on_a_console_an_exception_shows_its_trace_once(configure: Configure) -> None:
    written = configure("console", "info")
    try:
        raise RuntimeError("no answer from alice@samu54.test")
    except RuntimeError:
        structlog.get_logger("signaling.test").exception("failed")
    text = written.text()
    assert text.count("Traceback") == 1
    assert "alice" not in text


def test_an_exception_tells_its_class_and_its_place_and_nothing_that_it_was_given(
    configure: Configure,
) -> None:
    written = configure("json", "info")
    name = "Jeanne Canari"
    try:
        try:
            raise ValueError(f"no such person: {name}")
        except ValueError as error:
            raise BadMessage("impossible measurements") from error
    except BadMessage:
        structlog.get_logger("signaling.test").exception("failed")
        logging.getLogger("library").exception("task failed: %r", ValueError(name))
    ours, theirs = written.lines()
    assert name not in str((ours, theirs))
    for line in (ours, theirs):
        assert line["error"] == "BadMessage"
        assert "BadMessage: impossible measurements" in line["exception"]
        assert line["exception"].index("ValueError") < line["exception"].index("BadMessage")
        assert __file__ in line["exception"]


NAME = re.compile(r"[a-z][a-z_]*")
CALLS = {"debug", "info", "warning", "error", "exception", "critical"}


def test_every_event_of_the_log_has_a_constant_name() -> None:
    """The simulator speaks to whoever runs it, in sentences."""
    files = [
        file for part in log.OURS for file in (ROOT / part).rglob("*.py") if "simulator" not in file.parts
    ]
    named: list[str] = []
    wrong: list[str] = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=attr), args=[first, *_]) if (
                    attr in CALLS
                ):
                    name = first.value if isinstance(first, ast.Constant) else ""
                    fits = NAME.fullmatch(str(name)) is not None
                    (named if fits else wrong).append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert len(named) > 50
    assert wrong == []


async def _answered(scope: dict[str, Any], app: ASGIApp) -> dict[str, str]:
    """The headers of the answer of `app`, behind the request log."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    await log.RequestLog(app)({"type": "http", "headers": [], **scope}, receive, send)
    return dict(Headers(raw=sent[0]["headers"]))


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("0123456789abcdef0123456789abcdef", True),
        ("01234567-89ab-cdef-0123-456789abcdef", True),
        ("0612345678", False),
        ("Jeanne Canari", False),
        ("0123456789abcdef0123456789abcdef\n", False),
    ],
)
async def test_each_request_has_an_id_on_its_lines_and_in_its_answer(
    configure: Configure, given: str, taken: bool
) -> None:
    written = configure("json", "debug")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = Route("/sessions/{session}", print)
        scope["path_params"] = {"session": "f" * 32}
        structlog.get_logger("signaling.test").info("worked")
        await PlainTextResponse("ok")(scope, receive, send)

    scope = {"method": "GET", "path": "/sessions/0612345678", "query_string": b"name=canary"}
    headers = await _answered({**scope, "headers": [(b"x-request-id", given.encode())]}, app)
    worked, request = written.lines()
    assert worked["request"] == request["request"] == headers["x-request-id"]
    assert (headers["x-request-id"] == given) is taken
    assert (request["route"], request["session"]) == ("/sessions/{session}", "f" * 32)
    assert "canary" not in str(request)
    assert "0612345678" not in str(request)
