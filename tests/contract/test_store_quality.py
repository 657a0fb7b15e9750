"""How good the pictures were, kept beside the calls and gone with erasure, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from signaling.domain.erasing import CLASSES
from signaling.domain.errors import Unavailable
from signaling.domain.facts import PictureFirst, SessionEnded
from signaling.domain.ids import new_id
from signaling.domain.quality import STRETCH, Measured, Quality, summary
from signaling.domain.records import Participant, Session
from signaling.domain.room import Change
from signaling.ports import Store
from signaling.service.figures import Figures
from signaling.service.quality import QualityKeeper
from tests import cast
from tests.cast import ALICE, CHARLIE, NOW, SAMU_54, SAMU_75, Clock

PARIS = ZoneInfo("Europe/Paris")


async def seen(store: Store, by: Any = ALICE, *, over: bool = False) -> tuple[Session, Participant]:
    """A session whose phone sends a picture."""
    session = cast.session(by)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation)
    picture = Change(records=(invitation, phone), facts=(PictureFirst(participant=phone.id),))
    await store.start(session, picture)
    if over:
        await end(store, session)
    return session, phone


async def end(store: Store, session: Session) -> None:
    over = Change(facts=(SessionEnded(by=ALICE.id),))
    await store.change(session.centre, session.id, lambda _: over)


def stretch(phone: Participant, bitrate: float, at: int = NOW, **measured: float) -> Quality:
    values = {"frames": 25.0, "loss": 0.01, **measured}
    return Quality(
        id=new_id(at),
        centre=phone.centre,
        session=phone.session,
        participant=phone.id,
        at=at,
        bitrate=bitrate,
        **values,
    )


async def test_a_session_keeps_its_own_stretches_in_order(store: Store) -> None:
    session, phone = await seen(store)
    _, other = await seen(store, CHARLIE)
    later, first = stretch(phone, 900, NOW + STRETCH, round_trip=40), stretch(phone, 700)
    await store.add_quality([later, stretch(other, 1), first])
    assert await store.quality(SAMU_54.id, session.id) == (first, later)
    assert await store.quality(SAMU_75.id, session.id) == ()


async def test_erasure_leaves_none_and_what_comes_afterwards_is_let_go(store: Store) -> None:
    session, phone = await seen(store, over=True)
    await store.add_quality([stretch(phone, 700)])
    await store.clear(SAMU_54.id, session.id, CLASSES)
    assert await store.quality(SAMU_54.id, session.id) == ()
    await store.add_quality([stretch(phone, 800)])
    assert await store.quality(SAMU_54.id, session.id) == ()


async def test_a_stretch_that_comes_after_the_end_is_in_the_figures(store: Store) -> None:
    session, phone = await seen(store, over=True)
    await store.count_sessions(PARIS, 10)
    await store.add_quality([stretch(phone, bitrate) for bitrate in (0, 500, 800, 900)])
    assert await store.count_sessions(PARIS, 10) == [session.centre]
    day = date(2026, 11, 18)
    (group,) = await Figures(store, Clock(), PARIS).read([SAMU_54.id], day, day, None, "")
    assert group.measures.kilobits == pytest.approx(800, rel=0.05)
    assert group.measures.lost == pytest.approx(0.01, rel=0.05)


class Away:
    """A store that can't be reached until it is told so."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = True

    async def add_quality(self, stretches: Sequence[Quality]) -> None:
        if self.away:
            raise Unavailable("the database went away")
        await self._store.add_quality(stretches)


async def test_what_phones_measure_is_kept_by_ten_seconds_also_when_the_database_was_away(
    store: Store, clock: Clock
) -> None:
    session, phone = await seen(store)
    away = Away(store)
    keeper = QualityKeeper(away, clock)  # type: ignore[arg-type]
    for bitrate in (100, 300, 200, 900, 900, 1000):
        keeper.add(SAMU_54.id, session.id, phone.id, Measured(bitrate, 25, 0, 50))
        clock.advance(4_000)
        await keeper.keep(clock.now())
    away.away = False
    await keeper.close()
    kept = await store.quality(SAMU_54.id, session.id)
    assert [(one.at - NOW, one.bitrate) for one in kept] == [(0, 200), (12_000, 900)]


def test_a_session_without_a_picture_has_no_quality() -> None:
    assert summary([]) is None
    phone = cast.caller(cast.invitation(cast.session()))
    assert summary([stretch(phone, 0)]) is None
