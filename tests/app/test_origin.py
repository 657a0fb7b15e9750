"""What another site makes a browser send is refused: forms, fetches, sockets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from config.asgi import create
from config.settings import read
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


# ---------------------------------------------------------------- the product
def routes(of: Sequence[BaseRoute], below: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of all that may change something; a socket's method is WEBSOCKET."""
    for route in of:
        match route:
            case Mount():
                yield from routes(route.routes or [], below + route.path)
            case Route(methods=set() as methods):
                yield from ((method, below + route.path) for method in sorted(methods - {"GET", "HEAD"}))
            case WebSocketRoute():
                yield "WEBSOCKET", below + route.path


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    data = str(tmp_path_factory.mktemp("data"))
    return create(read({"DATA_DIR": data, "SECRET_KEY": "k" * 32}))


def test_every_route_of_the_product_that_changes_something_refuses_other_sites(product: Starlette) -> None:
    client = TestClient(product, base_url="http://127.0.0.1:8000")
    changing = [(method, re.sub(r"{[^}]*}", "7", path)) for method, path in routes(product.routes)]
    http = [(method, path) for method, path in changing if method != "WEBSOCKET"]
    assert ("POST", "/login") in http
    assert ("POST", "/logout") in http
    statuses = {
        (method, path): client.request(method, path, headers={"Origin": "https://evil.example"}).status_code
        for method, path in http
        if not path.startswith("/hooks/")
    }
    assert {route for route, status in statuses.items() if status != 403} == set()


def test_every_socket_of_the_product_refuses_other_sites(product: Starlette) -> None:
    client = TestClient(product, base_url="http://127.0.0.1:8000")
    sockets = [path for method, path in routes(product.routes) if method == "WEBSOCKET"]
    assert set(sockets) >= {"/ws/console", "/ws/caller"}
    for path in sockets:
        with (
            pytest.raises(WebSocketDisconnect) as refusal,
            client.websocket_connect(path, headers={"Origin": "https://evil.example"}),
        ):
            pytest.fail(f"{path} went through")
        assert refusal.value.code == FOREIGN_ORIGIN
