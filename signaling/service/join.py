"""The caller's side of the door: looking at a link, taking it, coming back."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain import joining
from signaling.domain.errors import LinkUnusable, NotFound, NotSignedIn, Throttled
from signaling.domain.ids import Secrets, fingerprint, new_id, new_secret
from signaling.domain.records import Participant
from signaling.ports import Change, Clock, Limiter, Room, Store
from signaling.service.journal import Journal


class Look(msgspec.Struct, frozen=True):
    state: joining.LinkState | Literal["unknown"]
    centre: str  # name, "" when the link is unknown


class Seat(msgspec.Struct, frozen=True):
    """A phone that may talk: its participant, and the page load that speaks."""

    participant: Participant
    centre_name: str


class Joining:
    def __init__(
        self, store: Store, journal: Journal, clock: Clock, secrets: Secrets, guesses: Limiter
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._secrets = secrets
        self._guesses = guesses

    async def look(self, token: str, cookie: str | None) -> Look:
        """What the link is worth, without spending it. Notes that a person opened it."""
        try:
            centre, session, invitation_id = await self._store.centre_of_token(fingerprint(token))
        except NotFound:
            return Look("unknown", "")
        room = await self._store.room(centre, session)
        now = self._clock.now()
        invitation = joining.find_invitation(room, invitation_id)
        state = joining.link_state(room, invitation, _hash(cookie), now)
        if state == "ready" and invitation.opened_at is None:
            await self._journal.change(centre, session, lambda room: self._opened(room, invitation_id))
        return Look(state, (await self._store.centre(centre)).name)

    async def claim(self, token: str, cookie: str | None, browser: str, language: str) -> str:
        """Bind the link to this phone. Returns the cookie that carries it through reloads.

        Raises LinkUnusable when it is another phone's, over, or unknown.
        """
        try:
            centre, session, invitation_id = await self._store.centre_of_token(fingerprint(token))
        except NotFound:
            raise LinkUnusable("unknown") from None
        secret = cookie or new_secret()
        now = self._clock.now()

        def decide(room: Room) -> Change:
            nonlocal secret
            invitation = joining.find_invitation(room, invitation_id)
            if joining.link_state(room, invitation, _hash(secret), now) == "mine":
                return Change()
            secret = new_secret()  # never let a visitor choose the secret
            phone = Participant(
                id=new_id(now),
                centre=centre,
                session=session,
                role="caller",
                created_at=now,
                invitation=invitation_id,
                cookie_hash=_hash(secret),
                browser=browser,
                language=language,
            )
            return joining.claim(room, invitation, phone, now)

        await self._journal.change(centre, session, decide)
        return secret

    async def token_of_code(self, code: str, source: str) -> str:
        """The link's token for six digits read aloud. Raises NotFound, Throttled after a few wrong ones."""
        wait = await self._guesses.wait(source)
        if wait > 0:
            raise Throttled(wait)
        try:
            found = await self._store.centre_of_code(self._secrets.code_hash(code), self._clock.now())
        except NotFound:
            await self._guesses.hit(source)
            raise
        return self._secrets.token(found[2])

    async def seat(self, cookie: str | None, page: str) -> Seat:
        """The phone behind a cookie, with its epoch. Raises NotSignedIn."""
        participant = await self.caller(cookie)
        await self._journal.change(
            participant.centre,
            participant.session,
            lambda room: joining.load_page(room, participant.id, page),
        )
        room = await self._store.room(participant.centre, participant.session)
        centre = await self._store.centre(participant.centre)
        return Seat(joining.find_participant(room, participant.id), centre.name)

    async def caller(self, cookie: str | None) -> Participant:
        try:
            return await self._store.caller(fingerprint(cookie or ""))
        except NotFound:
            raise NotSignedIn("no phone holds this cookie") from None

    def _opened(self, room: Room, invitation: str) -> Change:
        return joining.open_link(room, joining.find_invitation(room, invitation), self._clock.now())


def _hash(cookie: str | None) -> str | None:
    return fingerprint(cookie) if cookie else None
