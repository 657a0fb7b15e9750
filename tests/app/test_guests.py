"""Guests, as a signed-in regulator invites them on the room's socket and as their phones come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
from websockets.asyncio.client import ClientConnection

from tests.app.test_driving import answer, room_of
from tests.app.test_wire import alice, closed_with, hear, link_of, phone_of, running, say, socket, started
from tests.e2e.stage import Product

__all__ = ["alice", "running"]  # fixtures

DOCTOR = {
    "type": "invite_guest",
    "intent": "g-1",
    "to": "medecin@example.org",
    "role": "watch",
    "name": "Dr Petit",
}
CREW = {"type": "invite_guest", "intent": "g-2", "to": "+33612345679", "role": "camera", "name": "VSAV 1"}


@asynccontextmanager
async def line_of(running: Product, phone: httpx2.AsyncClient) -> AsyncIterator[ClientConnection]:
    async with socket(running, phone, "/ws/caller") as line:
        await say(line, {"type": "join", "page": "p" * 16})
        yield line


async def invited(running: Product, room: ClientConnection, frame: dict[str, Any]) -> dict[str, Any]:
    """The message that left for the guest."""
    assert (await answer(room, frame))["type"] == "ok"
    return running.until(
        "the guest is written to", lambda: [one for one in running.outbox() if one["to"] == frame["to"]]
    )[0]


async def known(running: Product, alice: httpx2.AsyncClient, session: str) -> list[dict[str, Any]]:
    """All guests, as a console that joins hears of them."""
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        guests: list[dict[str, Any]] = (await hear(line, "guests"))["guests"]
        return guests


async def test_a_guest_is_written_to_once_and_consoles_learn_the_name(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        left = await invited(running, room, DOCTOR)
        assert left["to"] == "medecin@example.org"
        assert urlsplit(left["link"]).path == "/g"
        assert "confidentielles" in left["body"]
        assert (await answer(room, DOCTOR))["type"] == "ok"  # the same click once more
    [guest] = await known(running, alice, session)
    assert (guest["name"], guest["address"]) == ("Dr Petit", "medecin@example.org")
    assert len([one for one in running.outbox() if one["to"] == "medecin@example.org"]) == 1


async def test_the_callers_page_does_not_know_the_link_of_a_guest_who_watches(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        left = await invited(running, room, {**DOCTOR, "to": "autre@example.org"})
    token = {"token": urlsplit(left["link"]).fragment}
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as phone:
        assert (await phone.post("/j/open", json=token)).json()["state"] == "unknown"
        refused = await phone.post("/j/claim", json=token)
        assert (refused.status_code, refused.json()["state"]) == (409, "unknown")


async def test_a_second_camera_that_is_removed_is_told_and_comes_back_no_more(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        left = await invited(running, room, CREW)
        async with (
            phone_of(running, await link_of(alice, session)) as own,
            phone_of(running, left["link"]) as crew,
            line_of(running, own) as callers,
            line_of(running, crew) as line,
        ):
            await hear(line, "welcome")
            [guest] = await known(running, alice, session)
            gone = {"type": "remove_guest", "invitation": guest["invitation"]}
            assert (await answer(room, gone))["type"] == "ok"
            await hear(line, "ended")
            assert await closed_with(line) == 4410
            async with line_of(running, crew) as again:
                assert await closed_with(again) == 4401
            token = {"token": urlsplit(left["link"]).fragment}
            assert (await crew.post("/j/open", json=token)).json()["state"] == "revoked"
            await say(callers, {"type": "ping"})
            await hear(callers, "pong")


async def test_sending_to_another_number_leaves_the_guests_link_alone(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        left = await invited(running, room, {**CREW, "to": "+33612345670"})
        other = {"type": "resend", "intent": "r-1", "to": "06 12 34 56 71"}
        assert (await answer(room, other))["type"] == "ok"
        assert (await link_of(alice, session)) != left["link"]
        async with phone_of(running, left["link"]) as crew, line_of(running, crew) as line:
            assert (await hear(line, "welcome"))["centre"]


async def test_what_cannot_be_is_refused_with_a_sentence_and_the_room_goes_on(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    refusals = [
        ({"to": "12"}, "bad_address"),
        ({"to": ""}, "bad_address"),
        ({"name": "x" * 61}, "bad_guest"),
        ({"role": "regulator"}, "bad_message"),
        ({"type": "remove_guest", "invitation": "nobody"}, "not_found"),
        ({"type": "resend_guest", "invitation": "nobody"}, "not_found"),
    ]
    async with room_of(running, alice, session) as room:
        for change, code in refusals:
            await say(room, {**DOCTOR, **change, "ref": 7})
            refused = await hear(room, "error")
            assert (refused["code"], bool(refused["message"])) == (code, True)
        assert (await answer(room, {**DOCTOR, "intent": "g-9"}))["type"] == "ok"
