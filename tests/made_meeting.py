"""A meeting in which much happened, told by hand: five minutes, a stall, a guest, three places."""

from __future__ import annotations

from typing import Final

from signaling.domain import facts
from signaling.domain.facts import AnyFact
from signaling.domain.ids import new_id
from signaling.domain.quality import STRETCH, Quality
from signaling.domain.records import Invitation, Participant, Record, Session
from signaling.domain.room import Change
from tests import cast
from tests.app.office import Office
from tests.cast import ALICE, SAMU_54

GUEST: Final = "Équipe VSAV Lunéville"
PLACES: Final = ((48.6936, 6.1846, 24.0), (48.69395, 6.18515, 12.0), (48.6945, 6.1862, 8.0))
BITRATES: Final = (620, 910, 1180, 1240, 480, 0, 140, 730, 1150, 1290, 1310, 1260, 1220, 1305)

Told = tuple[float, tuple[AnyFact, ...], tuple[Record, ...]]  # seconds after the start


async def meeting(office: Office, *, over: bool = True) -> str:
    """Its id. Quality begins 40 s after the start."""
    session = cast.session(ALICE, office.clock.now())
    invitation = cast.invitation(session)
    phone = cast.caller(invitation)
    await office.store.start(session, Change(facts=(facts.SessionStarted(by=ALICE.id),)))
    told = [*_invited(invitation, phone), *_placed(phone), *_guest(session), *_helped(session, phone)]
    for seconds, happened, records in sorted(told, key=lambda one: one[0]):
        office.clock.at = session.started_at + round(seconds * 1000)
        await _happen(office, session, happened, records)
    await office.store.add_quality(_qualities(session, phone))
    office.clock.at = session.started_at + 300_000
    if over:
        await _happen(office, session, (facts.SessionEnded(by=ALICE.id),), ())
    return session.id


async def _happen(
    office: Office, session: Session, happened: tuple[AnyFact, ...], records: tuple[Record, ...]
) -> None:
    change = Change(records=records, facts=happened)
    await office.journal.change(SAMU_54.id, session.id, lambda _: change)


def _sent(invitation: Invitation, message: str, provider: str) -> facts.MessageQueued:
    return facts.MessageQueued(
        message=message, invitation=invitation.id, channel=invitation.channel, provider=provider
    )


def _invited(invitation: Invitation, phone: Participant) -> list[Told]:
    message = cast.message(invitation)
    claimed = facts.LinkClaimed(
        invitation=invitation.id, participant=phone.id, browser=phone.browser, language="fr"
    )
    return [
        (0.2, (_sent(invitation, message.id, "twilio"),), (invitation, message)),
        (1.1, (facts.MessageAccepted(message=message.id),), ()),
        (4.6, (facts.MessageDelivered(message=message.id),), ()),
        (19, (facts.LinkOpened(invitation=invitation.id),), ()),
        (21, (claimed,), (phone,)),
        (30, (facts.CameraGranted(participant=phone.id),), ()),
        (38, (facts.PictureFirst(participant=phone.id),), ()),
        (88, (facts.MediaStalled(participant=phone.id),), ()),
        (104, (facts.MediaResumed(participant=phone.id),), ()),
    ]


def _placed(phone: Participant) -> list[Told]:
    told: list[Told] = []
    for seconds, (latitude, longitude, accuracy) in zip((55, 120, 200), PLACES, strict=True):
        at = phone.created_at + seconds * 1000
        values = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy}
        address = "12 Rue Saint-Jean, 54000 Nancy" if seconds == 200 else None
        place = cast.position(phone, id=new_id(at), at=at, address=address, **values)
        fixed = facts.PositionFixed(position=place.id, participant=phone.id, **values)
        told.append((seconds, (fixed,), (place,)))
    return told


def _guest(session: Session) -> list[Told]:
    """Invited by a mail that its server refuses, then by SMS."""
    guest = cast.invitation(session, guest="watch", name=GUEST, code_hash="", address="+33655443322")
    watcher = cast.caller(guest, role="guest", browser="Chrome 140, Android")
    first, message = cast.message(guest), cast.message(guest)
    invited = facts.GuestInvited(
        invitation=guest.id, by=ALICE.id, role="watch", channel="sms", to_hint="+33 6 •• •• •• 22"
    )
    joined = facts.GuestJoined(
        invitation=guest.id, participant=watcher.id, role="watch", browser=watcher.browser
    )
    failed = facts.MessageFailed(message=first.id, reason="30006", permanent=True)
    return [
        (130, (invited, _sent(guest, first.id, "twilio")), (guest, first)),
        (131, (failed,), ()),
        (140, (_sent(guest, message.id, "ovh"),), (message,)),
        (143, (facts.MessageDelivered(message=message.id),), ()),
        (160, (joined,), (watcher,)),
        (260, (facts.GuestRemoved(invitation=guest.id, by=ALICE.id),), ()),
    ]


def _helped(session: Session, phone: Participant) -> list[Told]:
    seat = cast.seat(session, ALICE)
    paper = cast.document(seat, name="gestes.pdf")
    stored = facts.DocumentStored(
        document=paper.id, participant=seat.id, media_type=paper.media_type, size=paper.size, by=ALICE.id
    )
    words = "Le VSAV arrive dans 4 minutes"
    return [
        (60, (_command(phone, "guidance", "speaker", "c1"),), ()),
        (61, (facts.CommandAnswered(command="c1", participant=phone.id),), ()),
        (150, (_command(phone, "message", words, "c2"),), ()),
        (170, (stored,), (seat, paper)),
        (178, (facts.DocumentOpened(document=paper.id, participant=phone.id),), ()),
    ]


def _command(phone: Participant, name: str, value: str, command: str) -> facts.CommandSent:
    return facts.CommandSent(
        command=command,
        participant=phone.id,
        by=ALICE.id,
        name=name,  # type: ignore[arg-type]
        value=value,
    )


def _qualities(session: Session, phone: Participant) -> list[Quality]:
    first = session.started_at + 40_000
    return [
        Quality(
            id=new_id(first + number * STRETCH),
            centre=session.centre,
            session=session.id,
            participant=phone.id,
            at=first + number * STRETCH,
            bitrate=bitrate,
            frames=0.0 if bitrate == 0 else 12.0 if bitrate < 500 else 24.0,
            loss=0.31 if bitrate < 200 else 0.012,
            round_trip=None if bitrate == 0 else 84.0,
        )
        for number, bitrate in enumerate(BITRATES)
    ]
