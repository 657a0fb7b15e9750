"""Sessions that run, sessions that were, and everything that one of them left behind."""

from __future__ import annotations

from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.ids import new_id
from signaling.domain.records import Session, User
from signaling.ports import Change, Details, Listed, Room, Store
from tests import cast
from tests.cast import ALICE, BOB, CHARLIE, MINUTE, NOW, SAMU_54, SAMU_75


async def begun(store: Store, at: int = NOW, by: User = ALICE) -> Session:
    session = cast.session(by, at)
    await store.start(session, Change())
    return session


async def ended(store: Store, session: Session) -> None:
    end = Change(facts=(facts.SessionEnded(by=session.started_by),))
    await store.change(session.centre, session.id, lambda room: end)


async def test_the_running_sessions_of_a_centre_come_newest_first(store: Store) -> None:
    old = await begun(store, NOW - MINUTE)
    over = await begun(store, NOW)
    new = await begun(store, NOW + MINUTE, by=BOB)
    await begun(store, NOW, by=CHARLIE)
    await ended(store, over)
    assert list(await store.running(SAMU_54.id)) == [Listed(new, "Bob"), Listed(old, "Alice")]


async def test_200_running_sessions_are_listed(store: Store) -> None:
    sessions = [await begun(store, NOW + n) for n in range(203)]
    listed = [row.session for row in await store.running(SAMU_54.id)]
    assert listed == sessions[:2:-1]


async def test_the_page_of_a_session_shows_all_that_it_left(store: Store) -> None:
    session = cast.session()
    invitation = cast.invitation(session)
    message = cast.message(invitation)
    phone = cast.caller(invitation)
    capture = cast.capture(session, by=BOB)
    position = cast.position(phone)
    document = cast.document(phone)
    await begun(store)  # another session, which must not show up
    records = (document, position, capture, phone, message, invitation)
    happened = (
        facts.SessionStarted(by=ALICE.id),
        facts.CommandSent(command="c", participant=phone.id, by=BOB.id, name="torch", value=True),
        facts.PositionAddressed(position=position.id, address="Place Stanislas, Nancy", source="BAN"),
        facts.MessageFailed(message=message.id, reason="30006", permanent=True),
    )
    events = await store.start(session, Change(records=records, facts=happened))

    failed = replace(message, state="failed", reason="30006", next_try_at=None)
    assert await store.details(SAMU_54.id, session.id) == Details(
        room=Room(replace(session, version=4), (invitation,), (phone,), (failed,)),
        regulator="Alice",
        users={ALICE.id: "Alice", BOB.id: "Bob"},
        events=tuple(events),
        captures=(capture,),
        positions=(replace(position, address="Place Stanislas, Nancy", source="BAN"),),
        messages=(failed,),
        documents=(document,),
    )
    assert await store.capture(SAMU_54.id, capture.id) == capture


async def test_rows_of_a_session_come_oldest_first(store: Store) -> None:
    session = await begun(store)
    invitations = tuple(cast.invitation(session, id=new_id(NOW + n)) for n in range(5))
    await store.change(SAMU_54.id, session.id, lambda room: Change(records=invitations[::-1]))
    assert (await store.room(SAMU_54.id, session.id)).invitations == invitations


async def test_the_sweeper_finds_old_open_sessions_of_all_centres(store: Store) -> None:
    old = await begun(store, NOW - 2)
    older = await begun(store, NOW - 3, by=CHARLIE)
    over = await begun(store, NOW - 4)
    await ended(store, over)
    await begun(store, NOW - 1)
    found = await store.stale(NOW - 1)
    assert list(found) == [(SAMU_75.id, older.id), (SAMU_54.id, old.id)]


async def test_the_sweeper_takes_100_at_a_time(store: Store) -> None:
    sessions = [await begun(store, NOW - MINUTE + n) for n in range(102)]
    assert list(await store.stale(NOW)) == [(SAMU_54.id, session.id) for session in sessions[:100]]
