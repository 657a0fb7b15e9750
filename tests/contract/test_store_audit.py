"""The audit's chains in a real database: without a gap whoever writes, and never changed."""

from __future__ import annotations

import asyncio
import sys

import pytest
from sqlalchemy import text

from signaling.domain.audit import Audited, Head, Sought, due, verify
from signaling.domain.errors import VisioError
from signaling.domain.room import Change
from signaling.ports import Store
from signaling.store.database import Database
from tests import cast
from tests.cast import ALICE, BOB, NOW, SAMU_54, SAMU_75

WRITERS = 4
EACH = 125  # with two centres: 1,000 entries
VIEWED = Audited(SAMU_54.id, ALICE.id, "history.viewed")


async def writer(database_url: str, *, count: int, killed_after: int | None = None) -> list[int]:
    """The numbers that a process printed, which was killed in full flight when `killed_after` says so."""
    argv = (sys.executable, "-m", "tests.contract.auditor", database_url, SAMU_54.id, SAMU_75.id, str(count))
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    lines = []
    if killed_after is not None:
        lines = [await process.stdout.readline() for _ in range(killed_after)]
        process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    assert await process.wait() == (0 if killed_after is None else -9)
    return [int(line) for line in lines if line.endswith(b"\n")]


async def test_a_thousand_entries_of_several_processes_make_two_chains_without_a_gap(
    store: Store, database_url: str
) -> None:
    written = await asyncio.gather(*(writer(database_url, count=EACH) for _ in range(WRITERS)))
    assert sorted(number for numbers in written for number in numbers) == list(range(1, WRITERS * EACH + 1))
    heads = await store.audit_heads()
    assert {head.centre: head.number for head in heads} == dict.fromkeys((SAMU_54.id, SAMU_75.id), 500)
    for head in heads:
        assert verify(await store.audit_entries(head.centre, 0, 1_000), [head]) is None


async def test_kill_9_of_writers_leaves_a_whole_chain_with_all_that_was_acknowledged(
    store: Store, database_url: str
) -> None:
    killed = (writer(database_url, count=100_000, killed_after=20) for _ in range(2))
    acknowledged = {number for numbers in await asyncio.gather(*killed) for number in numbers}
    await writer(database_url, count=5)  # the next process goes on
    entries = await store.audit_entries(SAMU_54.id, 0, 10_000)
    assert acknowledged <= {entry.number for entry in entries}
    assert verify(entries) is None


async def test_a_line_that_waits_goes_with_its_change_and_is_settled_once(store: Store) -> None:
    session = cast.session()
    taken = Audited(SAMU_54.id, ALICE.id, "session.joined", session.id)
    await store.start(session, Change(records=(due(taken, session.id, NOW),)))
    first, second = await asyncio.gather(store.settle_audit(), store.settle_audit())
    [entry] = [*first, *second]
    assert (entry.number, entry.at, entry.subject) == (1, NOW, session.id)
    assert await store.settle_audit() == ()


async def test_a_line_goes_when_its_change_is_undone(store: Store) -> None:
    session = cast.session(started_by="0" * 32)
    taken = Audited(SAMU_54.id, ALICE.id, "session.joined", session.id)
    with pytest.raises(VisioError):
        await store.start(session, Change(records=(due(taken, session.id, NOW),)))
    assert await store.settle_audit() == ()


async def test_a_page_is_what_was_asked_for(store: Store) -> None:
    done = (
        VIEWED,
        Audited(SAMU_54.id, BOB.id, "login.ended"),
        VIEWED,
        Audited(SAMU_75.id, "", "login.ended"),
    )
    await store.append_audit([due(one, "", NOW + number) for number, one in enumerate(done, 1)])

    async def numbers(sought: Sought, limit: int = 10) -> list[int]:
        return [entry.number for entry in await store.audit_page(SAMU_54.id, sought, limit)]

    assert await numbers(Sought()) == [3, 2, 1]
    assert await numbers(Sought(actor=BOB.id)) == [2]
    assert await numbers(Sought(action="history.viewed")) == [3, 1]
    assert await numbers(Sought(since=NOW + 2, until=NOW + 3)) == [2]
    assert await numbers(Sought(before=3), 1) == [2]
    assert await numbers(Sought(after=1), 1) == [2]
    assert await store.audit_heads() == sorted(await store.audit_heads(), key=lambda head: head.centre)
    assert [type(head) for head in await store.audit_heads()] == [Head, Head]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = ''", "DELETE FROM audit", "TRUNCATE audit"])
async def test_the_database_itself_refuses_to_change_an_entry(
    store: Store, database_url: str, statement: str
) -> None:
    await store.append_audit([due(VIEWED, "", NOW)])
    database = Database(database_url)
    if database.file is not None:
        statement = statement.replace("TRUNCATE audit", "DELETE FROM audit WHERE number = 1")
    try:
        with pytest.raises(VisioError):
            await database.write(lambda connection: connection.execute(text(statement)))
    finally:
        await database.close()
    assert len(await store.audit_entries(SAMU_54.id, 0, 10)) == 1
