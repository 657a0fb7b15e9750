"""A session, its rows and its events change together or not at all, one change after the other."""

from __future__ import annotations

import asyncio
import math

import pytest
from msgspec.structs import replace

from signaling.domain import facts, joining
from signaling.domain.errors import BadInput, LinkUnusable, NotFound
from signaling.domain.facts import Event
from signaling.domain.ids import fingerprint
from signaling.domain.records import Session
from signaling.ports import Change, Room, Store
from tests import cast
from tests.cast import ALICE, CHARLIE, MINUTE, NOW, SAMU_54, Clock


async def begun(store: Store, *happened: facts.AnyFact) -> Session:
    """A session that Alice has started."""
    session = cast.session()
    await store.start(session, Change(facts=(facts.SessionStarted(by=ALICE.id), *happened)))
    return session


async def now_of(store: Store, session: Session) -> Session:
    return (await store.room(session.centre, session.id)).session


# ---------------------------------------------------------------- beginning
async def test_a_session_begins_with_its_rows_and_its_events(store: Store) -> None:
    session = cast.session()
    invitation = cast.invitation(session)
    message = cast.message(invitation)
    started = facts.SessionStarted(by=ALICE.id)
    queued = facts.MessageQueued(
        message=message.id, invitation=invitation.id, channel="sms", provider="outbox"
    )

    events = await store.start(session, Change(records=(message, invitation), facts=(started, queued)))

    assert list(events) == [Event(1, NOW, started), Event(2, NOW, queued)]
    assert await store.events(session.centre, session.id, 0) == events
    room = await store.room(session.centre, session.id)
    assert room == Room(replace(session, version=2, rung="queued"), (invitation,), (), (message,))


async def test_a_session_without_a_fact_stays_at_version_0(store: Store) -> None:
    session = cast.session()
    assert list(await store.start(session, Change())) == []
    assert await now_of(store, session) == session


async def test_a_session_begins_once(store: Store) -> None:
    session = await begun(store)
    with pytest.raises(BadInput):
        await store.start(session, Change())
    assert (await now_of(store, session)).version == 1


