"""Sessions that have ended, with the facts that the figures are made of."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from signaling.domain import facts
from signaling.domain.facts import AnyFact
from signaling.domain.records import Assessment, User
from signaling.domain.room import Change
from signaling.ports import Store
from tests import cast
from tests.cast import Clock


async def ended(
    store: Store,
    clock: Clock,
    by: User,
    day: str,
    provider: str,
    *,
    seen: bool = True,
    assessed: Assessment = "",
) -> None:
    """One that `by` started at noon in Paris and ended a minute later. `day`: ISO 8601. `clock`: the store's.
    `seen`: its first picture came after 20 s; else its link was never opened."""
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Europe/Paris"))
    at = int(noon.timestamp() * 1000)
    first = at + 20_000 if seen else None
    clock.at = at + 20_000
    session = cast.session(by, at, ended_at=at + cast.MINUTE, first_picture_at=first, assessment=assessed)
    link = cast.invitation(session)
    phone, message = cast.caller(link), cast.message(link)
    happened: list[AnyFact] = [
        facts.MessageQueued(message=message.id, invitation=link.id, channel="sms", provider=provider),
        facts.MessageAccepted(message=message.id),
    ]
    if seen:
        happened += [
            facts.LinkOpened(invitation=link.id),
            facts.LinkClaimed(
                invitation=link.id, participant=phone.id, browser="Safari 18, iOS", language="fr"
            ),
            facts.CameraGranted(participant=phone.id),
            facts.PictureFirst(participant=phone.id),
        ]
    await store.start(session, Change(records=(link, phone, message), facts=tuple(happened)))
