"""What a phone measures, from its socket to the page of the meeting, in the running product."""

from __future__ import annotations

import httpx2

from tests.app.test_wire import alice, hear, link_of, phone_of, running, say, socket, started
from tests.e2e.stage import Product

__all__ = ["alice", "running"]  # fixtures

MEASURED = {"bitrate": 1234.0, "frames": 25.0, "width": 1280, "height": 720, "loss": 0.02, "round_trip": 80.0}


async def test_what_a_phone_measured_is_kept_also_when_the_product_stops_at_once(
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
        await hear(room, "events")
        await say(line, {"type": "quality", **MEASURED})
        await hear(room, "quality")
        running.stop()
    running.start()
    page = (await alice.get(f"/history/{session}", headers={"Accept-Language": "fr"})).text
    table = page.partition('class="chart-rows"')[2].partition("</table>")[0]
    assert [one in table for one in ("1\u202f234</td>", "2\u00a0%</td>", "25</td>", "80</td>")] == [True] * 4
