"""What is shown beside the caller's picture, as consoles and the caller's phone meet it on their sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from signaling.domain.policy import FUNCTIONS
from tests.app.test_driving import answer, hear_fact, room_of, sue
from tests.app.test_wire import alice, hear, link_of, phone_of, running, say, socket, started
from tests.e2e.stage import PASSWORD, Product

__all__ = ["alice", "running", "sue"]  # fixtures

OFFERS = Path(__file__).parents[1] / "media/offers"
PHONE = (OFFERS / "chromium_phone.sdp").read_text(encoding="utf-8")
VIEWER = (OFFERS / "chromium_viewer.sdp").read_text(encoding="utf-8")
SCREEN: dict[str, Any] = {"type": "share", "source": "screen", "audience": "caller", "sdp": PHONE}


async def test_a_shared_screen_is_told_to_the_phone_which_may_watch_it_until_it_ends(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with (
        phone_of(running, await link_of(alice, session)) as browser,
        socket(running, browser, "/ws/caller") as phone,
        room_of(running, alice, session) as room,
    ):
        await say(phone, {"type": "join", "page": "a page of it"})
        await hear(phone, "welcome")
        refused = await answer(phone, {"type": "watch", "stream": "f" * 32, "sdp": VIEWER})
        assert refused["code"] == "not_allowed"
        shared = await answer(room, SCREEN)
        assert shared["type"] == "shared"
        stream = shared["stream"]
        assert (await hear(phone, "streams"))["streams"] == [{"id": stream, "source": "screen"}]
        assert (await answer(phone, {"type": "watch", "stream": stream, "sdp": VIEWER}))["type"] == "answer"
        again = await answer(room, {**SCREEN, "stream": stream})
        assert (again["type"], again["stream"]) == ("shared", stream)
        assert (await answer(room, {"type": "unshare", "stream": stream}))["type"] == "ok"
        assert (await answer(room, {"type": "unshare", "stream": stream}))["type"] == "ok"
        assert (await hear(phone, "streams"))["streams"] == []
        refused = await answer(phone, {"type": "watch", "stream": stream, "sdp": VIEWER})
        assert refused["code"] == "not_allowed"


async def test_what_is_for_guests_is_not_told_to_the_phone(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with (
        phone_of(running, await link_of(alice, session)) as browser,
        socket(running, browser, "/ws/caller") as phone,
        room_of(running, alice, session) as room,
    ):
        await say(phone, {"type": "join", "page": "a page of it"})
        hidden = await answer(room, {**SCREEN, "audience": "guests"})
        assert hidden["type"] == "shared"
        seen = await answer(room, SCREEN)
        told = (await hear(phone, "streams"))["streams"]
        assert [one["id"] for one in told] == [seen["stream"]]
        refused = await answer(phone, {"type": "watch", "stream": hidden["stream"], "sdp": VIEWER})
        assert refused["code"] == "not_allowed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source": "camera"}, "bad_message"),  # the caller is filmed, and shown nobody
        ({"sdp": "v=0"}, "bad_offer"),
        ({"stream": "f" * 32}, "not_found"),
        ({"audience": "everybody"}, "bad_message"),
        ({"source": "microphone"}, "bad_message"),
    ],
)
async def test_what_can_not_be_shown_is_refused_with_a_sentence_and_leaves_nothing(
    running: Product, alice: httpx2.AsyncClient, change: dict[str, Any], code: str
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        await say(room, {**SCREEN, **change, "ref": 7})
        refused = await hear(room, "error")
        assert (refused["code"], bool(refused["message"])) == (code, True)
        assert (await answer(room, SCREEN))["type"] == "shared"


async def test_one_participant_shows_two_things_at_a_time(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        for _ in range(2):
            assert (await answer(room, SCREEN))["type"] == "shared"
        assert (await answer(room, SCREEN))["code"] == "not_allowed"


async def test_nobody_stops_or_takes_over_what_another_one_shows(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room, room_of(running, sue, session) as other:
        stream = (await answer(room, SCREEN))["stream"]
        assert (await answer(other, {"type": "unshare", "stream": stream}))["code"] == "not_found"
        assert (await answer(other, {**SCREEN, "stream": stream}))["code"] == "not_found"
        assert (await answer(room, {**SCREEN, "stream": stream}))["type"] == "shared"


async def test_a_stream_ends_with_the_connection_that_began_it(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with room_of(running, sue, session) as other:
        async with room_of(running, alice, session) as room:
            await answer(room, SCREEN)
            await hear_fact(other, "stream.started")
        await hear_fact(other, "stream.ended")


async def test_a_centre_that_does_without_guests_and_sharing_refuses_both(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    guest = {"type": "invite_guest", "intent": "g", "to": "a@example.org", "role": "watch", "name": "A"}
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as admin:
        await admin.post("/login", data={"email": "admin@demo.test", "password": PASSWORD})
        functions = [one for one in FUNCTIONS if one not in ("guests", "sharing")]
        await admin.post("/centre/functions", data={"function": functions})
        async with room_of(running, alice, session) as room:
            codes = [(await answer(room, frame))["code"] for frame in (guest, SCREEN)]
        await admin.post("/centre/functions", data={"function": list(FUNCTIONS)})
    assert codes == ["function_off", "function_off"]