async def test_a_session_needs_a_user_of_its_own_centre(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.start(cast.session(started_by="nobody"), Change())
    with pytest.raises(NotFound):
        await store.start(cast.session(started_by=CHARLIE.id), Change())


async def test_a_session_does_not_begin_in_the_middle(store: Store) -> None:
    with pytest.raises(ValueError, match="version 0"):
        await store.start(cast.session(version=3), Change())


async def test_the_session_learns_nothing_of_its_caller_from_what_becomes_of_a_guest(store: Store) -> None:
    session = await begun(store)
    guest = cast.invitation(session, guest="camera")
    message, phone = cast.message(guest), cast.caller(guest)
    invited = Change(
        records=(guest, message),
        facts=(
            facts.MessageQueued(message=message.id, invitation=guest.id, channel="sms", provider="outbox"),
        ),
    )
    joined = Change(
        records=(phone,),
        facts=(
            facts.GuestJoined(invitation=guest.id, participant=phone.id, role="camera", browser=""),
            facts.CameraRefused(participant=phone.id, reason="denied"),
            facts.PictureFirst(participant=phone.id),
        ),
    )
    await store.change(SAMU_54.id, session.id, lambda room: invited)
    await store.change(SAMU_54.id, session.id, lambda room: joined)
    found = await now_of(store, session)
    assert (found.rung, found.refused, found.first_picture_at, found.version) == ("", False, None, 5)


# ---------------------------------------------------------------- changing
async def test_an_event_carries_the_version_it_made_and_the_time_of_the_clock(
    store: Store, clock: Clock
) -> None:
    session = await begun(store)
    clock.advance(MINUTE)
    asked = facts.CameraAsked(participant="p")
    events = await store.change(session.centre, session.id, lambda room: Change(facts=(asked,)))
    assert list(events) == [Event(2, NOW + MINUTE, asked)]
    assert (await now_of(store, session)).version == 2


async def test_a_decision_sees_what_the_one_before_it_made(store: Store) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    await store.change(session.centre, session.id, lambda room: Change(records=(invitation,)))

    def decide(room: Room) -> Change:
        assert room == Room(replace(session, version=1), (invitation,), (), ())
        return Change(facts=(facts.LinkOpened(invitation=room.invitations[0].id),))

    assert len(await store.change(session.centre, session.id, decide)) == 1


async def test_a_decision_of_nothing_makes_nothing(store: Store) -> None:
    session = await begun(store)
    assert list(await store.change(session.centre, session.id, lambda room: Change())) == []
    assert (await now_of(store, session)).version == 1


async def test_rows_without_a_fact_make_no_event(store: Store) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    change = Change(records=(invitation,))
    assert list(await store.change(session.centre, session.id, lambda room: change)) == []
    room = await store.room(session.centre, session.id)
    assert room.invitations == (invitation,)
    assert room.session.version == 1


async def test_a_decision_that_raises_leaves_nothing(store: Store) -> None:
    session = await begun(store)

    def decide(room: Room) -> Change:
        raise LinkUnusable("claimed")

    with pytest.raises(LinkUnusable):
        await store.change(session.centre, session.id, decide)
    assert len(await store.events(session.centre, session.id, 0)) == 1


async def test_a_change_that_fails_half_way_leaves_nothing(store: Store) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    change = Change(
        records=(invitation,),
        facts=(facts.CameraAsked(participant="p"), facts.MessageDelivered(message="unknown")),
    )
    with pytest.raises(NotFound):
        await store.change(session.centre, session.id, lambda room: change)
    room = await store.room(session.centre, session.id)
    assert room == Room(replace(session, version=1), (), (), ())
    assert len(await store.events(session.centre, session.id, 0)) == 1


async def test_a_row_is_replaced_by_the_one_with_the_same_id(store: Store) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation)
    await store.change(session.centre, session.id, lambda room: Change(records=(phone, invitation)))
    reloaded = replace(phone, page="b", epoch=1, revision=7)
    renewed = replace(invitation, code_hash=fingerprint("222222"), code_salt=1)
    await store.change(session.centre, session.id, lambda room: Change(updates=(reloaded, renewed)))
    room = await store.room(session.centre, session.id)
    assert room.participants == (reloaded,)
    assert room.invitations == (renewed,)


async def test_a_row_that_is_not_there_is_not_replaced(store: Store) -> None:
    session = await begun(store)
    change = Change(updates=(cast.invitation(session),))
    with pytest.raises(NotFound):
        await store.change(session.centre, session.id, lambda room: change)


async def test_the_sessions_own_row_is_replaced_but_for_its_version(store: Store) -> None:
    session = await begun(store)
    moved = replace(session, address="+33698765432", version=99)
    asked = facts.CameraAsked(participant="p")
    await store.change(session.centre, session.id, lambda room: Change(updates=(moved,), facts=(asked,)))
    assert await now_of(store, session) == replace(moved, version=2, rung="asked")
    await store.change(session.centre, session.id, lambda room: Change(updates=(session,)))
    assert await now_of(store, session) == replace(session, version=2)


async def test_a_decision_about_one_session_writes_into_no_other(store: Store) -> None:
    mine, other = await begun(store), await begun(store)
    for change in (
        Change(records=(cast.invitation(other),)),
        Change(updates=(other,)),
        Change(records=(replace(cast.invitation(mine), centre=CHARLIE.centre),)),
        Change(records=(ALICE,)),
    ):
        with pytest.raises(ValueError, match="of another session"):
            await store.change(mine.centre, mine.id, lambda room, change=change: change)  # type: ignore[misc]


async def test_an_intent_is_used_once_a_session(store: Store) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    first = cast.message(invitation, intent="click 1")
    await store.change(session.centre, session.id, lambda room: Change(records=(invitation, first)))
    again = cast.message(invitation, intent="click 1")
    with pytest.raises(BadInput):
        await store.change(session.centre, session.id, lambda room: Change(records=(again,)))
    assert (await store.room(session.centre, session.id)).messages == (first,)


# ---------------------------------------------------------------- garbage
async def test_a_fact_that_could_not_be_read_back_is_refused(store: Store) -> None:
    session = await begun(store)
    for nonsense in (math.nan, math.inf):
        fix = facts.PositionFixed(
            position="x", participant="p", latitude=nonsense, longitude=6.18, accuracy=10.0
        )
        with pytest.raises(BadInput):
            await store.change(session.centre, session.id, lambda room, fix=fix: Change(facts=(fix,)))  # type: ignore[misc]
    assert len(await store.events(session.centre, session.id, 0)) == 1


