"""The wall: who sees which running session, how it stands, and help for who regulates it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from media.relay import EmbeddedRelay
from signaling import conversation_wall
from signaling.conversation_wall import WallDesk
from signaling.domain.errors import NotFound
from signaling.domain.facts import SessionStarted
from signaling.domain.records import User
from signaling.domain.room import Change
from signaling.line import Close
from signaling.service.assistance import Assistance
from signaling.service.machinery import Machinery
from signaling.service.oversight import Oversight
from signaling.service.wall import Wall
from tests import cast
from tests.app.office import Office
from tests.app.test_driving import answer, room_of, sue
from tests.app.test_oversight import also_in_paris, visitor
from tests.app.test_wire import alice, hear, running, say, socket, started
from tests.cast import ALICE, CHARLIE, SAMU_75
from tests.e2e.stage import PASSWORD, Product
from tests.trail import trail

__all__ = ["alice", "running", "sue"]  # fixtures


async def tile_of(wall: ClientConnection, session: str, **wanted: Any) -> dict[str, Any]:
    """The session's, once it is so."""
    while True:
        for tile in (await hear(wall, "wall"))["tiles"]:
            if tile["id"] == session and {name: tile.get(name) for name in wanted} == wanted:
                return dict(tile)


async def said(room: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        for event in (await hear(room, "events"))["events"]:
            if event["fact"]["type"] == kind:
                return dict(event["fact"])


async def test_a_call_for_help_and_its_answer_go_from_the_room_to_the_wall_and_back(
    running: Product, alice: httpx2.AsyncClient, sue: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with socket(running, sue, "/ws/console") as wall, room_of(running, alice, session) as room:
        await say(wall, {"type": "follow_wall"})
        tile = await tile_of(wall, session)
        assert (tile["state"], tile["alerts"], tile["address"]) == ("waiting", [], "06 12 34 56 78")
        assert (await answer(room, {"type": "ask_help", "asked": True}))["type"] == "ok"
        assert (await tile_of(wall, session, alerts=["help"]))["regulator"] == "Dr Démo Régulation"

        help_ = {"type": "send_help", "centre": tile["centre"], "session": session}
        assert (await answer(wall, {**help_, "text": "  Le SMUR \n part "}))["type"] == "ok"
        words = await said(room, "help.sent")
        assert (words["name"], words["text"]) == ("Démo Supervision", "Le SMUR part")
        await tile_of(wall, session, helped=False)
        assert (await answer(room, {"type": "see_help", "help": words["help"]}))["type"] == "ok"
        await tile_of(wall, session, helped=True)
        assert (await answer(room, {"type": "ask_help", "asked": False}))["type"] == "ok"
        await tile_of(wall, session, alerts=[])

        for wrong in ("", "   ", "x" * 301, "bell \a"):
            assert (await answer(wall, {**help_, "text": wrong}))["code"] == "bad_message"
        nowhere = {**help_, "centre": "0" * 32, "text": "x"}
        assert (await answer(wall, nowhere))["code"] == "not_found"
        assert (await answer(room, {"type": "see_help", "help": "0" * 32}))["code"] == "not_found"
        assert (await answer(room, {**help_, "text": "x"}))["code"] == "not_allowed"
    page = await sue.get(f"/history/{session}")
    assert "Dr Démo Régulation a demandé de l’aide" in page.text
    assert "Démo Supervision à la salle\u00a0: Le SMUR part" in page.text


async def test_a_regulator_has_the_wall_and_sends_no_help(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    async with socket(running, alice, "/ws/console") as wall:
        await say(wall, {"type": "follow_wall"})
        tile = await tile_of(wall, session)
        help_ = {"type": "send_help", "centre": tile["centre"], "session": session, "text": "x"}
        assert (await answer(wall, help_))["code"] == "not_allowed"
    page = await alice.get("/wall")
    assert page.status_code == 200
    still = await alice.get(f"/wall/{tile['centre']}/{session}/still.jpg")
    assert still.status_code == 503  # nothing is seen yet


async def test_an_administrator_has_no_wall_and_follows_no_session(
    running: Product, alice: httpx2.AsyncClient
) -> None:
    session = await started(alice)
    headers = {"Origin": running.origin, "Accept-Language": "fr"}
    async with httpx2.AsyncClient(base_url=running.origin, headers=headers) as admin:
        form = {"email": "admin@demo.test", "password": PASSWORD, "next": "/"}
        assert (await admin.post("/login", data=form)).status_code == 303
        assert (await admin.get("/wall")).status_code == 403
        for first in ({"type": "follow_wall"}, {"type": "watch"}, {"type": "join", "session": session}):
            async with socket(running, admin, "/ws/console") as line:
                await say(line, first)
                with pytest.raises(ConnectionClosed) as closed:
                    await line.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == Close.NO_SESSION


async def test_a_wall_closes_when_its_login_ends_elsewhere(running: Product, sue: httpx2.AsyncClient) -> None:
    async with socket(running, sue, "/ws/console") as wall:
        await say(wall, {"type": "follow_wall"})
        await hear(wall, "wall")
        await sue.post("/logout")
        await say(wall, {"type": "ping"})
        with pytest.raises(ConnectionClosed) as closed:
            await hear(wall, "pong")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == Close.NOT_SIGNED_IN


# ---------------------------------------------------------------- the service over the real store
class Counted:
    """A store that counts what it is asked."""

    def __init__(self, office: Office) -> None:
        self._store = office.store
        self.asked = Counter[str]()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def counted(*arguments: Any) -> Any:
            self.asked[name] += 1
            return await method(*arguments)

        return counted


async def begin(office: Office, by: User = ALICE) -> str:
    session = cast.session(by)
    await office.store.start(session, Change(facts=(SessionStarted(by=by.id),)))
    return session.id


def wall_of(office: Office, store: Any) -> Wall:
    relay = EmbeddedRelay(addresses=("127.0.0.1",))
    return Wall(store, relay, office.clock, Oversight(office.store), trail(office.store, office.clock))


async def test_fifty_pages_ask_the_store_once_a_second_and_only_for_what_is_new(office: Office) -> None:
    for _ in range(3):
        await begin(office)
    store = Counted(office)
    wall = wall_of(office, store)
    centres = await wall.centres(visitor())
    for _ in range(2):
        pages = await asyncio.gather(*(wall.tiles(centres) for _ in range(50)))
        assert {len(tiles) for tiles in pages} == {3}
    assert store.asked == {"running": 1, "events": 3}
    office.clock.advance(1_000)
    await asyncio.gather(*(wall.tiles(centres) for _ in range(50)))
    assert store.asked == {"running": 2, "events": 3}


async def test_a_supervisor_sees_all_their_centres_and_nobody_a_foreign_one(office: Office) -> None:
    ours, theirs = await begin(office), await begin(office, CHARLIE)
    wall = wall_of(office, office.store)

    async def seen(who: Any) -> set[str]:
        return {one.tile.listed.session.id for one in await wall.tiles(await wall.centres(who))}

    assert await seen(visitor()) == {ours}
    with pytest.raises(NotFound):
        await wall.still(visitor(), SAMU_75.id, theirs)
    await also_in_paris(office, "supervisor")
    office.clock.advance(1_000)
    assert await seen(visitor()) == {ours, theirs}
    assert await seen(replace(visitor(), role="regulator")) == {ours}
    with pytest.raises(NotFound):  # a session of one centre under the name of another
        await wall.still(visitor(), SAMU_75.id, ours)


# ---------------------------------------------------------------- one page
class Page:
    """A socket that keeps what it is told."""

    def __init__(self) -> None:
        self.frames: list[Any] = []

    async def send(self, frame: Any) -> None:
        self.frames.append(frame)


async def test_a_page_is_told_once_a_second_at_most_and_nothing_while_nothing_changes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, turns, enough = Page(), 0, asyncio.Event()
    told_after: list[int] = []

    async def second(seconds: float) -> None:
        """In the place of the pause between two looks: the clock goes on, and things happen."""
        nonlocal turns
        assert seconds == 1.0
        turns += 1
        told_after.append(len(page.frames))
        office.clock.advance(1_000)
        if turns in (2, 3):
            for _ in range(5):
                await begin(office)
        if turns == 6:
            enough.set()
            await asyncio.Event().wait()

    async def missing() -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(conversation_wall, "pause", second)
    relay = EmbeddedRelay(addresses=("127.0.0.1",))
    machinery = Machinery(office.store, relay, office.clock, ("store",), missing)
    assistance = Assistance(office.store, office.journal, office.clock, Oversight(office.store))
    desk = WallDesk(wall_of(office, office.store), assistance, machinery, office.clock)
    showing = asyncio.create_task(desk.show(page, visitor()))  # type: ignore[arg-type]
    await enough.wait()
    showing.cancel()
    assert told_after == [1, 1, 2, 3, 3, 3]
    assert [len(frame.tiles) for frame in page.frames] == [0, 5, 10]
