"""What is no longer to be kept is found and deleted; the timeline stays."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import NotFound
from signaling.domain.ids import new_id
from signaling.domain.records import Centre, Record, Upload
from signaling.ports import Change, Store
from tests import cast
from tests.cast import ALICE, NOW, SAMU_54, Clock

DAY = 24 * 60 * cast.MINUTE


async def ended_session(store: Store, clock: Clock, ended_at: int | None) -> list[Record]:
    """A session with a capture, a document and an upload; what is to go with it."""
    session = cast.session(ALICE)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation)
    upload = Upload(
        id=new_id(NOW), centre=session.centre, session=session.id, participant=phone.id, kind="photo",
        created_at=NOW, name="photo.jpg", media_type="image/jpeg", size=1, sha256="0" * 64, finished_at=NOW,
    )  # fmt: skip
    files = [cast.capture(session), cast.document(phone), upload]
    await store.start(session, Change(records=(invitation, phone, *files)))
    if ended_at is not None:
        clock.at = ended_at
        end = Change(facts=(facts.SessionEnded(by=ALICE.id),))
        await store.change(session.centre, session.id, lambda _: end)
    return files


async def test_what_belongs_to_sessions_that_ended_before_is_outdated(store: Store, clock: Clock) -> None:
    old = await ended_session(store, clock, NOW)
    await ended_session(store, clock, NOW + DAY)
    await ended_session(store, clock, None)
    assert await store.outdated(NOW, 100) == []
    assert await store.outdated(NOW + 1, 100) == old
    assert await store.outdated(NOW + 1, 2) == old[:2]


async def test_what_is_forgotten_is_gone_and_the_timeline_stays(store: Store, clock: Clock) -> None:
    [capture, document, upload] = await ended_session(store, clock, NOW)
    kept = await ended_session(store, clock, NOW + DAY)
    await store.forget([capture, document, upload])
    await store.forget([capture])
    details = await store.details(SAMU_54.id, capture.session)  # type: ignore[attr-defined]
    assert (details.captures, details.documents) == ((), ())
    assert [event.fact for event in details.events] == [facts.SessionEnded(by=ALICE.id)]
    with pytest.raises(NotFound):
        await store.capture(SAMU_54.id, capture.id)
    assert await store.outdated(NOW + 2 * DAY, 100) == kept


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
