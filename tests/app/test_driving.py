"""Who may drive the phone, as two signed-in regulators meet it on their sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection

from tests.app.test_wire import alice, hear, link_of, phone_of, running, say, socket, started
from tests.e2e.stage import PASSWORD, Product

__all__ = ["alice", "running"]  # fixtures

TORCH = {"type": "command", "id": "c-1", "name": "torch", "value": True}


@pytest.fixture
async def sue(running: Product) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser in which the demonstration's supervisor has signed in."""
    headers = {"Origin": running.origin, "Accept-Language": "fr"}
    async with httpx2.AsyncClient(base_url=running.origin, headers=headers) as client:
        form = {"email": "superviseur@demo.test", "password": PASSWORD, "next": "/"}
        assert (await client.post("/login", data=form)).status_code == 303
        yield client


@asynccontextmanager
async def room_of(
    running: Product, client: httpx2.AsyncClient, session: str
) -> AsyncIterator[ClientConnection]:
    async with socket(running, client, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        await hear(line, "watchers")
        yield line


async def answer(line: ClientConnection, frame: dict[str, Any]) -> dict[str, Any]:
    """What the server answers: `ok` or `error`."""
    await say(line, {**frame, "ref": 7})
    while True:
        told: dict[str, Any] = json.loads(await line.recv())
        if told.get("ref") == 7:
            return told


async def test_who_does_not_drive_is_refused_with_the_name_of_who_does(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with phone_of(running, await link_of(alice, session)), room_of(running, sue, session) as room:
        refused = await answer(room, TORCH)
        assert (refused["code"], refused["permanent"]) == ("not_in_control", False)
        assert "Dr Démo Régulation" in refused["message"]
        assert (await answer(room, {"type": "hand", "action": "take"}))["type"] == "ok"
        assert (await answer(room, TORCH))["type"] == "ok"


async def test_a_regulator_takes_from_who_is_away_and_not_from_who_is_there(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    session = await started(sue)
    take = {"type": "hand", "action": "take"}
    async with room_of(running, alice, session) as room:
        async with room_of(running, sue, session) as hers:
            refused = await answer(room, take)
            assert (refused["code"], "Démo Supervision" in refused["message"]) == ("not_in_control", True)
            assert (await answer(room, {"type": "hand", "action": "ask"}))["type"] == "ok"
            await hear_fact(hers, "control.asked")
        while len((await hear(room, "watchers"))["watchers"]) > 1:
            pass
        assert (await answer(room, take))["type"] == "ok"


async def test_of_two_who_take_from_the_same_colleague_at_once_one_is_refused(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    driver = (await me(running, alice, session))["user"]
    async with room_of(running, sue, session) as one, room_of(running, alice, session) as other:
        take = {"type": "hand", "action": "take", "to": driver}
        assert (await answer(one, take))["type"] == "ok"
        back = await answer(other, {**take, "to": driver})
        assert (back["code"], "Démo Supervision" in back["message"]) == ("not_in_control", True)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "hand", "action": "give", "to": "nobody"},
        {"type": "hand", "action": "give"},
        {"type": "hand", "action": "seize"},
    ],
)
async def test_a_wrong_hand_is_refused_and_the_room_goes_on(
    running: Product, alice: httpx2.AsyncClient, frame: dict[str, Any]
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        await say(room, {**frame, "ref": 7})
        assert (await hear(room, "error"))["message"]
        await say(room, {"type": "ping"})
        await hear(room, "pong")


async def hear_fact(line: ClientConnection, kind: str) -> None:
    while kind not in {event["fact"]["type"] for event in (await hear(line, "events"))["events"]}:
        pass


async def me(running: Product, client: httpx2.AsyncClient, session: str) -> dict[str, Any]:
    """As the others see this user."""
    async with socket(running, client, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        told: dict[str, Any] = (await hear(line, "watchers"))["watchers"][0]
        return told
