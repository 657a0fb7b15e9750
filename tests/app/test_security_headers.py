"""Headers of every answer, the policy of every page, the size and the pace of every body."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from signaling.web import BODY_BYTES, BodyLimit, guarded

ORIGIN = "https://visio.test"
UPLOAD = 1024 * 1024


async def page(request: Request) -> Response:
    return PlainTextResponse(request.state.nonce)


async def private(request: Request) -> Response:
    request.state.private = True
    return FileResponse(__file__, headers={"cache-control": "public, max-age=3600"})


async def own(request: Request) -> Response:
    headers = {"content-security-policy": "sandbox", "cache-control": "public, max-age=60"}
    return PlainTextResponse("", headers=headers)


async def unchanged(request: Request) -> Response:
    return Response(status_code=304)


async def worker(_: Request) -> Response:
    return Response("", media_type="text/javascript", headers={"Service-Worker-Allowed": "/j"})


async def size(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def broken(request: Request) -> Response:
    raise RuntimeError("broken")


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    (tmp_path / "module.js").write_text("export const one = 1;")
    return Starlette(
        routes=[
            Route("/", page),
            Route("/private", private),
            Route("/own", own),
            Route("/unchanged", unchanged),
            Route("/broken", broken),
            Route("/worker.js", worker),
            Route("/size", size, methods=["POST"]),
            Route("/sessions/{id}/captures", size, methods=["POST"]),
            Mount("/static", StaticFiles(directory=tmp_path)),
        ],
        middleware=guarded([ORIGIN], secure=True, larger_bodies={r"/sessions/\d+/captures": UPLOAD}),
    )


@pytest.fixture
def client(app: Starlette) -> httpx2.Client:
    return TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, raise_server_exceptions=False)


def directives(answer: httpx2.Response) -> dict[str, str]:
    """The page's policy, name -> sources."""
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


