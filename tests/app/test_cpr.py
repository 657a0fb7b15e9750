"""CPR on the wire: open to everybody in the room, refused with a sentence when it is nonsense or too late."""

from __future__ import annotations

import httpx2

from tests.app.test_driving import answer, room_of, sue
from tests.app.test_wire import alice, link_of, phone_of, running, started
from tests.e2e.stage import Product

__all__ = ["alice", "running", "sue"]  # fixtures


async def test_who_drives_the_phone_and_who_does_not_may_both_count(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with phone_of(running, await link_of(alice, session)), room_of(running, sue, session) as room:
        assert (await answer(room, {"type": "cpr", "state": "compressions"}))["type"] == "ok"
    async with room_of(running, alice, session) as room:
        assert (await answer(room, {"type": "cpr", "state": "pause"}))["type"] == "ok"


async def test_after_the_end_there_is_no_cpr(running: Product, alice: httpx2.AsyncClient) -> None:
    session = await started(alice)
    async with room_of(running, alice, session) as room:
        assert (await answer(room, {"type": "end"}))["type"] == "ok"
        refused = await answer(room, {"type": "cpr", "state": "compressions"})
        assert (refused["type"], refused["code"]) == ("error", "not_allowed")
        assert refused["message"]
