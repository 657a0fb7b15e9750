"""The two WebSockets of the running product: who may speak, and what becomes of garbage."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.e2e.stage import PASSWORD, Product, product


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with product(tmp_path_factory.mktemp("product"), {}) as made:
        yield made


@pytest.fixture
async def alice(running: Product) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser in which the demonstration's regulator has signed in."""
    headers = {"Origin": running.origin}
    async with httpx2.AsyncClient(base_url=running.origin, headers=headers) as client:
        form = {"email": "regulateur@demo.test", "password": PASSWORD, "next": "/"}
        answer = await client.post("/login", data=form)
        assert answer.status_code == 303
        yield client


def cookies(client: httpx2.AsyncClient) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


def socket(running: Product, client: httpx2.AsyncClient, path: str, **options: Any) -> connect:
    made: dict[str, Any] = {"origin": running.origin, "additional_headers": {"Cookie": cookies(client)}}
    return connect(f"ws://127.0.0.1:{running.port}{path}", **{**made, **options})


async def started(client: httpx2.AsyncClient, typed: str = "06 12 34 56 78") -> str:
    """A session that was just begun; its id."""
    answer = await client.post("/sessions", data={"address": typed})
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["location"]).path.rsplit("/", 1)[1]


async def say(line: ClientConnection, frame: dict[str, Any]) -> None:
    await line.send(json.dumps(frame))


async def hear(line: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of that type; others go by."""
    while True:
        frame: dict[str, Any] = json.loads(await line.recv())
        if frame["type"] == kind:
            return frame


async def closed_with(line: ClientConnection) -> int | None:
    with suppress(ConnectionClosed):
        while True:
            await line.recv()
    return line.close_code


@asynccontextmanager
async def phone_of(running: Product, session_link: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A phone that has claimed the link."""
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as phone:
        token = urlsplit(session_link).fragment
        assert (await phone.post("/j/claim", json={"token": token})).status_code == 204
        yield phone


async def link_of(client: httpx2.AsyncClient, session: str) -> str:
    answer = await client.get(f"/sessions/{session}/link.json")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["link"]["url"])


@pytest.mark.parametrize("path", ["/ws/console", "/ws/caller"])
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_a_foreign_page_opens_no_socket(
    running: Product, alice: httpx2.AsyncClient, path: str, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(running, alice, path, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_no_socket_unpacks_what_it_gets(running: Product, alice: httpx2.AsyncClient) -> None:
    """A few bytes of permessage-deflate unfold to megabytes (RFC 7692, 8)."""
    async with socket(running, alice, "/ws/console", compression="deflate") as line:
        assert line.response is not None
        assert "Sec-WebSocket-Extensions" not in line.response.headers


@pytest.mark.parametrize("path", ["/ws/console", "/ws/caller"])
async def test_without_a_cookie_the_socket_closes_for_good(running: Product, path: str) -> None:
    first = {"type": "watch"} if path == "/ws/console" else {"type": "join", "page": "p" * 16}
    async with connect(f"ws://127.0.0.1:{running.port}{path}", origin=running.origin) as line:  # type: ignore[arg-type]
        with suppress(ConnectionClosed):  # a console is refused before it says a word
            await say(line, first)
        assert await closed_with(line) == 4401


async def test_a_room_tells_its_events_from_the_version_asked_for(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        assert (await hear(line, "welcome"))["version"] >= 3
        events = (await hear(line, "events"))["events"]
        assert [event["fact"]["type"] for event in events[:3]] == [
            "session.started",
            "invitation.created",
            "message.queued",
        ]
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "join", "session": session, "since": 3})
        later = (await hear(line, "events"))["events"]
        assert later[0]["version"] == 4


async def test_an_unknown_session_closes_the_room(running: Product, alice: httpx2.AsyncClient) -> None:
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "join", "session": "0" * 32})
        assert await closed_with(line) == 4404


