"""What was acknowledged stays, whatever dies; what dies takes nothing else with it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from signaling.domain import facts
from signaling.domain.errors import Unavailable
from signaling.domain.records import Session
from signaling.ports import Change, Store
from signaling.store.schema import upgrade
from signaling.store.sql import SqlStore
from tests import cast, servers
from tests.cast import Clock

WRITERS = 3
ACKNOWLEDGED = 40  # by each of them, at least
ASKED = Change(facts=(facts.CameraAsked(participant="p"),))


@pytest.fixture
async def session(store: Store) -> Session:
    new = cast.session()
    await store.start(new, Change())
    return new


async def write_until_killed(database_url: str, session: Session) -> list[int]:
    """The versions that a process printed before it was killed in full flight."""
    argv = (sys.executable, "-m", "tests.contract.writer", database_url, session.centre, session.id)
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(ACKNOWLEDGED)]
    process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return [int(line) for line in lines if line.endswith(b"\n")]


async def test_kill_9_of_writing_processes_loses_nothing_that_was_acknowledged(
    store: Store, database_url: str, session: Session
) -> None:
    written = await asyncio.gather(*(write_until_killed(database_url, session) for _ in range(WRITERS)))
    acknowledged = {version for versions in written for version in versions}

    kept = [event.version for event in await store.events(session.centre, session.id, 0)]
    assert acknowledged <= set(kept)
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) - len(acknowledged) <= WRITERS  # committed, and killed before it could say so
    assert (await store.room(session.centre, session.id)).session.version == len(kept)


async def test_after_a_crash_the_next_process_goes_on(
    store: Store, database_url: str, session: Session
) -> None:
    await write_until_killed(database_url, session)
    before = len(await store.events(session.centre, session.id, 0))
    (event,) = await store.change(session.centre, session.id, lambda room: ASKED)
    assert event.version == before + 1


async def test_a_change_that_is_cancelled_happens_wholly_or_not_at_all(
    store: Store, session: Session
) -> None:
    """A phone hangs up while its request is being written: the store goes on for the others."""
    for steps in range(0, 120, 3):  # of the event loop, from before the first statement to after the last
        change = asyncio.create_task(store.change(session.centre, session.id, lambda room: ASKED))
        look = asyncio.create_task(store.details(session.centre, session.id))
        for _ in range(steps):
            await asyncio.sleep(0)
        change.cancel()
        look.cancel()
        await asyncio.wait([change, look])
        async with asyncio.timeout(5):
            await store.change(session.centre, session.id, lambda room: ASKED)

    found = await store.details(session.centre, session.id)  # one moment: the last one may still be written
    assert [event.version for event in found.events] == list(range(1, len(found.events) + 1))
    assert found.room.session.version == len(found.events)
    assert 40 < len(found.events) <= 80


@pytest.fixture
async def own_postgres() -> AsyncIterator[servers.PostgresServer]:
    with servers.postgres_server() as server:
        yield server


async def test_a_database_that_goes_away_is_unavailable_until_it_is_back(
    own_postgres: servers.PostgresServer,
) -> None:
    database_url = own_postgres.url(own_postgres.create_database())
    await asyncio.to_thread(upgrade, database_url)
    store = SqlStore(database_url, Clock())
    await cast.settle(store)
    session = cast.session()
    await store.start(session, ASKED)

    own_postgres.stop()
    with pytest.raises(Unavailable):
        await store.room(session.centre, session.id)
    with pytest.raises(Unavailable):
        await store.change(session.centre, session.id, lambda room: ASKED)
    own_postgres.start()

    (event,) = await store.change(session.centre, session.id, lambda room: ASKED)
    assert event.version == 2
    await store.close()
