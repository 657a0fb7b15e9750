"""What is no longer to be kept is found and deleted; what is held stays; the timeline stays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import pytest
from msgspec.structs import replace
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain import facts
from signaling.domain.audit import Audited, due
from signaling.domain.errors import NotAllowed, NotFound
from signaling.domain.ids import new_id
from signaling.domain.policy import DataClass
from signaling.domain.records import Centre, Handover, Recording, Session
from signaling.ports import Change, Store
from signaling.store.database import Database
from signaling.store.tables import metadata
from tests import cast
from tests.cast import ALICE, NOW, PHONE, SAMU_54, Clock

DAY: Final = 24 * 60 * cast.MINUTE
CLASSES: Final[tuple[DataClass, ...]] = ("captures", "photos", "documents", "recordings", "positions")
CANARIES: Final = (PHONE, "CANARI", "48.7654", "6.1234", "Safari 18", "cookie-mark")


class Made(NamedTuple):
    id: str
    files: list[str]


async def session_of(store: Store, clock: Clock, ended_at: int | None = NOW) -> Made:
    """One that holds something of every class, each with a canary in it."""
    session = cast.session(ALICE, note="CANARI note", reference="CANARI file")
    invitation = cast.invitation(session)
    guest = cast.invitation(session, guest="watch", name="CANARI guest")
    phone = cast.caller(invitation)
    taken, photo = cast.capture(session), cast.capture(session, participant=phone.id)
    document, upload = cast.document(phone, name="CANARI.pdf"), cast.upload(phone, name="CANARI.jpg")
    film = Recording(
        id=new_id(NOW), centre=SAMU_54.id, session=session.id, participant=phone.id, started_at=NOW,
        ended_at=NOW, media_type="video/webm", size=9,
    )  # fmt: skip
    asks = Handover(
        id=new_id(NOW), centre=SAMU_54.id, session=session.id, invitation=invitation.id,
        mark_hash="cookie-mark", browser="Safari 18", language="fr", created_at=NOW,
    )  # fmt: skip
    place = cast.position(phone, latitude=48.7654, longitude=6.1234)
    told = (
        facts.InvitationCreated(invitation=invitation.id, channel="sms", to_hint="CANARI 78", line="mobile"),
        facts.LinkClaimed(
            invitation=invitation.id, participant=phone.id, browser="Safari 18, iOS", language="fr"
        ),
        facts.CommandSent(
            command="c", participant=phone.id, by=ALICE.id, name="message", value="CANARI text"
        ),
        facts.PositionFixed(
            position=place.id, participant=phone.id, latitude=48.7654, longitude=6.1234, accuracy=9.0
        ),
        facts.PositionAddressed(position=place.id, address="CANARI street", source="ban"),
    )
    rows = (invitation, guest, phone, taken, photo, document, upload, film, asks, place)
    await store.start(session, Change(records=(*rows, cast.message(invitation)), facts=told))
    if ended_at is not None:
        clock.at = ended_at
        end = Change(facts=(facts.SessionEnded(by=ALICE.id),))
        await store.change(session.centre, session.id, lambda _: end)
    kept = f"{upload.created_at:012x}{upload.id[12:]}"
    files = [taken.id, photo.id, document.id, film.id, f"{upload.id}.part", kept]
    return Made(session.id, sorted(files))


async def hold(store: Store, session: str, held: bool) -> None:
    await store.change(SAMU_54.id, session, lambda room: Change(updates=(replace(room.session, held=held),)))


async def _rows_of(table: Table, connection: AsyncConnection) -> list[Any]:
    return [tuple(row) for row in await connection.execute(select(table))]


async def dump(database_url: str) -> str:
    """All rows of all tables."""
    database = Database(database_url)
    try:
        return repr([await database.read(partial(_rows_of, table)) for table in metadata.sorted_tables])
    finally:
        await database.close()


# ---------------------------------------------------------------- by class
@pytest.mark.parametrize("data_class", [*CLASSES, "addresses", "sessions"])
async def test_each_class_goes_by_itself_and_only_once(
    store: Store, clock: Clock, data_class: DataClass
) -> None:
    old = await session_of(store, clock)
    await session_of(store, clock, NOW + DAY)
    await session_of(store, clock, None)
    assert await store.overdue(SAMU_54.id, data_class, NOW, 10) == []
    assert await store.overdue(SAMU_54.id, data_class, NOW + 1, 10) == [old.id]
    before = {one: await store.overdue(SAMU_54.id, one, NOW + 1, 10) for one in CLASSES}
    rows, _ = await store.clear(SAMU_54.id, old.id, (data_class,))
    assert rows > 0
    assert await store.overdue(SAMU_54.id, data_class, NOW + 1, 10) == []
    if data_class != "sessions":
        after = {one: await store.overdue(SAMU_54.id, one, NOW + 1, 10) for one in CLASSES}
        assert after == before | {data_class: []} if data_class in CLASSES else after == before
    assert len(await store.overdue(SAMU_54.id, data_class, NOW + DAY + 1, 10)) == 1


async def test_what_is_held_stays_until_it_is_let_go(store: Store, clock: Clock) -> None:
    made = await session_of(store, clock)
    await hold(store, made.id, held=True)
    assert await store.overdue(SAMU_54.id, "captures", NOW + DAY, 10) == []
    with pytest.raises(NotAllowed, match="held"):
        await store.clear(SAMU_54.id, made.id, ("captures",))
    assert await store.stale_uploads(NOW + DAY) == ()  # not even half a file
    assert len((await store.details(SAMU_54.id, made.id)).captures) == 2
    await hold(store, made.id, held=False)
    assert (await store.clear(SAMU_54.id, made.id, ("captures",)))[1] == 1


# ---------------------------------------------------------------- the whole of a session
async def test_an_erased_session_leaves_its_figures_and_nothing_of_its_people(
    store: Store, clock: Clock, database_url: str
) -> None:
    made = await session_of(store, clock)
    before = await store.events(SAMU_54.id, made.id, 0)
    full = await dump(database_url)
    assert [canary for canary in CANARIES if canary not in full] == []
    line = due(Audited(SAMU_54.id, ALICE.id, "session.erased", made.id), made.id, NOW)
    _, files = await store.clear(SAMU_54.id, made.id, ("sessions",), line)
    assert files == 4  # an upload is no file of its own
    left = await dump(database_url)
    assert [canary for canary in CANARIES if canary in left] == []
    after = await store.events(SAMU_54.id, made.id, 0)
    assert [(one.version, one.at, type(one.fact)) for one in after] == [
        (one.version, one.at, type(one.fact)) for one in before
    ]
    session = (await store.room(SAMU_54.id, made.id)).session
    assert (session.erased_at, session.ended_at, session.version) == (clock.at, NOW, 6)
    assert sorted(one.name for one in await store.removals(100)) == made.files
    assert [one.action for one in await store.settle_audit()] == ["session.erased"]
    assert await store.clear(SAMU_54.id, made.id, ("sessions",), line) == (0, 0)


async def test_nothing_is_added_to_an_erased_session(store: Store, clock: Clock) -> None:
    made = await session_of(store, clock)
    await store.clear(SAMU_54.id, made.id, ("sessions",))

    def note(session: Session) -> Change:
        return Change(updates=(replace(session, note="again"),))

    with pytest.raises(NotAllowed, match="erased"):
        await store.change(SAMU_54.id, made.id, lambda room: note(room.session))
    assert await store.change(SAMU_54.id, made.id, lambda room: Change()) == ()


async def test_a_session_that_goes_on_is_not_erased(store: Store, clock: Clock) -> None:
    made = await session_of(store, clock, None)
    with pytest.raises(NotAllowed, match="running"):
        await store.clear(SAMU_54.id, made.id, ("sessions",))
    assert len((await store.details(SAMU_54.id, made.id)).captures) == 2


async def test_files_wait_to_be_removed_until_they_are(store: Store, clock: Clock) -> None:
    made = await session_of(store, clock)
    await store.clear(SAMU_54.id, made.id, ("captures", "documents"))
    first = await store.removals(1)
    await store.removed(first)
    [second] = await store.removals(10)
    assert {first[0].name, second.name} <= set(made.files)


# ---------------------------------------------------------------- one caller
async def test_a_caller_is_found_by_any_address_that_was_written_to(store: Store, clock: Clock) -> None:
    made = await session_of(store, clock)
    as_guest = cast.session(ALICE, address="+33600000001")
    await store.start(as_guest, Change(records=(cast.invitation(as_guest, address=PHONE),)))
    other = cast.session(ALICE, address="+33600000001")
    await store.start(other, Change())
    found = await store.sessions_with(SAMU_54.id, PHONE)
    assert {one.id for one in found} == {made.id, as_guest.id}


# ---------------------------------------------------------------- one process at a time
async def test_a_duty_is_one_process_s_until_its_time_is_over(store: Store, clock: Clock) -> None:
    assert await store.take_duty("sweep", "a", NOW + 10)
    assert not await store.take_duty("sweep", "b", NOW + 10)
    assert await store.take_duty("other", "b", NOW + 10)
    assert await store.take_duty("sweep", "a", NOW + 20)  # renewed
    clock.at = NOW + 19
    assert not await store.take_duty("sweep", "b", NOW + 30)
    clock.at = NOW + 20  # whoever had it was killed
    assert await store.take_duty("sweep", "b", NOW + 30)
    assert not await store.take_duty("sweep", "a", NOW + 40)


async def test_of_many_that_ask_at_once_one_has_the_duty(store: Store) -> None:
    async def asked(number: int) -> bool:
        return await store.take_duty("sweep", f"holder-{number}", NOW + 10)

    answers: Sequence[bool] = await asyncio.gather(*map(asked, range(12)))
    assert sum(answers) == 1


# ---------------------------------------------------------------- centres
async def test_a_centre_is_changed_and_keeps_its_id(store: Store) -> None:
    def with_number(centre: Centre) -> Centre:
        return replace(centre, phone="03 83 85 85 85")

    changed = await store.change_centre(SAMU_54.id, with_number)
    assert changed.phone == "03 83 85 85 85"
    assert await store.centre(SAMU_54.id) == changed
    with pytest.raises(NotFound):
        await store.change_centre("0" * 32, with_number)
    with pytest.raises(ValueError, match="keeps its id"):
        await store.change_centre(SAMU_54.id, lambda centre: replace(centre, id="other"))
