"""The meetings of several centres found in one order, on both databases, and of no other centre."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.records import Session, User
from signaling.domain.room import Change
from signaling.domain.search import By, Digits, Search, Whole, Word
from signaling.ports import Store
from signaling.store import full_text
from tests import cast
from tests.cast import ALICE, CHARLIE, NOW, SAMU_54, SAMU_75

SAMU_13 = cast.centre("SAMU 13")
FANNY = cast.user("Fanny", SAMU_13)
BOTH = (SAMU_54.id, SAMU_75.id)
NUMBER = "+33698765432"
OURS = ((By(ALICE.id), By(CHARLIE.id)),)


@pytest.fixture(
    params=[
        (full_text._RARE, full_text._NEAR, full_text._FEW),
        (0, full_text._NEAR, full_text._FEW),
        (0, 0, full_text._FEW),
        (0, 0, 0),
    ],
    ids=["rare", "near", "by words", "by places"],
)
async def store(store: Store, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    """With a third centre, whose meetings nobody asks for. PostgreSQL finds words in four ways."""
    rare, near, few = request.param
    monkeypatch.setattr(full_text, "_RARE", rare)
    monkeypatch.setattr(full_text, "_NEAR", near)
    monkeypatch.setattr(full_text, "_NEARER", near)
    monkeypatch.setattr(full_text, "_FEW", few)
    await store.add_centre(SAMU_13)
    await store.add_user(FANNY, cast.person(FANNY))
    return store


async def begun(store: Store, by: User, at: int, *happened: facts.AnyFact, note: str = "") -> Session:
    session = cast.session(by, at, address=NUMBER)
    await store.start(session, Change(records=(cast.invitation(session),), facts=happened))
    if note:
        await store.change(
            by.centre, session.id, lambda room: Change(updates=(replace(room.session, note=note),))
        )
    return session


async def ids(store: Store, search: Search, centres: tuple[str, ...] = BOTH, limit: int = 100) -> list[str]:
    return [one.session.id for one in await store.search(centres, search, limit)]


async def test_each_search_finds_what_all_of_them_have_and_nothing_else(store: Store) -> None:
    nancy = await begun(store, ALICE, NOW, note="Brûlure au bras")
    marked = facts.SessionMarked(by=CHARLIE.id, debrief=True)
    paris = await begun(store, CHARLIE, NOW + 1, marked, note="Brûlure grave")
    ended = facts.SessionEnded(by=CHARLIE.id)
    over = await begun(store, CHARLIE, NOW + 2, facts.PictureFirst(participant="0" * 32), ended)
    await begun(store, FANNY, NOW + 3, replace(marked, by=FANNY.id), note="Brûlure au bras")
    for search, found in (
        (Search(), [over, paris, nancy]),
        (Search(terms=((Whole(NUMBER),),)), [over, paris, nancy]),
        (Search(terms=((Digits("9876"),),)), [over, paris, nancy]),
        (Search(terms=((Digits("069876"),), (Digits("32"),))), [over, paris, nancy]),
        (Search(terms=((Digits("0699"),),)), []),
        (Search(terms=((Word("brul", beginning=True),),)), [paris, nancy]),
        (Search(terms=((Word("brulure"),), (Word("bras"),))), [nancy]),
        (Search(terms=((Word("brulure"), By(CHARLIE.id)),)), [over, paris, nancy]),
        (Search(terms=((Digits("5432"),), (Word("grave"),))), [paris]),
        (Search(terms=((By(FANNY.id),),)), []),
    ):
        assert await ids(store, search) == [one.id for one in found], search
        # Others' newer meetings take no place of a page
        assert await ids(store, search, limit=1) == [one.id for one in found[:1]], search
    for search, found in (
        (Search(regulator=CHARLIE.id), [over, paris]),
        (Search(regulator=FANNY.id), []),
        (Search(ending="picture"), [over]),
        (Search(ending="never_opened"), [paris, nancy]),
        (Search(debrief=True), [paris]),
        (Search(running=True), [paris, nancy]),
        (Search(running=False), [over]),
        (Search(since=NOW + 1, until=NOW + 2), [paris]),
    ):
        for terms in ((), OURS):
            assert await ids(store, replace(search, terms=terms)) == [one.id for one in found], search


@pytest.mark.parametrize("search", [Search(), Search(terms=OURS), Search(ending="never_opened")])
async def test_pages_of_several_go_both_ways_and_neither_repeat_nor_skip(
    store: Store, search: Search
) -> None:
    """While calls come in everywhere, and although several began in the same ms."""
    for number in range(12):
        await begun(store, (ALICE, CHARLIE, FANNY)[number % 3], NOW + number // 5)
    everything = await ids(store, search)
    assert len(everything) == 8
    assert sorted(everything, reverse=True) == everything
    seen: list[str] = []
    before = None
    while page := await store.search(BOTH, replace(search, before=before), 3):
        seen += [one.session.id for one in page]
        before = page[-1].place
        await begun(store, CHARLIE, NOW + 1000)
    assert seen == everything
    assert before is not None
    back = await store.search(BOTH, replace(search, after=before), 3)
    assert [one.session.id for one in back] == everything[-4:-1]
    assert await ids(store, replace(search, after=back[0].place), limit=4) == everything[:4]


async def test_no_centre_has_no_meetings_and_neither_has_one_that_does_not_exist(store: Store) -> None:
    wanted = await begun(store, ALICE, NOW)
    for search in (Search(), Search(terms=((Digits("5432"),),))):
        assert await ids(store, search, ()) == []
        assert await ids(store, search, ("none",)) == []
        assert await ids(store, search, ("none", "' OR 1=1 --", SAMU_54.id)) == [wanted.id]
