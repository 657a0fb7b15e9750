"""Files on their way and documents: every database keeps them with their session, and for its centre only."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import BadInput, NotFound
from signaling.domain.records import Participant, Session
from signaling.domain.room import Change
from signaling.ports import Store
from tests import cast
from tests.cast import ALICE, CHARLIE, NOW, SAMU_54, SAMU_75


async def call(store: Store, by: Any = ALICE) -> tuple[Session, Participant]:
    """A session with a phone in it."""
    session = cast.session(by)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation)
    await store.start(session, Change(records=(invitation, phone)))
    return session, phone


async def keep(store: Store, *records: Any) -> None:
    change = Change(records=records)
    await store.change(records[0].centre, records[0].session, lambda _: change)


async def test_an_upload_is_found_by_its_centre_only(store: Store) -> None:
    _, phone = await call(store)
    row = cast.upload(phone, command="shot-1")
    await keep(store, row)
    assert await store.upload(SAMU_54.id, row.id) == row
    with pytest.raises(NotFound):
        await store.upload(SAMU_75.id, row.id)


async def test_the_uploads_of_a_session_come_oldest_first_and_without_those_of_others(store: Store) -> None:
    session, phone = await call(store)
    _, other = await call(store)
    second, first = cast.upload(phone, NOW + 1), cast.upload(phone, NOW)
    await keep(store, second, first)
    await keep(store, cast.upload(other))
    assert await store.uploads(SAMU_54.id, session.id) == (first, second)
    assert await store.uploads(SAMU_75.id, session.id) == ()


async def test_an_id_that_was_used_before_is_refused_whatever_the_centre(store: Store) -> None:
    _, phone = await call(store)
    _, other = await call(store, CHARLIE)
    row = cast.upload(phone)
    await keep(store, row)
    with pytest.raises(BadInput):
        await keep(store, cast.upload(other, id=row.id))


async def test_only_files_that_never_ended_are_stale(store: Store) -> None:
    session, phone = await call(store)
    _, other = await call(store, CHARLIE)
    old, ended, new, theirs = (
        cast.upload(phone),
        cast.upload(phone),
        cast.upload(phone, NOW + 9),
        cast.upload(other, NOW + 1),
    )
    await keep(store, old, ended, new)
    await keep(store, theirs)
    change = Change(updates=(replace(ended, finished_at=NOW + 5),))
    await store.change(SAMU_54.id, session.id, lambda _: change)
    assert await store.stale_uploads(NOW + 9) == (old, theirs)


async def test_a_photo_of_a_phone_is_a_capture_that_nobody_took(store: Store) -> None:
    session, phone = await call(store)
    row = replace(cast.capture(session), taken_by=None, participant=phone.id)
    await keep(store, row)
    assert await store.capture(SAMU_54.id, row.id) == row


async def test_documents_are_listed_oldest_first_and_found_by_their_centre_only(store: Store) -> None:
    session, phone = await call(store)
    first = cast.document(phone)
    second = cast.document(phone, id=f"{NOW + 1:012x}{'0' * 20}")
    fact = facts.DocumentStored(
        document=first.id, participant=phone.id, media_type=first.media_type, size=first.size
    )
    await store.change(SAMU_54.id, session.id, lambda _: Change(records=(second, first), facts=(fact,)))
    assert await store.documents(SAMU_54.id, session.id) == (first, second)
    assert await store.document(SAMU_54.id, first.id) == first
    with pytest.raises(NotFound):
        await store.document(SAMU_75.id, first.id)