@pytest.mark.parametrize("browser", ["Safari\0", "Safari \ud800"])
async def test_text_that_no_database_keeps_is_bad_input(store: Store, browser: str) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation, browser=browser)
    with pytest.raises(BadInput):
        await store.change(session.centre, session.id, lambda room: Change(records=(invitation, phone)))
    assert (await store.room(session.centre, session.id)).participants == ()


@pytest.mark.parametrize("id_", ["", "x", "x\0", "\ud800", "' OR 1=1 --", "é" * 10_000])
async def test_a_made_up_id_finds_nothing(store: Store, id_: str) -> None:
    await begun(store)
    with pytest.raises((NotFound, BadInput)):
        await store.room(SAMU_54.id, id_)


async def test_a_number_beyond_64_bits_is_bad_input(store: Store) -> None:
    session = await begun(store)
    with pytest.raises(BadInput):
        await store.events(session.centre, session.id, 2**70)


async def test_every_letter_of_the_world_comes_back(store: Store) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation, browser="🚑 \u202eمتصفح\u202c 浏览器 “Ŝ” '; DROP TABLE session; --\n")
    await store.change(session.centre, session.id, lambda room: Change(records=(invitation, phone)))
    assert (await store.room(session.centre, session.id)).participants == (phone,)


# ---------------------------------------------------------------- events
async def test_a_reader_gets_what_follows_the_version_it_has(store: Store) -> None:
    session = await begun(store, *(facts.CameraAsked(participant=str(n)) for n in range(4)))
    events = await store.events(session.centre, session.id, 0)
    assert [event.version for event in events] == [1, 2, 3, 4, 5]
    assert await store.events(session.centre, session.id, 3) == events[3:]
    assert list(await store.events(session.centre, session.id, 5)) == []
    assert list(await store.events(session.centre, session.id, 99)) == []


# ---------------------------------------------------------------- many at once
async def test_of_50_phones_that_claim_a_link_exactly_one_gets_it(store: Store) -> None:
    session = await begun(store)
    invitation = cast.invitation(session)
    await store.change(session.centre, session.id, lambda room: Change(records=(invitation,)))
    phones = [cast.caller(invitation) for _ in range(50)]

    claims = await asyncio.gather(
        *(
            store.change(
                session.centre,
                session.id,
                lambda room, phone=phone: joining.claim(room, room.invitations[0], phone, NOW),  # type: ignore[misc]
            )
            for phone in phones
        ),
        return_exceptions=True,
    )

    winners = [claim for claim in claims if not isinstance(claim, BaseException)]
    losers = [claim for claim in claims if isinstance(claim, LinkUnusable)]
    assert (len(winners), len(losers)) == (1, 49)
    room = await store.room(session.centre, session.id)
    assert [phone.id for phone in room.participants] == [room.invitations[0].claimed_by]
    assert room.invitations[0].claimed_at == NOW


async def test_20_changes_at_once_make_versions_without_a_gap(store: Store) -> None:
    session = cast.session()
    await store.start(session, Change())
    changes = await asyncio.gather(
        *(
            store.change(
                session.centre,
                session.id,
                lambda room, n=n: Change(facts=(facts.CameraAsked(participant=str(n)),)),  # type: ignore[misc]
            )
            for n in range(20)
        )
    )
    made = sorted(event.version for events in changes for event in events)
    assert made == list(range(1, 21))
    kept = await store.events(session.centre, session.id, 0)
    assert [event.version for event in kept] == made
    assert (await now_of(store, session)).version == 20


async def test_changes_of_many_sessions_at_once_all_hold(store: Store) -> None:
    sessions = [await begun(store) for _ in range(10)]
    asked = Change(facts=(facts.CameraAsked(participant="p"),))
    await asyncio.gather(
        *(store.change(s.centre, s.id, lambda room: asked) for s in sessions for _ in range(5))
    )
    assert [(await now_of(store, s)).version for s in sessions] == [6] * 10
