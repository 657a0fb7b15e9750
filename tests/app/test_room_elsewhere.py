"""A supervisor enters the room of another centre that they supervise, as that centre knows them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from msgspec.structs import replace

from signaling.clock import SystemClock
from signaling.domain.facts import SessionStarted
from signaling.domain.records import User
from signaling.domain.room import Change
from signaling.line import Close
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.test_driving import answer, room_of, sue
from tests.app.test_wire import closed_with, hear, running, say, socket
from tests.cast import CHARLIE, SAMU_75
from tests.e2e.stage import Product

__all__ = ["running", "sue"]  # fixtures


@pytest.fixture
async def store(running: Product) -> AsyncIterator[SqlStore]:
    """The product's own."""
    store = SqlStore(f"sqlite:///{running.data / 'visio.db'}", SystemClock())
    await store.open()
    await store.add_centre(SAMU_75)
    await store.add_user(CHARLIE, cast.person(CHARLIE))
    yield store
    await store.close()


async def begun(store: SqlStore) -> str:
    """In Paris."""
    session = cast.session(CHARLIE, SystemClock().now())
    made = Change(records=(cast.invitation(session),), facts=(SessionStarted(by=CHARLIE.id),))
    await store.start(session, made)
    return session.id


async def also_there(store: SqlStore) -> User:
    person = await store.person_by_email("superviseur@demo.test")
    there = cast.user(person.name, SAMU_75, person=person.id, email=person.email, role="supervisor")
    await store.add_user(there)
    return there


async def test_a_room_of_another_centre_is_entered_as_that_centre_knows_who_enters(
    running: Product, sue: httpx2.AsyncClient, store: SqlStore
) -> None:
    session, other = await begun(store), await begun(store)
    assert (await sue.get(f"/sessions/{session}")).status_code == 404
    async with socket(running, sue, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        assert await closed_with(line) == Close.NO_SESSION

    there = await also_there(store)
    page = await sue.get(f"/sessions/{session}")
    assert page.status_code == 200
    assert f'"me": "{there.id}"' in page.text
    assert (await sue.get(f"/sessions/{session}/documents.json")).json() == {"documents": []}
    async with room_of(running, sue, session) as line:
        assert (await answer(line, {"type": "end"}))["type"] == "ok"
    room = await store.room(SAMU_75.id, session)
    assert room.session.ended_at is not None
    assert there.id in {one.user for one in room.participants}

    async with room_of(running, sue, other) as line:
        await store.change_user(SAMU_75.id, there.id, lambda user: replace(user, disabled_at=1))
        assert await closed_with(line) == Close.NO_SESSION
    async with socket(running, sue, "/ws/console") as line:
        await say(line, {"type": "watch"})
        assert (await hear(line, "running"))["sessions"] == []
