"""Past meetings found again, on both databases: by what is remembered, page by page, not after erasure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from signaling.domain import facts
from signaling.domain.records import Session
from signaling.domain.room import Change, Room
from signaling.domain.search import By, Search, understand
from signaling.service.history import Findable
from signaling.store import full_text
from signaling.store.database import Database
from signaling.store.schema import upgrade
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import ALICE, BOB, CHARLIE, MINUTE, NOW, SAMU_54, SAMU_75, Clock

KEY = b"s" * 32


@pytest.fixture(params=[full_text._NEAR, 1], ids=["near", "beyond"])
async def store(
    database_url: str, clock: Clock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SqlStore]:
    """As other tests have it, with a key that another object may have too. `beyond`: PostgreSQL finds nothing
    but the newest meeting without its words, and looks through two before all."""
    monkeypatch.setattr(full_text, "_RARE", 0)
    monkeypatch.setattr(full_text, "_NEAR", request.param)
    monkeypatch.setattr(full_text, "_NEARER", 2 * request.param)
    opened = SqlStore(database_url, clock, KEY)
    await opened.open()
    await cast.settle(opened)
    yield opened
    await opened.close()


async def ids(store: SqlStore, search: Search | str, centre: str = SAMU_54.id) -> list[str]:
    people = {ALICE.id: "Alice", BOB.id: "Bob"}
    asked = understand(search, people, NOW, UTC) if isinstance(search, str) else search
    return [one.session.id for one in await store.search((centre,), asked, 100)]


async def told(store: SqlStore, address: str = "+33698765432", **fields: object) -> Session:
    """A session of Alice's in Lunéville, with a note."""
    session = cast.session(ALICE, NOW - MINUTE, address=address)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation)
    place = cast.position(phone)
    happened = (
        facts.SessionStarted(by=ALICE.id),
        facts.PictureFirst(participant=phone.id),
        facts.PositionAddressed(position=place.id, address="3 rue de Thiaville, Lunéville", source="BAN"),
    )
    await store.start(session, Change(records=(invitation, phone, place), facts=happened))
    texts = replace(session, note="Brûlure au bras", reference="2026-DR-0815", **fields)
    await store.change(SAMU_54.id, session.id, lambda room: Change(updates=(_with(room, texts),)))
    return session


def _with(room: Room, texts: Session) -> Session:
    return replace(room.session, note=texts.note, reference=texts.reference)


async def test_a_meeting_is_found_by_whatever_is_remembered_and_by_nothing_else(store: SqlStore) -> None:
    await store.start(cast.session(BOB, NOW - 2 * 86_400_000, address="+33611111111"), Change())
    wanted = await told(store)
    for typed in (
        "06 98 76 54 32", "+33698765432", "0698", "7654", "87 65", "32", "432", "9876543",
        "brul",
        "0815", "brûlure bras", "2026-dr", "luneville", "Thiaville", "alice", "Ali brulure", "18/11",
        "18/11 11h", "10:50",
    ):  # fmt: skip
        assert await ids(store, typed) == [wanted.id], typed
        assert await ids(store, typed, SAMU_75.id) == []
    for typed in ("0699", "33", "765", "brulures", "lunevi toul", "bob bras", "17/11", "zzz"):
        assert await ids(store, typed) == [], typed


async def test_filters_hold_with_words_and_without(store: SqlStore) -> None:
    wanted = await told(store)
    other = cast.session(BOB, NOW)
    await store.start(other, Change(facts=(facts.SessionMarked(by=BOB.id, debrief=True),)))
    for search, found in (
        (Search(ending="picture"), wanted),
        (Search(ending="never_opened"), other),
        (Search(regulator=ALICE.id), wanted),
        (Search(debrief=True), other),
        (Search(until=NOW), wanted),
        (Search(since=NOW, until=NOW + 1), other),
    ):
        assert await ids(store, search) == [found.id]
        who = ((By(ALICE.id), By(BOB.id)),)
        assert await ids(store, replace(search, terms=who)) == [found.id]
    assert await ids(store, Search(since=NOW + 1, until=NOW - 1)) == []
    end = Change(facts=(facts.SessionEnded(by=BOB.id),))
    await store.change(SAMU_54.id, other.id, lambda room: end)
    for terms in ((), ((By(ALICE.id), By(BOB.id)),)):
        assert await ids(store, Search(running=True, terms=terms)) == [wanted.id]
        assert await ids(store, Search(running=False, terms=terms)) == [other.id]


