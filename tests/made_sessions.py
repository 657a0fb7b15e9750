"""Twelve sessions made by hand, whose figures `tests/contract/test_store_figures.py` writes out.

Times are UTC. In Nancy the clocks went back on Sunday 25 October 2026, so that this day began at 22:00 of the
24th and ended at 23:00 of the 25th.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from signaling.domain import facts
from signaling.domain.facts import AnyFact
from signaling.domain.ids import new_id
from signaling.domain.records import Assessment, Handover, Record, Session, User
from signaling.domain.room import Change
from signaling.ports import Store
from tests import cast
from tests.cast import ALICE, BOB, CHARLIE, Clock

SFR = "+33612345678"
BOUYGUES = "+33650123456"

Told = tuple[float, AnyFact]  # seconds after the start


class Made(msgspec.Struct, frozen=True):
    by: User
    at: str  # of the start
    told: Sequence[Told]
    address: str = SFR
    end: float | None = None  # seconds after the start; None: it goes on
    assessment: Assessment = ""  # given after the end


def sent(message: str, provider: str, at: float = 0.0, invitation: str = "i") -> Told:
    return at, facts.MessageQueued(message=message, invitation=invitation, channel="sms", provider=provider)


def accepted(message: str, at: float) -> Told:
    return at, facts.MessageAccepted(message=message)


def delivered(message: str, at: float) -> Told:
    return at, facts.MessageDelivered(message=message)


def opened(at: float) -> Told:
    return at, facts.LinkOpened(invitation="i")


def claimed(at: float, browser: str, model: str = "", invitation: str = "i") -> Told:
    fact = facts.LinkClaimed(
        invitation=invitation, participant="p", browser=browser, language="fr", model=model
    )
    return at, fact


def asked(at: float) -> Told:
    return at, facts.CameraAsked(participant="p")


def granted(at: float) -> Told:
    return at, facts.CameraGranted(participant="p")


def connecting(at: float) -> Told:
    return at, facts.MediaConnecting(participant="p", epoch=1)


def picture(at: float) -> Told:
    return at, facts.PictureFirst(participant="p")


def torch(at: float) -> Told:
    return at, facts.CommandSent(command="c", participant="p", by=ALICE.id, name="torch", value=True)


def capture(at: float, id_: str) -> Told:
    return at, facts.CaptureStored(capture=id_, by=ALICE.id, width=1, height=1, size=1)


def photo(at: float, of: str) -> Told:
    return at, facts.PhotoStored(capture="z", participant=of, width=1, height=1, size=1)


def document(at: float) -> Told:
    fact = facts.DocumentStored(document="d", participant="s", media_type="image/png", size=1, by=ALICE.id)
    return at, fact


SESSIONS: dict[str, Made] = {
    "video with a stall": Made(ALICE, "2026-10-24 10:00:00", [
        sent("m", "twilio"), accepted("m", 1), delivered("m", 3), opened(8),
        claimed(8, "Chrome 130, Android", "SM-S911B"), asked(9), granted(11), connecting(11), picture(12),
        torch(15),
        (20, facts.MediaStalled(participant="p")), (24, facts.MediaResumed(participant="p")),
        capture(30, "x"), capture(31, "y"),
    ], end=62, assessment="worse"),
    "never opened, a second before midnight": Made(ALICE, "2026-10-24 21:59:59", [
        sent("m", "ovh"), accepted("m", 2),
    ], end=100),
    "stills, at midnight": Made(BOB, "2026-10-24 22:00:00", [
        sent("m", "twilio"), accepted("m", 1), delivered("m", 5), opened(9),
        claimed(9, "Safari 18, iOS", "iPhone"), asked(10), granted(12), connecting(12),
        (20, facts.PictureWay(participant="p", way="stills")), picture(30),
    ], BOUYGUES, end=90),
    "refused, in the hour that comes twice": Made(BOB, "2026-10-25 00:30:00", [
        sent("m", "twilio"), accepted("m", 1), delivered("m", 4), opened(10),
        claimed(10, "Safari 17, iOS", "iPhone"), asked(11),
        (15, facts.CameraRefused(participant="p", reason="denied")),
    ], end=60),
    "hung up, a second before midnight of that long day": Made(BOB, "2026-10-25 22:59:59", [
        sent("m", "twilio"), accepted("m", 1), delivered("m", 4), opened(10),
        claimed(10, "Firefox 132, Android"),
        asked(11), (16, facts.CallerHungUp(participant="p")),
    ], end=60),
    "network, at midnight": Made(BOB, "2026-10-25 23:00:00", [
        sent("m", "twilio"), accepted("m", 1), delivered("m", 4), opened(10),
        claimed(10, "Chrome 131, Android"),
        asked(11), granted(13), connecting(14),
    ], end=60),
    "refused by the carrier, sent by another, entered by its code": Made(ALICE, "2026-10-31 12:00:00", [
        sent("m", "twilio"), (1, facts.MessageFailed(message="m", reason="blocked", permanent=True)),
        sent("n", "ovh", 5), accepted("n", 6), delivered("n", 8),
        claimed(20, "Chrome 130, Android", "SM-S911B"),
        asked(21), granted(25), connecting(25), picture(40),
        (50, facts.GuestInvited(invitation="g", by=ALICE.id, role="camera", channel="sms", to_hint="•")),
        sent("gm", "twilio", 50, "g"), delivered("gm", 52),

        (55, facts.GuestJoined(invitation="g", participant="gp", role="camera", browser="Edge 130, Windows")),
        photo(56, "gp"),
    ], end=140, assessment="same"),
    "a second phone": Made(ALICE, "2026-11-01 09:00:00", [
        sent("m", "ovh"), accepted("m", 1), delivered("m", 2), opened(6), claimed(6, "Chrome 130, Android"),
        asked(7), granted(8), connecting(8), picture(20),
        (30, facts.HandoverAsked(handover="h", browser="Safari 18, iOS")),
        (35, facts.HandoverDecided(handover="h", by=ALICE.id, decision="add", participant="p2")),

        (36, facts.PositionFixed(position="o", participant="p2", latitude=1.0, longitude=2.0, accuracy=3.0)),
        document(37),
        (50, facts.MediaStalled(participant="p")),
    ], BOUYGUES, end=70, assessment="better"),
    "of another centre": Made(CHARLIE, "2026-10-24 10:00:00", [
        sent("m", "twilio"), delivered("m", 1), opened(2), claimed(2, "Chrome 130, Android"), picture(10),
    ], end=20, assessment="worse"),
    "not over": Made(ALICE, "2026-10-24 11:00:00", [sent("m", "twilio"), delivered("m", 1), picture(10)]),
    "photos only, by mail": Made(BOB, "2026-11-02 08:00:00", [
        sent("m", "smtp"), accepted("m", 1), opened(30), claimed(30, "Safari 18, iOS", "iPhone"), asked(31),
        (35, facts.CameraRefused(participant="p", reason="denied")),
        photo(60, "p"),
    ], "jeanne@example.org", end=90, assessment="worse"),
    "ended before the camera": Made(BOB, "2026-11-02 09:00:00", [
        sent("m", "twilio"), accepted("m", 1), delivered("m", 2), opened(3),
        claimed(3, "Chrome 130, Android"), asked(4),
    ], end=5),
}  # fmt: skip


async def tell(store: Store, clock: Clock, made: Made) -> Session:
    """As the product would, event by event, to the end."""
    start = int(datetime.fromisoformat(made.at).replace(tzinfo=UTC).timestamp() * 1000)
    session = cast.session(made.by, start, address=made.address, id=new_id(start))
    clock.at = start
    started = facts.SessionStarted(by=made.by.id)
    await store.start(session, Change(records=tuple(_rows(session)), facts=(started,)))
    for seconds, fact in made.told:
        await say(store, clock, session, start + int(seconds * 1000), _own(session, fact))
    if made.end is not None:
        ended = start + int(made.end * 1000)
        await say(store, clock, session, ended, facts.SessionEnded(by=made.by.id))
        if made.assessment:
            fact = facts.SessionAssessed(by=made.by.id, assessment=made.assessment)
            await say(store, clock, session, ended + 5_000, fact)
    return session


async def say(store: Store, clock: Clock, session: Session, at: int, fact: AnyFact) -> None:
    clock.at = at
    await store.change(session.centre, session.id, lambda _: Change(facts=(fact,)))


def _rows(session: Session) -> Iterator[Record]:
    """Whatever the facts may name."""
    link = cast.invitation(session, id=_id(session, "i"))
    guest = cast.invitation(session, id=_id(session, "g"), guest="camera")
    yield from (link, guest)
    for name, of in (("p", link), ("p2", link), ("gp", guest)):
        yield cast.caller(of, id=_id(session, name))
    for name, of in (("m", link), ("n", link), ("gm", guest)):
        yield cast.message(of, id=_id(session, name))
    yield Handover(
        id=_id(session, "h"),
        centre=session.centre,
        session=session.id,
        invitation=link.id,
        mark_hash=_id(session, "mark"),
        browser="",
        language="fr",
        created_at=session.started_at,
    )


def _own(session: Session, fact: AnyFact) -> AnyFact:
    """With the ids of this session's rows."""
    named = ("invitation", "message", "participant", "handover")
    ids = {name: _id(session, getattr(fact, name)) for name in named if getattr(fact, name, None)}
    return msgspec.structs.replace(fact, **ids)


def _id(session: Session, name: str) -> str:
    return f"{session.id}-{name}"
