"""Messages that wait are handed out once, and again when whoever took them died."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.backoff import LONGEST
from signaling.domain.errors import NotFound
from signaling.domain.ids import new_id
from signaling.domain.records import Message
from signaling.ports import CarrierCount, Change, Store
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import MINUTE, NOW, SAMU_54, Clock

LEASE = NOW + MINUTE


async def queued(store: Store, *due: int | None) -> list[Message]:
    """One message for each time, all of one session."""
    session = cast.session()
    invitation = cast.invitation(session)
    messages = [cast.message(invitation, next_try_at=at) for at in due]
    await store.start(session, Change(records=(invitation, *messages)))
    return messages


async def test_a_message_that_is_due_is_leased(store: Store) -> None:
    (message,) = await queued(store, NOW)
    leased = replace(message, next_try_at=LEASE)
    assert list(await store.due_messages(NOW, 10, LEASE)) == [leased]
    assert await store.message(message.id) == leased


async def test_a_leased_message_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    (message,) = await queued(store, NOW)
    await store.due_messages(NOW, 10, LEASE)
    assert list(await store.due_messages(LEASE - 1, 10, LEASE + MINUTE)) == []
    again = await store.due_messages(LEASE, 10, LEASE + MINUTE)
    assert [leased.id for leased in again] == [message.id]


async def test_a_message_whose_time_has_not_come_or_that_is_done_stays(store: Store) -> None:
    await queued(store, NOW + 1, None)
    assert list(await store.due_messages(NOW, 10, LEASE)) == []


async def test_what_was_planned_before_the_clock_went_back_waits_no_longer_than_any_other(
    store: Store,
) -> None:
    await queued(store, NOW + LONGEST)
    assert list(await store.due_messages(NOW, 10, LEASE)) == []
    [message] = await store.due_messages(NOW - 1, 10, LEASE)
    assert message.next_try_at == LEASE


async def test_the_longest_due_are_taken_first_and_no_more_than_asked(store: Store) -> None:
    late, later, latest = await queued(store, NOW - 1, NOW - 2, NOW - 3)
    taken = await store.due_messages(NOW, 2, LEASE)
    assert {message.id for message in taken} == {latest.id, later.id}
    assert [message.id for message in await store.due_messages(NOW, 2, LEASE)] == [late.id]


async def test_processes_that_ask_at_once_get_different_messages(
    store: Store, database_url: str, clock: Clock
) -> None:
    messages = await queued(store, *[NOW] * 40)
    other = SqlStore(database_url, clock)
    taken = await asyncio.gather(
        *(process.due_messages(NOW, 5, LEASE) for _ in range(6) for process in (store, other))
    )
    await other.close()
    rest = await store.due_messages(NOW, 40, LEASE)
    ids = [message.id for batch in (*taken, rest) for message in batch]
    assert sorted(ids) == sorted(message.id for message in messages)


async def test_a_message_that_was_taken_by_the_carrier_is_not_sent_again(store: Store) -> None:
    (message,) = await queued(store, NOW)
    accepted = facts.MessageAccepted(message=message.id)
    tried = replace(message, tries=1, provider_ref="SM1")
    change = Change(updates=(tried,), facts=(accepted,))
    await store.change(SAMU_54.id, message.session, lambda room: change)
    assert await store.message(message.id) == replace(tried, state="accepted", next_try_at=None)
    assert list(await store.due_messages(NOW + MINUTE, 10, LEASE)) == []


async def test_a_message_that_failed_is_tried_again_when_it_says_so(store: Store) -> None:
    (message,) = await queued(store, NOW)
    failed = facts.MessageFailed(message=message.id, reason="timeout", permanent=False, retry_at=NOW + 5)
    await store.change(SAMU_54.id, message.session, lambda room: Change(facts=(failed,)))
    assert list(await store.due_messages(NOW + 4, 10, LEASE)) == []
    (again,) = await store.due_messages(NOW + 5, 10, LEASE)
    assert (again.id, again.state, again.reason) == (message.id, "failed", "timeout")


async def test_an_unknown_message_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.message("unknown")


async def test_messages_of_a_while_are_counted_by_carrier_and_fate(store: Store) -> None:
    session = cast.session()
    link = cast.invitation(session)
    old, young = new_id(NOW - 1), NOW
    fates = (("twilio", "delivered"), ("twilio", "delivered"), ("twilio", "failed"), ("ovh", "accepted"))
    messages = [
        cast.message(link, id=new_id(young), provider=provider, state=state) for provider, state in fates
    ]
    records = (link, cast.message(link, id=old, provider="ovh", state="failed"), *messages)
    await store.start(session, Change(records=records))
    assert list(await store.carriers(young)) == [
        CarrierCount("ovh", accepted=1),
        CarrierCount("twilio", delivered=2, failed=1),
    ]
    assert list(await store.carriers(young + 1)) == []