@pytest.mark.parametrize("terms", [(), ((By(ALICE.id),),)])
async def test_pages_go_both_ways_and_neither_repeat_nor_skip(store: SqlStore, terms: tuple[()]) -> None:
    """While calls come in, and although several began in the same ms."""
    sessions = [cast.session(at=NOW + n // 3) for n in range(10)]
    for session in sessions:
        await store.start(session, Change())
    everything = [one.session.id for one in await store.search((SAMU_54.id,), Search(terms=terms), 100)]
    assert sorted(everything, reverse=True) == everything
    down, before = [], None
    while page := await store.search((SAMU_54.id,), Search(terms=terms, before=before), 3):
        down.append([one.session.id for one in page])
        before = page[-1].place
        await store.start(cast.session(at=NOW + MINUTE), Change())
    assert [id_ for page in down for id_ in page] == everything
    back = await store.search((SAMU_54.id,), Search(terms=terms, after=page_above(before)), 3)
    assert [one.session.id for one in back] == everything[-3:]


def page_above(before: int | None) -> int:
    """From just below the oldest."""
    assert before is not None
    return before - 1


@pytest.mark.parametrize("going", [("sessions",), ("addresses", "positions")])
async def test_what_is_erased_is_found_by_nothing_of_it(
    store: SqlStore, database_url: str, going: tuple[str, ...]
) -> None:
    wanted = await told(store)
    end = Change(facts=(facts.SessionEnded(by=ALICE.id),))
    await store.change(SAMU_54.id, wanted.id, lambda room: end)
    await store.clear(SAMU_54.id, wanted.id, going)  # type: ignore[arg-type]
    gone = ["0698765432", "0698", "32", "luneville", "thiaville"]
    for typed in (*gone, "brulure", "0815") if going == ("sessions",) else gone:
        assert await ids(store, typed) == []
    assert await ids(store, Search(ending="picture", regulator=ALICE.id)) == [wanted.id]
    database = Database(database_url)
    query = text("SELECT words FROM meeting WHERE session = :session")
    row = await database.read(lambda connection: connection.execute(query, {"session": wanted.id}))
    words = row.scalar_one().split()
    texts = ("2026", "dr", "0815", "brulure", "au", "bras")
    await database.close()
    assert [word for word in words if word[:2] in ("#w", "#p", "#s")] == []
    assert len(words) == (5 if going == ("sessions",) else 5 + len(texts))


async def test_what_another_key_made_findable_is_made_so_anew(
    store: SqlStore, database_url: str, clock: Clock
) -> None:
    wanted = await told(store)
    await store.close()
    other = SqlStore(database_url, clock, b"t" * 32)
    assert await ids(other, "0698765432") == []
    assert await ids(other, "brulure") == [wanted.id]
    await Findable(other).run()
    assert await ids(other, "0698765432") == [wanted.id]
    assert await other.index("", 100) is None
    await other.close()


async def test_sessions_from_before_are_listed_at_once_and_found_later(
    request: pytest.FixtureRequest, postgres_url: str, tmp_path: object, clock: Clock
) -> None:
    for url in (f"sqlite:///{tmp_path}/old.db", postgres_url):
        await asyncio.to_thread(upgrade, url, "0007")
        await _old_session(url)
        await asyncio.to_thread(upgrade, url)
        store = SqlStore(url, clock, KEY)
        listed = await store.search(("c",), Search(), 10)
        assert [(one.session.id, one.ending) for one in listed] == [("0" * 32, "refused")]
        assert await ids(store, "dyspnee", "c") == []
        await Findable(store).run()
        assert await ids(store, "dyspnee", "c") == await ids(store, "4455", "c") == ["0" * 32]
        await store.close()


async def _old_session(url: str) -> None:
    database = Database(url)
    for row in (
        "centre (id, centre, name, created_at) VALUES ('c', 'c', 'SAMU 54', 1)",
        """person (id, centre, email, name, password_hash, created_at, phone, totp, totp_step, terms)
        VALUES ('u', '', 'a@x', 'Alice', '', 1, '', '', 0, '')""",
        """user_account (id, centre, person, email, name, role, created_at)
        VALUES ('u', 'c', 'u', 'a@x', 'Alice', 'regulator', 1)""",
        f"""session (id, centre, version, started_by, started_at, address, channel, rung, refused, note)
        VALUES ('{"0" * 32}', 'c', 0, 'u', 7, '+33611445566', 'sms', 'asked', true, 'Dyspnée')""",
    ):
        await _insert(database, row)
    await database.close()


async def test_the_other_centre_finds_its_own_only(store: SqlStore) -> None:
    await told(store)
    own = cast.session(CHARLIE, NOW, address="+33698765432")
    await store.start(own, Change())
    for search in ("0698765432", "5432", Search(), Search(running=True), Search(ending="never_opened")):
        assert await ids(store, search, SAMU_75.id) == [own.id]
    assert await ids(store, Search(regulator=ALICE.id), SAMU_75.id) == []


async def _insert(database: Database, row: str) -> None:
    await database.write(lambda connection: connection.execute(text(f"INSERT INTO {row}")))
