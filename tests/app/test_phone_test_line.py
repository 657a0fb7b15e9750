"""`/ws/test`: who gets a place in the relay, for how long, and that nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocket, WebSocketDisconnect

from media.relay import EmbeddedRelay
from signaling import endpoint
from signaling.conversation_test import PhoneTestDesk
from signaling.domain.errors import BadOffer, RelayFull
from signaling.domain.throttle import SOCKETS
from signaling.limits import Limits
from signaling.line import Close
from signaling.service.echo import Echoes
from signaling.service.ice_servers import IceServers, Turn
from signaling.web import guarded
from tests.app.office import SITE
from tests.cast import Clock

TURN = Turn(urls=("turn:turn.example.fr",), secret="north")


class Relay(EmbeddedRelay):
    """Notes what it is asked instead of doing it; answers with the offer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []
        self.ended: list[str] = []
        self.full = False

    async def publish(self, session: str, participant: str, offer: str, *, second: bool = False) -> str:
        return self._note(session, participant, offer)

    async def view(
        self, session: str, participant: str, offer: str, thumbnail_of: str = "", *, large: bool = False
    ) -> str:
        return self._note(session, participant, offer)

    async def end(self, session: str) -> None:
        self.ended.append(session)

    def _note(self, session: str, participant: str, offer: str) -> str:
        if self.full:
            raise RelayFull("no further session can be carried now")
        if offer == "nonsense":
            raise BadOffer("not an offer")
        self.asked.append((session, participant))
        return offer


@pytest.fixture
def relay() -> Relay:
    return Relay()


Phones = Callable[..., WebSocketTestSession]


@contextmanager
def phones(relay: Relay, clock: Clock, *, most: int = 4, seconds: float = 40.0) -> Iterator[Phones]:
    """Opens the socket of a phone at an address."""
    echoes = Echoes(relay, IceServers((), TURN, clock), Limits().limiter, most)
    routes = endpoint.routes(
        _nobody, _nobody, _nobody, PhoneTestDesk(echoes, seconds), Limits().limiter(SOCKETS)
    )
    app = Starlette(routes=routes, middleware=guarded([SITE], secure=False))

    def phone(address: str = "192.0.2.7", origin: str = SITE) -> WebSocketTestSession:
        client = TestClient(app, base_url=SITE, client=(address, 50_000), headers={"Origin": origin})
        return client.websocket_connect("/ws/test")

    yield phone


async def _nobody(websocket: WebSocket) -> None:
    await websocket.close()


def begun(line: WebSocketTestSession) -> dict[str, Any]:
    line.send_json({"type": "begin"})
    answer: dict[str, Any] = line.receive_json()
    return answer


def closed(line: WebSocketTestSession) -> int:
    with pytest.raises(WebSocketDisconnect) as closing:
        line.receive_json()
    return closing.value.code


def test_a_phone_sends_and_receives_under_one_key_that_no_session_has(relay: Relay, clock: Clock) -> None:
    with phones(relay, clock) as phone, phone("192.0.2.7") as line:
        welcome = begun(line)
        assert welcome["type"] == "welcome"
        assert welcome["ice_servers"][0]["urls"] == ["turn:turn.example.fr"]
        for ref, way in enumerate(("send", "receive")):
            line.send_json({"type": "offer", "ref": ref, "way": way, "sdp": "v=0"})
            assert line.receive_json() == {"type": "answer", "ref": ref, "sdp": "v=0"}
    [(key, first), (same, second)] = relay.asked
    assert (first, second) == ("phone", "viewer")
    assert key == same
    assert key.startswith("test.")
    assert relay.ended == [key]


def test_what_is_no_frame_or_no_offer_is_refused_and_the_test_goes_on(relay: Relay, clock: Clock) -> None:
    with phones(relay, clock) as phone, phone("192.0.2.7") as line:
        begun(line)
        for garbage in ("", "{", '{"type":"offer"}', '{"type":"offer","ref":1,"way":"up","sdp":""}'):
            line.send_text(garbage)
            assert line.receive_json()["code"] == "bad_message"
        line.send_json({"type": "offer", "ref": 7, "way": "send", "sdp": "nonsense"})
        refused = line.receive_json()
        assert (refused["code"], refused["ref"]) == ("bad_offer", 7)
        line.send_json({"type": "ping"})
        assert line.receive_json() == {"type": "pong"}


def test_a_first_frame_other_than_begin_gets_no_place(relay: Relay, clock: Clock) -> None:
    with phones(relay, clock) as phone, phone("192.0.2.7") as line:
        line.send_json({"type": "ping"})
        assert closed(line) == Close.NO_FIRST_FRAME
    assert relay.ended == []


def test_a_test_ends_by_itself_and_leaves_the_relay(relay: Relay, clock: Clock) -> None:
    with phones(relay, clock, seconds=0.05) as phone, phone("192.0.2.7") as line:
        begun(line)
        assert closed(line) == Close.ENDED
    assert len(relay.ended) == 1


def test_only_so_many_run_at_once_and_a_place_that_is_left_is_free(relay: Relay, clock: Clock) -> None:
    with phones(relay, clock, most=1) as phone:
        with phone("192.0.2.7") as line:
            begun(line)
            with phone("192.0.2.8") as second:
                assert begun(second)["code"] == "relay_full"
                assert closed(second) == Close.ENDED
        with phone("192.0.2.8") as third:
            assert begun(third)["type"] == "welcome"


def test_a_relay_that_is_full_is_told_and_calls_come_first(relay: Relay, clock: Clock) -> None:
    relay.full = True
    with phones(relay, clock) as phone, phone("192.0.2.7") as line:
        begun(line)
        line.send_json({"type": "offer", "ref": 1, "way": "receive", "sdp": "v=0"})
        refused = line.receive_json()
        assert (refused["code"], refused["ref"]) == ("relay_full", 1)


def test_one_network_asks_so_often_and_others_still_can(relay: Relay, clock: Clock) -> None:
    with phones(relay, clock) as phone:
        for _ in range(40):
            with phone("192.0.2.7") as line:
                assert begun(line)["type"] == "welcome"
        with phone("192.0.2.7") as line:
            assert begun(line)["code"] == "throttled"
        with phone("192.0.2.8") as line:
            assert begun(line)["type"] == "welcome"


def test_a_page_of_another_site_gets_no_socket(relay: Relay, clock: Clock) -> None:
    with phones(relay, clock) as phone, pytest.raises(WebSocketDisconnect) as refused:
        phone("192.0.2.7", origin="https://evil.example").__enter__()
    assert refused.value.code == 4403
