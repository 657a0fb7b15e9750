"""What another site makes a browser send is refused: forms, fetches, sockets."""

from __future__ import annotations

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from signaling.web import FOREIGN_ORIGIN, guarded

OURS = ("https://visio.test", "https://visio-2.test")
CHANGES = ["POST", "PUT", "PATCH", "DELETE"]
FOREIGN: list[dict[str, str]] = [
    {},
    {"Origin": ""},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://visio.test"},
    {"Origin": "https://visio.test:8443"},
    {"Origin": "https://visio.test.evil.example"},
    {"Origin": "https://evil.example/https://visio.test"},
    {"Origin": "https://sub.visio.test"},
    {"Origin": "https://visio.test/"},
    {"Origin": "https://visio.test, https://evil.example"},
    {"Referer": "https://visio.test/"},
]


async def reached(request: Request) -> Response:
    return PlainTextResponse("reached")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("reached")
    await websocket.close()


@pytest.fixture
def app() -> Starlette:
    paths = ("/", "/hooks/twilio", "/hooks", "/hookshot")
    return Starlette(
        routes=[
            *(Route(path, reached, methods=["GET", *CHANGES, "LINK"]) for path in paths),
            WebSocketRoute("/ws", socket),
            WebSocketRoute("/hooks/ws", socket),
        ],
        middleware=guarded(OURS, secure=True),
    )


@pytest.fixture
def client(app: Starlette) -> httpx2.Client:
    return TestClient(app, base_url=OURS[0])


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("method", [*CHANGES, "LINK"])
def test_a_change_from_anywhere_else_is_refused_before_it_reaches_a_route(
    client: httpx2.Client, method: str, headers: dict[str, str]
) -> None:
    answer = client.request(method, "/", headers=headers)
    assert answer.status_code == 403
    assert "reached" not in answer.text
    assert OURS[0] in answer.text  # where to go instead


@pytest.mark.parametrize("origin", OURS)
@pytest.mark.parametrize("method", CHANGES)
def test_a_change_from_our_own_pages_reaches_its_route(
    client: httpx2.Client, method: str, origin: str
) -> None:
    assert client.request(method, "/", headers={"Origin": origin}).text == "reached"


def test_two_origins_at_once_are_refused(client: httpx2.Client) -> None:
    headers = [("Origin", OURS[0]), ("Origin", "https://evil.example")]
    assert client.post("/", headers=headers).status_code == 403


@pytest.mark.parametrize("headers", FOREIGN)
def test_reading_needs_no_origin(client: httpx2.Client, headers: dict[str, str]) -> None:
    assert client.get("/", headers=headers).text == "reached"


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/ws", "/hooks/ws"])
def test_a_socket_from_anywhere_else_is_refused_during_the_handshake(
    app: Starlette, path: str, headers: dict[str, str]
) -> None:
    client = TestClient(app, base_url=OURS[0])
    with pytest.raises(WebSocketDisconnect) as refusal, client.websocket_connect(path, headers=headers):
        pytest.fail("the handshake went through")
    assert refusal.value.code == FOREIGN_ORIGIN


@pytest.mark.parametrize("origin", OURS)
def test_a_socket_from_our_own_pages_opens(app: Starlette, origin: str) -> None:
    client = TestClient(app, base_url=OURS[0])
    with client.websocket_connect("/ws", headers={"Origin": origin}) as line:
        assert line.receive_text() == "reached"


def test_a_carrier_that_proves_itself_by_signature_needs_no_origin(client: httpx2.Client) -> None:
    assert client.post("/hooks/twilio").text == "reached"


@pytest.mark.parametrize("path", ["/hooks", "/hookshot"])
def test_only_what_lies_under_hooks_is_exempt(client: httpx2.Client, path: str) -> None:
    assert client.post(path).status_code == 403
