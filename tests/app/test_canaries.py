"""A whole story with canaries in it, at the most talkative log level: none gets to where machines look."""

from __future__ import annotations

import gzip
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from pytest_httpserver import HTTPServer
from websockets.asyncio.client import ClientConnection

from tests.app.test_driving import answer, room_of
from tests.app.test_wire import alice, hear, link_of, phone_of, say, socket, started
from tests.e2e.stage import Product, product
from tests.fuzz.routes import TRACE

__all__ = ["alice"]  # a fixture

# Each is written where the product asks for such a thing, and looked for without regard to case
NUMBER: Final = "+33 7 49 12 83 56"
NAME: Final = "Jeanne Canari"
OWN_NAME: Final = "Odile Serin"  # of the regulator, who does see it on each page
MAIL: Final = "jeanne.canari@example.org"
CODE: Final = "739154"
LONE_CODE: Final = re.compile(rf"(?<![0-9a-f.]){CODE}(?![0-9a-f])")  # not in an id, not in a date's fraction
# No time of day and no seconds of a date are written like these
LATITUDE, LONGITUDE = 78.739154, 106.319573
FIXED: Final = ("canari", "749128356", "7 49 12 83 56", "78.7391", "106.3195")
GUEST: Final = {"type": "invite_guest", "intent": "g", "to": MAIL, "role": "watch", "name": NAME}
# What a page's addresses and headers bring along
HEADERS: Final = {
    "User-Agent": "canari/1.0",
    "Referer": "https://canari.example.org/?q=canari",
    "X-Request-Id": "canari-0612",
    "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
    "tracestate": "who=canari",
    "baggage": "name=canari",
    "X-File-Name": quote("ordonnance Canari.pdf"),
}


@pytest.fixture
def sinks(httpserver: HTTPServer) -> HTTPServer:
    """A Sentry and an OpenTelemetry collector, which keep what comes."""
    httpserver.expect_request(re.compile("/.*")).respond_with_json({})
    return httpserver


@pytest.fixture
def running(tmp_path: Path, sinks: HTTPServer) -> Iterator[Product]:
    address = f"127.0.0.1:{sinks.port}"
    environ = {"LOG_LEVEL": "debug", "LOG_FORMAT": "json", "SENTRY_DSN": f"http://key@{address}/1"}
    with product(tmp_path, {**environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}"}) as made:
        yield made


def received(sinks: HTTPServer, path: str) -> str:
    bodies = []
    for request, _ in sinks.log:
        if request.path.startswith(path):
            packed = request.headers.get("Content-Encoding") == "gzip"
            data = gzip.decompress(request.data) if packed else request.data
            bodies.append(data.decode("utf-8", "replace") + str(dict(request.headers)))
    return "\n".join(bodies)


async def _phone(running: Product, link: str) -> list[str]:
    """A phone's part. Returns what its browser keeps secret."""
    async with phone_of(running, link) as phone:
        await phone.post("/j/code", json={"code": CODE})
        async with socket(running, phone, "/ws/caller") as line:
            await say(line, {"type": "join", "page": "p" * 16})
            await hear(line, "welcome")
            fix = {"type": "position", "latitude": LATITUDE, "longitude": LONGITUDE, "accuracy": 5}
            await say(line, fix)
            await _babble(line)
        return [*phone.cookies.values()]


async def _babble(line: ClientConnection) -> None:
    for garbage in (f'{{"type": "{NAME}"', f'{{"type": "position", "latitude": "{NAME}"}}', NAME):
        await line.send(garbage)
        await hear(line, "error")


async def _regulator(running: Product, alice: httpx2.AsyncClient, session: str) -> None:
    async with room_of(running, alice, session) as room:
        assert (await answer(room, GUEST))["type"] == "ok"
        await _babble(room)
    closing = {"note": f"note sur {NAME}", "reference": "CANARI-1"}
    assert (await alice.post(f"/sessions/{session}/closing", json=closing)).status_code == 200
    assert (await alice.post("/account/name", data={"name": OWN_NAME})).status_code == 303
    await alice.post("/callers", data={"address": NUMBER})


async def _refused(running: Product, alice: httpx2.AsyncClient, session: str) -> list[httpx2.Response]:
    """Answers that say no."""
    stranger = httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin, **HEADERS})
    async with stranger:
        await stranger.post("/login", data={"email": MAIL, "password": "canari-password"})
        answers = [
            await stranger.get(f"/{NAME}/{NUMBER}?token=canari"),
            await stranger.get(f"/sessions/{session}?name=canari"),
            await stranger.post("/j/claim", json={"token": "canari" * 8}),
            await stranger.post("/j/open", content=b'{"token": "canari"'),
        ]
    named = f"/sessions/{session}/documents"
    answers.append(await alice.post(named, content=b"canari is no picture", headers=HEADERS))
    answers.append(await alice.post(f"/sessions/{session}/captures", content=b"canari", headers=HEADERS))
    return answers


async def _crash(running: Product, alice: httpx2.AsyncClient, session: str) -> httpx2.Response:
    """A handler that breaks: a row is damaged, and what reads it quotes the row."""
    with sqlite3.connect(running.data / "visio.db") as database:
        damaged = f'{{"type": "{NAME}", "by": "{NUMBER}"}}'
        database.execute("UPDATE event SET fact = ? WHERE session = ?", (damaged, session))
    database.close()
    return await alice.get(f"/history/{session}", headers=HEADERS)


async def test_no_canary_gets_into_the_log_the_figures_the_errors_or_to_the_collectors(
    running: Product, alice: httpx2.AsyncClient, sinks: HTTPServer
) -> None:
    session = await started(alice, NUMBER)
    link = await link_of(alice, session)
    secrets = [*alice.cookies.values(), urlsplit(link).fragment, *await _phone(running, link)]
    await _regulator(running, alice, session)
    answers = await _refused(running, alice, session)
    assert [answer.status_code for answer in answers if answer.status_code < 400] == []
    crash = await _crash(running, alice, session)
    assert crash.status_code == 500
    figures = httpx2.get(f"{running.origin}/metrics").text  # the connection ended with the crash
    running.stop()

    spans, errors = received(sinks, "/v1/traces"), received(sinks, "/api/")
    log = running.log()
    assert '"route": "/history/{session}", "status": 500' in log
    assert 'event="library"' in figures
    assert "GET /history/{session}" in spans
    assert '"level":"error"' in errors
    assert TRACE not in crash.text
    shown = "\n".join(f"{answer.headers} {answer.text}" for answer in (*answers, crash))
    assert '"server_name"' not in errors
    for place in (log, figures, spans, errors):
        assert OWN_NAME not in place
    for place in (log, figures, spans, errors, shown):
        for canary in (*FIXED, *secrets):
            assert canary.lower() not in place.lower(), canary
        assert not LONE_CODE.search(place.lower())
