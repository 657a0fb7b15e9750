"""How much waits, in all centres together."""

from __future__ import annotations

from signaling.domain import facts
from signaling.domain.audit import Audited, due
from signaling.ports import Change, Depths, Store
from tests import cast
from tests.cast import ALICE, CHARLIE, NOW


async def test_what_waits_is_counted_over_all_centres_and_what_is_done_is_not(store: Store) -> None:
    assert await store.depths(NOW) == Depths(calls=0, messages=0, uploads=0, audit=0)
    ended = cast.session()
    over = Change(facts=(facts.SessionEnded(by=ALICE.id),))
    await store.start(ended, Change())
    await store.change(ended.centre, ended.id, lambda room: over)
    for who in (ALICE, CHARLIE):
        session = cast.session(who)
        link = cast.invitation(session)
        phone = cast.caller(link)
        messages = [cast.message(link, next_try_at=at) for at in (NOW, NOW + 1, None)]
        uploads = cast.upload(phone), cast.upload(phone, finished_at=NOW)
        line = due(Audited(who.centre, who.id, "session.joined", session.id), session.id, NOW)
        await store.start(session, Change(records=(link, phone, *messages, *uploads, line)))
    assert await store.depths(NOW) == Depths(calls=2, messages=2, uploads=2, audit=2)
    await store.settle_audit()
    assert (await store.depths(NOW)).audit == 0
