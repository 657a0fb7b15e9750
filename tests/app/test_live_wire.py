"""What a phone shows and measures, from its socket to the console's, in the running product."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image
from websockets.asyncio.client import ClientConnection

from tests.app.test_wire import (
    alice,
    hear,
    link_of,
    phone_of,
    running,
    say,
    socket,
    started,
)
from tests.e2e.stage import Product

__all__ = ["alice", "running"]  # fixtures

Ends = tuple[ClientConnection, ClientConnection]


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (320, 180), (0, 160, 0)).save(out, "JPEG")
    return out.getvalue()


def numbered(number: int, data: bytes) -> bytes:
    return number.to_bytes(4, "big") + data


@pytest.fixture
async def ends(running: Product, alice: httpx2.AsyncClient) -> AsyncIterator[Ends]:
    """A console in its room and the phone that it looks at."""
    session = await started(alice)
    async with (
        phone_of(running, await link_of(alice, session)) as phone,
        socket(running, alice, "/ws/console") as room,
        socket(running, phone, "/ws/caller") as line,
    ):
        await say(line, {"type": "join", "page": "p" * 16})
        await hear(line, "welcome")
        await say(room, {"type": "join", "session": session})
        await hear(room, "events")
        yield room, line


async def hear_still(room: ClientConnection) -> bytes:
    while True:
        if isinstance(frame := await room.recv(), bytes):
            return frame


async def hear_ways(room: ClientConnection, count: int) -> list[str]:
    ways: list[str] = []
    while len(ways) < count:
        frame: Any = await room.recv()
        events = [] if isinstance(frame, bytes) else json.loads(frame).get("events", [])
        ways += [event["fact"]["way"] for event in events if event["fact"]["type"] == "picture.way"]
    return ways


async def test_a_still_is_seen_on_the_console_and_the_phone_learns_that_it_arrived(ends: Ends) -> None:
    room, line = ends
    picture = jpeg()
    await line.send(numbered(7, picture))
    assert (await hear(line, "still_at"))["number"] == 7
    frame = await hear_still(room)
    assert (len(frame[:32].decode()), frame[40:]) == (32, picture)


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(numbered(1, b"<svg xmlns='http://www.w3.org/2000/svg'/>"), id="svg"),
        pytest.param(numbered(1, jpeg()[:-40]), id="truncated"),
        pytest.param(b"\x00\x01", id="short"),
        pytest.param(numbered(1, bytes(60_001)), id="large"),
    ],
)
async def test_a_still_that_is_no_image_is_refused_and_the_call_goes_on(ends: Ends, garbage: bytes) -> None:
    room, line = ends
    await line.send(garbage)
    assert (await hear(line, "error"))["code"] == "bad_message"
    await say(line, {"type": "way", "way": "stills"})
    assert await hear_ways(room, 1) == ["stills"]


async def test_a_flood_of_stills_is_refused_and_logged_once(running: Product, ends: Ends) -> None:
    _, line = ends
    before = running.log().count("phone_message_refused")
    for number in range(20):
        await line.send(numbered(number, jpeg()))
    for _ in range(5):
        assert (await hear(line, "error"))["message"] == "stills come too fast"
    await say(line, {"type": "ping"})
    await hear(line, "pong")
    assert running.log().count("phone_message_refused") == before + 1


async def test_a_way_is_an_event_when_it_changes_and_not_when_it_is_said_again(ends: Ends) -> None:
    room, line = ends
    for way in ("udp", "udp", "turn_tls", "turn_tls", "stills", "udp"):
        await say(line, {"type": "way", "way": way})
    assert await hear_ways(room, 4) == ["udp", "turn_tls", "stills", "udp"]


async def test_what_the_phone_measures_is_shown_and_is_no_event(ends: Ends) -> None:
    room, line = ends
    await say(
        line, {"type": "quality", "bitrate": 90, "frames": 7.5, "width": 320, "height": 180, "battery": 0.2}
    )
    told = await hear(room, "quality")
    assert (told["bitrate"], told["frames"], told["battery"]) == (90, 7.5, 0.2)
    assert len(told["participant"]) == 32
    await say(line, {"type": "quality", "bitrate": -1, "frames": 1, "width": 1, "height": 1})
    assert (await hear(line, "error"))["message"] == "impossible measurements"