# ---------------------------------------------------------------- headers
@pytest.mark.parametrize("path", ["/", "/private", "/own", "/nowhere"])
def test_every_answer_carries_the_headers(client: httpx2.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert "microphone=()" in headers["permissions-policy"]
    assert "camera=(self)" in headers["permissions-policy"]
    assert "content-security-policy" in headers


def test_a_module_carries_only_what_holds_for_a_module(client: httpx2.Client) -> None:
    headers = client.get("/static/module.js").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "content-security-policy" not in headers
    assert "permissions-policy" not in headers


def test_a_worker_carries_its_own_policy(client: httpx2.Client) -> None:
    assert "content-security-policy" in client.get("/worker.js").headers


def test_a_refusal_carries_the_headers_too(client: httpx2.Client) -> None:
    answer = client.post("/size", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (403, "nosniff")


def test_our_own_forms_keep_their_origin(client: httpx2.Client) -> None:
    # With "no-referrer", browsers send `Origin: null` with a form, and OriginCheck refuses it.
    assert client.get("/").headers["referrer-policy"] == "same-origin"


def test_without_tls_no_browser_is_told_to_insist_on_it() -> None:
    app = Starlette(routes=[Route("/", page)], middleware=guarded(["http://127.0.0.1:8000"], secure=False))
    answer = TestClient(app).get("/")
    assert "strict-transport-security" not in answer.headers
    assert "ws://127.0.0.1:8000" in directives(answer)["connect-src"]


# ---------------------------------------------------------------- policy
def test_the_policy_lets_nothing_run_that_is_not_ours(client: httpx2.Client) -> None:
    policy = directives(client.get("/"))
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in str(policy)
    assert "http:" not in str(policy)


def test_the_policy_names_the_nonce_of_its_page_and_no_other(client: httpx2.Client) -> None:
    answers = [client.get("/") for _ in range(3)]
    assert len({answer.text for answer in answers}) == 3
    for answer in answers:
        assert len(answer.text) >= 22  # 128 bits
        for directive in ("script-src", "style-src"):
            assert directives(answer)[directive] == f"'self' 'nonce-{answer.text}'"


def test_the_policy_names_our_sockets_for_browsers_that_do_not_count_them_as_self(
    client: httpx2.Client,
) -> None:
    assert directives(client.get("/"))["connect-src"] == "'self' wss://visio.test"


def test_an_answer_without_a_body_brings_no_other_nonce_to_a_cached_page(client: httpx2.Client) -> None:
    assert "content-security-policy" not in client.get("/unchanged").headers


def test_a_route_may_be_stricter(client: httpx2.Client) -> None:
    assert client.get("/own").headers["content-security-policy"] == "sandbox"


# ---------------------------------------------------------------- caches
def test_what_a_login_opens_is_kept_by_no_cache_whatever_its_route_says(client: httpx2.Client) -> None:
    assert client.get("/private").headers["cache-control"] == "no-store"


def test_what_nobody_said_anything_about_is_kept_by_no_cache(client: httpx2.Client) -> None:
    assert client.get("/").headers["cache-control"] == "no-store"


def test_a_route_may_let_caches_keep_what_needs_no_login(client: httpx2.Client) -> None:
    assert client.get("/own").headers["cache-control"] == "public, max-age=60"


def test_a_module_is_asked_for_again_and_costs_nothing_when_it_is_the_same(client: httpx2.Client) -> None:
    first = client.get("/static/module.js")
    assert first.headers["cache-control"] == "no-cache"
    assert (
        client.get("/static/module.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    )


# ---------------------------------------------------------------- bodies
def test_a_body_up_to_the_limit_arrives_whole(client: httpx2.Client) -> None:
    assert client.post("/size", content=b"x" * BODY_BYTES).text == str(BODY_BYTES)


def test_a_larger_body_is_refused(client: httpx2.Client) -> None:
    assert client.post("/size", content=b"x" * (BODY_BYTES + 1)).status_code == 413


def test_a_larger_body_that_does_not_say_so_is_refused_too(client: httpx2.Client) -> None:
    answer = client.post("/size", content=iter([b"x" * BODY_BYTES, b"x"]))
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["9" * 5000, "9" * 18])
def test_a_length_beyond_all_measure_is_refused(client: httpx2.Client, length: str) -> None:
    assert client.post("/size", headers={"Content-Length": length}).status_code == 413


def test_a_route_that_takes_pictures_takes_larger_bodies_and_no_other_does(client: httpx2.Client) -> None:
    assert client.post("/sessions/7/captures", content=b"x" * UPLOAD).text == str(UPLOAD)
    assert client.post("/sessions/7/captures", content=b"x" * (UPLOAD + 1)).status_code == 413
    assert client.post("/sessions/7/captures/8", content=b"x" * UPLOAD).status_code == 413


async def test_a_body_that_trickles_ends_its_request_and_a_patient_answer_does_not(app: Starlette) -> None:
    """The limit holds while the body comes; afterwards a browser may stay as long as it likes."""
    left = asyncio.Event()
    chunks: list[Message] = [{"type": "http.request", "body": b"x", "more_body": False}]

    async def receive() -> Message:
        if chunks:
            return chunks.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    heard: list[Any] = []

    async def listener(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append((await receive())["type"])
        asyncio.get_running_loop().call_later(0.05, left.set)
        heard.append((await receive())["type"])

    scope: Scope = {"type": "http", "path": "/", "method": "POST", "headers": []}

    async def send(message: Message) -> None:
        heard.append(message["type"])

    await BodyLimit(listener, {}, seconds=0.01)(scope, receive, send)
    assert heard == ["http.request", "http.disconnect"]


async def test_a_body_that_never_ends_is_given_up() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    app = Starlette(routes=[Route("/size", size, methods=["POST"])])
    limited = Starlette(
        routes=[Mount("/", BodyLimit(app, {}, seconds=0.05))],
    )
    sent: list[Message] = []
    parts: list[Message] = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def receive() -> Message:
        if parts:
            return parts.pop()
        return await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "path": "/size", "method": "POST", "headers": [], "query_string": b""}
    await limited(scope, receive, send)
    assert sent[0]["status"] == 408


# ---------------------------------------------------------------- failures
def test_a_fault_of_ours_tells_the_browser_nothing_about_itself(client: httpx2.Client) -> None:
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert not re.search("broken|Traceback|File", answer.text)
