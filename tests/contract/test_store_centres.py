"""Charlie, of SAMU 75, meets nothing of SAMU 54, by any method that names a centre."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import pytest

from signaling.domain import facts
from signaling.domain.addresses import parse
from signaling.domain.audit import Audited, Sought, due
from signaling.domain.errors import NotFound
from signaling.domain.ids import Secrets
from signaling.domain.phone_test import PhoneTest, Report, invite, taken
from signaling.domain.records import CentreKey
from signaling.domain.search import Search
from signaling.ports import Change, Listed, Store
from tests import cast
from tests.cast import ALICE, CHARLIE, SAMU_54, SAMU_75


class World(NamedTuple):
    """A session of SAMU 54 with a capture, a document and an upload in it, a phone test that SAMU 54 sent and
    that was taken, and a session of SAMU 75."""

    session: str
    capture: str
    document: str
    upload: str
    recording: str
    test: PhoneTest
    own: Listed


Attempt = Callable[[Store, World], Awaitable[Any]]
MINE: Final = SAMU_75.id
THEIRS: Final = "+33698765432"
KEY: Final = CentreKey(id="a" * 32, centre=SAMU_54.id, wrapped="sealed", master="mark", created_at=cast.NOW)
END: Final = Change(facts=(facts.SessionEnded(by=CHARLIE.id),))


async def forget_phone_tests(store: Store, world: World) -> Any:
    """Returns what the other centre has afterwards."""
    await store.forget_phone_tests_with(MINE, cast.PHONE)
    return await store.phone_tests_with(SAMU_54.id, cast.PHONE)


async def found(store: Store, world: World) -> Any:
    return [one.session for one in await store.search((MINE,), Search(), 100)]


REFUSED: Final[dict[str, Attempt]] = {
    "change": lambda store, world: store.change(MINE, world.session, lambda room: END),
    "room": lambda store, world: store.room(MINE, world.session),
    "events": lambda store, world: store.events(MINE, world.session, 0),
    "details": lambda store, world: store.details(MINE, world.session),
    "capture": lambda store, world: store.capture(MINE, world.capture),
    "document": lambda store, world: store.document(MINE, world.document),
    "recording": lambda store, world: store.recording(MINE, world.recording),
    "upload": lambda store, world: store.upload(MINE, world.upload),
    "phone_test_of_code": lambda store, world: store.phone_test_of_code(MINE, world.test.code),
    "clear": lambda store, world: store.clear(MINE, world.session, ("sessions",)),
    "change_phone_test": lambda store, world: store.change_phone_test(MINE, world.test.id, lambda row: row),
    "user": lambda store, world: store.user(MINE, ALICE.id),
    "change_user": lambda store, world: store.change_user(MINE, ALICE.id, lambda row: row),
    "centre": lambda store, world: store.centre(world.session),
    "change_centre": lambda store, world: store.change_centre(world.session, lambda row: row),
    "change_centre_key": lambda store, world: store.change_centre_key(MINE, KEY.id, lambda row: row),
}
ONLY_OWN: Final[dict[str, tuple[Attempt, Callable[[World], list[Any]]]]] = {
    "running": (lambda store, world: store.running(MINE), lambda world: [world.own]),
    "search": (found, lambda world: [world.own.session]),
    "users": (lambda store, world: store.users(MINE), lambda world: [CHARLIE]),
    "documents": (lambda store, world: store.documents(MINE, world.session), lambda world: []),
    "uploads": (lambda store, world: store.uploads(MINE, world.session), lambda world: []),
    "phone_tests": (lambda store, world: store.phone_tests(MINE, 100), lambda world: []),
    "overdue": (lambda store, world: store.overdue(MINE, "sessions", cast.NOW + 1, 9), lambda world: []),
    "recordings": (lambda store, world: store.recordings(MINE, world.session), lambda world: []),
    "quality": (lambda store, world: store.quality(MINE, world.session), lambda world: []),
    "sessions_with": (lambda store, world: store.sessions_with(MINE, THEIRS), lambda world: []),
    "phone_tests_with": (lambda store, world: store.phone_tests_with(MINE, cast.PHONE), lambda world: []),
    "forget_phone_tests_with": (forget_phone_tests, lambda world: [world.test]),
    "audit_entries": (lambda store, world: store.audit_entries(MINE, 0, 100), lambda world: []),
    "centre_keys": (lambda store, world: store.centre_keys(MINE), lambda world: []),
    "audit_page": (lambda store, world: store.audit_page(MINE, Sought(), 100), lambda world: []),
}


@pytest.fixture
async def world(store: Store) -> World:
    theirs = cast.session(ALICE, address=THEIRS)
    invitation = cast.invitation(theirs)
    phone = cast.caller(invitation)
    capture, document, upload = cast.capture(theirs), cast.document(phone), cast.upload(phone)
    film = cast.recording(phone)
    records = (invitation, phone, capture, document, upload, film)
    await store.start(theirs, Change(records=records, facts=(facts.SessionStarted(by=ALICE.id),)))
    sent = invite(SAMU_54.id, ALICE.id, parse("06 12 34 56 78"), "AAAAAA", Secrets(b"k" * 32), cast.NOW)
    test = taken(sent, Report(cameras=1, camera="granted", socket="open"), "", cast.NOW)
    await store.add_phone_test(test)
    await store.append_audit([due(Audited(SAMU_54.id, ALICE.id, "history.viewed"), "", cast.NOW)])
    await store.add_centre_key(KEY)
    own = cast.session(CHARLIE)
    await store.start(own, Change())
    return World(theirs.id, capture.id, document.id, upload.id, film.id, test, Listed(own, "Charlie"))


def test_every_method_that_names_a_centre_is_tried() -> None:
    methods = inspect.getmembers(Store, inspect.isfunction)
    naming = {
        name
        for name, method in methods
        for parameter in inspect.signature(method).parameters.values()
        if (parameter.name, parameter.annotation) in (("centre", "str"), ("centres", "tuple[str, ...]"))
    }
    assert naming == set(REFUSED) | set(ONLY_OWN)


@pytest.mark.parametrize("method", REFUSED)
async def test_what_belongs_to_another_centre_is_not_found(store: Store, world: World, method: str) -> None:
    with pytest.raises(NotFound):
        await REFUSED[method](store, world)
    untouched = await store.room(SAMU_54.id, world.session)
    assert (untouched.session.version, untouched.session.ended_at) == (1, None)


@pytest.mark.parametrize("method", ONLY_OWN)
async def test_a_list_holds_only_what_belongs_to_the_centre(store: Store, world: World, method: str) -> None:
    attempt, own = ONLY_OWN[method]
    assert list(await attempt(store, world)) == own(world)


async def test_a_page_of_the_history_begins_at_no_foreign_session(store: Store, world: World) -> None:
    foreign = (await store.search((SAMU_54.id,), Search(), 1))[0].place
    for page in (Search(before=foreign), Search(after=foreign), Search(before=2**63 - 1)):
        assert {one.session for one in await store.search((MINE,), page, 100)} <= {world.own.session}


async def test_no_row_mixes_two_centres(store: Store, world: World) -> None:
    """Not even by a fault of ours: the database itself refuses."""
    invitation = cast.invitation(cast.session(CHARLIE, id=world.own.session.id))
    foreign = cast.caller(invitation, role="regulator", user=ALICE.id)
    with pytest.raises(NotFound):
        await store.change(MINE, world.own.session.id, lambda room: Change(records=(invitation, foreign)))