@pytest.mark.parametrize(
    "garbage",
    [
        "not json",
        "[]",
        '{"type":"nonsense"}',
        '{"type":"command","ref":1,"id":"x","name":"selfdestruct","value":true}',
        '{"type":"command","ref":1,"id":"x","name":"zoom","value":"far"}',
        '{"type":"offer","ref":1,"sdp":"this is not an SDP"}',
        '{"type":"seen","participant":"nobody"}',
        '{"type":"decide","ref":1,"handover":"nobody","decision":"move"}',
        '{"type":"decide","ref":1,"handover":"nobody","decision":"explode"}',
        '{"type":"resend","ref":1,"intent":"i-1","to":"08 99 12 34 56"}',
        b"\x00\x01",
    ],
)
async def test_garbage_in_a_room_is_answered_and_the_call_goes_on(
    running: Product, alice: httpx2.AsyncClient, garbage: str | bytes
) -> None:
    session = await started(alice)
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        await hear(line, "events")
        await line.send(garbage)
        error = await hear(line, "error")
        assert error["message"]
        await say(line, {"type": "ping"})
        await hear(line, "pong")


@pytest.mark.parametrize(
    "garbage",
    [
        "{",
        '{"type":"step","step":"camera.exploded"}',
        '{"type":"position","latitude":123,"longitude":0,"accuracy":1}',
        '{"type":"state","epoch":99,"revision":1,"capabilities":{},"wanted":{},"actual":{}}',
        '{"type":"offer","ref":7,"sdp":"v=0"}',
        '{"type":"result","id":"../../etc"}',
    ],
)
async def test_garbage_of_a_phone_is_answered_and_the_call_goes_on(
    running: Product, alice: httpx2.AsyncClient, garbage: str
) -> None:
    link = await link_of(alice, await started(alice))
    async with phone_of(running, link) as phone, socket(running, phone, "/ws/caller") as line:
        await say(line, {"type": "join", "page": "p" * 16})
        assert (await hear(line, "welcome"))["epoch"] == 1
        await line.send(garbage)
        assert (await hear(line, "error"))["code"].startswith("bad_")
        await say(line, {"type": "ping"})
        await hear(line, "pong")


@pytest.mark.parametrize("path", ["/ws/console", "/ws/caller"])
async def test_an_oversized_frame_does_not_reach_us(
    running: Product, alice: httpx2.AsyncClient, path: str
) -> None:
    link = await link_of(alice, session := await started(alice))
    async with phone_of(running, link) as phone:
        client = alice if path == "/ws/console" else phone
        async with socket(running, client, path) as line:
            await say(line, {"type": "join", "session": session, "page": "p" * 16})
            await hear(line, "welcome")
            await line.send("x" * 70_000)
            assert (await hear(line, "error"))["code"] == "bad_message"
            await say(line, {"type": "ping"})
            await hear(line, "pong")


async def test_a_flood_closes_only_the_socket_that_floods(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    async with socket(running, alice, "/ws/console") as calm, socket(running, alice, "/ws/console") as flood:
        for line in (calm, flood):
            await say(line, {"type": "watch"})
            await hear(line, "running")
        with suppress(ConnectionClosed):
            for _ in range(5_000):
                await say(flood, {"type": "ping"})
        assert await closed_with(flood) == 4429
        await say(calm, {"type": "ping"})
        await hear(calm, "pong")


async def test_a_socket_that_says_nothing_closes_when_its_login_ends_elsewhere(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "watch"})
        await hear(line, "running")
        await alice.post("/logout")
        assert await closed_with(line) == 4401


