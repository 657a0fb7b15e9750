"""What a caller is told once the video is over: what was shared, who saw it, and until when it is kept."""

from __future__ import annotations

from typing import Final

import msgspec

from signaling.domain.erasing import DAY, days_of_pictures
from signaling.domain.errors import NotFound, NotSignedIn
from signaling.domain.ids import fingerprint
from signaling.domain.policy import policy_of
from signaling.domain.records import Participant, Role
from signaling.domain.sharing import Shared, shared
from signaling.ports import Clock, Store

READABLE: Final = 24 * 3_600_000  # ms after the end


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    centre: str  # name
    phone: str  # as callers read it, "" when the centre gave none
    started_at: int
    ended_at: int | None  # None: the call goes on
    shared: Shared
    viewers: dict[Role, int]  # people
    deleted_at: int | None  # None: not known yet, or deleted by hand
    keep_days: int  # after the end; 0: until deleted by hand


class Summaries:
    """`keep_days`: how long pictures and documents are kept unless the centre says otherwise
    (`signaling.service.retention`)."""

    def __init__(self, store: Store, clock: Clock, keep_days: int) -> None:
        self._store = store
        self._clock = clock
        self._keep_days = keep_days

    async def of(self, cookie: str | None) -> Summary:
        """For the phone that holds the cookie. Raises NotSignedIn, from a day after the end on too."""
        phone = await self._phone(cookie)
        session = (await self._store.room(phone.centre, phone.session)).session
        if session.ended_at is not None and self._clock.now() > session.ended_at + READABLE:
            raise NotSignedIn("the summary could be read for a day")
        centre = await self._store.centre(phone.centre)
        found = shared(await self._store.events(phone.centre, phone.session, 0), phone.id)
        keep_days = days_of_pictures(policy_of(centre), self._keep_days)
        kept = session.ended_at is not None and keep_days > 0 and not session.held
        return Summary(
            centre=centre.name,
            phone=centre.phone,
            started_at=session.started_at,
            ended_at=session.ended_at,
            shared=found,
            viewers=await self._roles(phone.centre, found.viewers),
            deleted_at=(session.ended_at or 0) + keep_days * DAY if kept else None,
            keep_days=0 if session.held else keep_days,
        )

    async def _phone(self, cookie: str | None) -> Participant:
        try:
            return await self._store.caller(fingerprint(cookie or ""))
        except NotFound:
            raise NotSignedIn("no phone holds this cookie") from None

    async def _roles(self, centre: str, users: frozenset[str]) -> dict[Role, int]:
        counts: dict[Role, int] = {}
        for user in await self._store.users(centre):
            if user.id in users:
                counts[user.role] = counts.get(user.role, 0) + 1
        return counts
