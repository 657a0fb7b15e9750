"""What the log keeps to itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
import structlog

from config import log
from signaling.domain.ids import Secrets

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
