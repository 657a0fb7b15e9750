"""Which running sessions the newest page of the history follows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection

from signaling.clock import SystemClock
from signaling.domain.records import Centre
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.test_driving import sue
from tests.app.test_wire import alice, hear, running, say, socket, started
from tests.e2e.stage import Product

__all__ = ["alice", "running", "sue"]  # fixtures


@asynccontextmanager
async def regulator_elsewhere(made: Product) -> AsyncIterator[tuple[Centre, httpx2.AsyncClient]]:
    """Another centre, which the demonstration's supervisor looks after too, and its regulator's browser."""
    store = SqlStore(f"sqlite:///{next(made.data.rglob('*.db'))}", SystemClock())
    [demo] = await store.centres()
    [supervisor] = [one for one in await store.users(demo.id) if one.role == "supervisor"]
    centre = cast.centre("SAMU 75")
    regulator = cast.user("Charlie", centre)
    there = replace(supervisor, id=cast.user("Eve", centre).id, centre=centre.id)
    await store.add_centre(centre)
    await store.add_user(regulator, cast.person(regulator))
    await store.add_user(there)
    async with httpx2.AsyncClient(base_url=made.origin, headers={"Origin": made.origin}) as browser:
        form = {"email": regulator.email, "password": cast.PASSWORD, "next": "/"}
        assert (await browser.post("/login", data=form)).headers["location"] == "/"
        yield centre, browser
    await store.close()


async def until(line: ClientConnection, wanted: set[str]) -> None:
    """The line tells that these sessions run, and no other."""
    while {one["id"] for one in (await hear(line, "running"))["sessions"]} != wanted:
        pass


async def test_a_list_of_several_centres_follows_all_that_it_shows_and_nothing_else(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    async with (
        regulator_elsewhere(running) as (centre, charlie),
        socket(running, sue, "/ws/console") as every,
        socket(running, sue, "/ws/console") as one,
        socket(running, sue, "/ws/console") as own,
        socket(running, sue, "/ws/console") as forged,
        socket(running, alice, "/ws/console") as foreign,
    ):
        for line, asked in (
            (every, {"centre": ""}), (one, {"centre": centre.id}), (own, {}), (forged, {"centre": "none"}),
            (foreign, {"centre": centre.id}),
        ):  # fmt: skip
            await say(line, {"type": "watch", **asked})
        for line in (every, one, own):
            await until(line, set())
        here = await started(alice)
        await until(every, {here})
        there = await started(charlie)
        await until(every, {here, there})
        await until(one, {there})
        await until(own, {here})
        for line in (forged, foreign):
            await say(line, {"type": "ping"})
            assert json.loads(await line.recv())["type"] == "pong"
