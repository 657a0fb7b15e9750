"""What a link leads to, and how a browser takes it: a caller's phone and a guest's browser alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from signaling.domain import joining
from signaling.domain.errors import LinkUnusable, NotFound, Throttled
from signaling.domain.ids import Secrets, fingerprint, new_id, new_secret
from signaling.domain.records import Invitation, Participant
from signaling.domain.throttle import network
from signaling.ports import Change, Clock, Limiter, Room, Store
from signaling.service.journal import Journal

# What a claim makes, of the room as it is then: the invitation, who takes it, when
Take = Callable[[Room, Invitation, Participant, int], Change]


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone says of itself when it takes a link."""

    cookie: str | None = None  # of an earlier claim, if any
    mark: str | None = None  # random, given to it when it first looked at a link
    browser: str = ""  # family and system
    model: str = ""  # as its browser names it
    language: str = ""
    source: str = ""  # address that it speaks from


class Links:
    """`leads_here`: whether an invitation's link leads to this side's page; any other is unknown there."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        secrets: Secrets,
        leads_here: Callable[[Invitation], bool],
        guesses: Limiter,
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._secrets = secrets
        self._leads_here = leads_here
        self._guesses = guesses

    async def behind(self, token: str, source: str) -> tuple[Room, Invitation]:
        """Raises LinkUnusable for an unknown one; Throttled after many of those from one place, which learns
        no more of any of them. A link that exists always opens."""
        try:
            return await self._found(token)
        except LinkUnusable:
            key = network(source)
            if (wait := await self._guesses.wait(key)) > 0:
                raise Throttled(wait) from None
            await self._guesses.hit(key)
            raise

    async def _found(self, token: str) -> tuple[Room, Invitation]:
        try:
            centre, session, id_ = await self._store.centre_of_token(fingerprint(token))
        except NotFound:
            raise LinkUnusable("unknown") from None
        room = await self._store.room(centre, session)
        invitation = joining.find_invitation(room, id_)
        if not self._leads_here(invitation):
            raise LinkUnusable("unknown")
        return room, invitation

    async def open(self, invitation: Invitation) -> None:
        """A person opened the page; nothing is spent."""

        def decide(room: Room) -> Change:
            return joining.open_link(room, joining.find_invitation(room, invitation.id), self._clock.now())

        await self._journal.change(invitation.centre, invitation.session, decide)

    async def claim(self, token: str, phone: Phone, role: Literal["caller", "guest"], take: Take) -> str:
        """Bind the link to this browser. Returns the cookie that carries it through reloads.

        The browser that holds the link, by its cookie or its mark, gets it again. Raises LinkUnusable when
        it is another's, over, or unknown; Throttled as `behind`.
        """
        _, found = await self.behind(token, phone.source)
        secret = self._secrets.phone(phone.mark, found.id) if phone.mark else new_secret()
        now = self._clock.now()

        def decide(room: Room) -> Change:
            nonlocal secret
            invitation = joining.find_invitation(room, found.id)
            if joining.link_state(room, invitation, fingerprint_of(phone.cookie), now) in joining.HELD:
                secret = phone.cookie or secret
                return Change()
            row = Participant(
                id=new_id(now),
                centre=found.centre,
                session=found.session,
                role=role,
                created_at=now,
                invitation=found.id,
                cookie_hash=fingerprint(secret),
                browser=phone.browser,
                language=phone.language,
            )
            return take(room, invitation, row, now)

        await self._journal.change(found.centre, found.session, decide)
        return secret


def fingerprint_of(cookie: str | None) -> str | None:
    return fingerprint(cookie) if cookie else None