async def test_signing_out_ends_the_socket_at_its_next_frame(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        await hear(line, "welcome")
        await alice.post("/logout")
        await say(line, {"type": "ping"})
        assert await closed_with(line) == 4401


async def test_the_end_reaches_the_phone_and_the_link_is_over(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    link = await link_of(alice, session)
    async with (
        phone_of(running, link) as phone,
        socket(running, alice, "/ws/console") as room,
        socket(running, phone, "/ws/caller") as line,
    ):
        await say(line, {"type": "join", "page": "p" * 16})
        await hear(line, "welcome")
        await say(room, {"type": "join", "session": session})
        await say(room, {"type": "end", "ref": 1})
        assert (await hear(room, "ok"))["ref"] == 1
        await hear(line, "ended")
        assert await closed_with(line) == 4410
        answer = await phone.post("/j/open", json={"token": urlsplit(link).fragment})
        assert answer.json()["state"] == "ended"


async def test_a_command_for_a_phone_without_a_channel_goes_by_its_socket(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with (
        phone_of(running, await link_of(alice, session)) as phone,
        socket(running, alice, "/ws/console") as room,
        socket(running, phone, "/ws/caller") as line,
    ):
        await say(line, {"type": "join", "page": "p" * 16})
        await hear(line, "welcome")
        await say(room, {"type": "join", "session": session})
        await say(room, {"type": "command", "ref": 1, "id": "cmd-1", "name": "torch", "value": True})
        command = await hear(line, "command")
        assert (command["id"], command["epoch"], command["value"]) == ("cmd-1", 1, True)
        await say(line, {"type": "result", "id": "cmd-1", "error": "unsupported"})
        while True:
            facts = [event["fact"] for event in (await hear(room, "events"))["events"]]
            answers = [fact for fact in facts if fact["type"] == "command.answered"]
            if answers:
                assert answers[0]["error"] == "unsupported"
                return


async def test_only_the_first_phone_gets_the_link(running: Product, alice: httpx2.AsyncClient) -> None:
    link = await link_of(alice, await started(alice))
    token = urlsplit(link).fragment
    async with (
        phone_of(running, link) as first,
        httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as other,
    ):
        answer = await other.post("/j/claim", json={"token": token})
        assert (answer.status_code, answer.json()["state"]) == (409, "claimed")
        assert (await first.post("/j/open", json={"token": token})).json()["state"] == "mine"


async def test_a_phone_that_was_replaced_while_its_network_was_away_learns_it_when_it_comes_back(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    link = await link_of(alice, await started(alice))
    join = {"type": "join", "page": "p" * 16}
    async with phone_of(running, link) as first:
        async with socket(running, first, "/ws/caller") as line:
            await say(line, join)
            await hear(line, "welcome")
        shared = (await first.post("/j/share", json={})).json()["url"]
        async with phone_of(running, shared) as second, socket(running, second, "/ws/caller") as line:
            await say(line, join)
            await hear(line, "welcome")
            await say(line, {"type": "way", "way": "stills"})
            await say(line, {"type": "ping"})
            await hear(line, "pong")
        async with socket(running, first, "/ws/caller") as line:
            await say(line, join)
            await hear(line, "replaced")
            await say(line, {"type": "offer", "ref": 1, "sdp": "v=0"})
            assert (await hear(line, "error"))["code"] == "not_allowed"
        assert (await first.post("/j/stay", json={})).status_code == 204
        async with socket(running, first, "/ws/caller") as line:
            await say(line, join)
            await say(line, {"type": "offer", "ref": 1, "sdp": "v=0"})
            assert (await hear(line, "error"))["code"] == "bad_offer"


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    made = Product(tmp_path, {})
    made.start()
    try:
        async with httpx2.AsyncClient(base_url=made.origin, headers={"Origin": made.origin}) as client:
            form = {"email": "regulateur@demo.test", "password": PASSWORD, "next": "/"}
            await client.post("/login", data=form)
            sessions = [await started(client) for _ in range(5)]
            made.kill()
            made.start()
            page = (await client.get("/")).text  # the login survived as well
            assert all(session in page for session in sessions)
        made.until("every message has left", lambda: len(made.outbox()) == len(sessions))
    finally:
        made.stop()


async def test_the_log_holds_no_number_and_no_link(running: Product, alice: httpx2.AsyncClient) -> None:
    link = await link_of(alice, await started(alice, "+33 7 55 44 33 22"))
    async with phone_of(running, link) as phone, socket(running, phone, "/ws/caller") as line:
        await say(line, {"type": "join", "page": "p" * 16})
        await hear(line, "welcome")
        await say(line, {"type": "position", "latitude": 48.123456, "longitude": 6.654321, "accuracy": 5})
        await line.send("{")
        await hear(line, "error")
    running.until("the log has lines", running.log)
    for secret in ("755443322", "7 55 44", urlsplit(link).fragment, "48.123456", "6.654321"):
        assert secret not in running.log()


async def test_an_administrator_follows_the_figures_and_no_call(running: Product) -> None:
    headers = {"Origin": running.origin}
    async with httpx2.AsyncClient(base_url=running.origin, headers=headers) as admin:
        form = {"email": "admin@demo.test", "password": PASSWORD, "next": "/"}
        assert (await admin.post("/login", data=form)).status_code == 303
        async with socket(running, admin, "/ws/console") as line:
            await say(line, {"type": "follow_figures"})
            assert await hear(line, "figures_changed") == {"type": "figures_changed"}
        async with socket(running, admin, "/ws/console") as line:
            await say(line, {"type": "watch"})
            assert await closed_with(line) == 4404
