"""The caller's side of the door: looking at a link, taking it, coming back."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from signaling.domain import joining
from signaling.domain.errors import LinkUnusable, NotFound, NotSignedIn, Throttled
from signaling.domain.ids import Secrets, fingerprint, new_id, new_secret
from signaling.domain.records import Invitation, Participant
from signaling.domain.throttle import ALL_CODE_GUESSES, CODE_GUESSES, Limit, network
from signaling.ports import Change, Clock, Limiter, Room, Store
from signaling.service.journal import Journal


class Look(msgspec.Struct, frozen=True):
    state: str  # joining.LinkState, or "unknown"
    centre: str  # name, "" when the link is unknown
    phone: str = ""  # the centre's, as callers read it
    word: str = ""  # that the regulator reads aloud, as proof that the link is genuine


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone says of itself when it takes a link."""

    cookie: str | None = None  # of an earlier claim, if any
    mark: str | None = None  # random, given to it when it first looked at a link
    browser: str = ""  # family and system
    language: str = ""


class Seat(msgspec.Struct, frozen=True):
    """A phone that may talk: its participant, and the page load that speaks."""

    participant: Participant
    centre_name: str


class Joining:
    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        secrets: Secrets,
        limiter: Callable[[Limit], Limiter],
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._secrets = secrets
        self._guesses = limiter(CODE_GUESSES)
        self._all_guesses = limiter(ALL_CODE_GUESSES)

    async def look(self, token: str, phone: Phone) -> Look:
        """What the link is worth, without spending it. Notes that a person opened it."""
        try:
            room, invitation = await self._behind(token)
        except LinkUnusable as error:
            return Look(error.reason, "")
        centre, session = invitation.centre, invitation.session
        state = self._state(room, invitation, phone)
        if state == "ready" and invitation.opened_at is None:
            await self._journal.change(centre, session, lambda room: self._opened(room, invitation.id))
        row = await self._store.centre(centre)
        return Look(state, row.name, row.phone, self._secrets.word(session))

    def _state(self, room: Room, invitation: Invitation, phone: Phone) -> joining.LinkState:
        now = self._clock.now()
        state = joining.link_state(room, invitation, fingerprint_of(phone.cookie), now)
        if state != "claimed" or phone.mark is None:
            return state
        by_mark = joining.link_state(
            room, invitation, fingerprint(self._secrets.phone(phone.mark, invitation.id)), now
        )
        return "ready" if by_mark in joining.HELD else state  # the answer was lost: it claims again

    async def claim(self, token: str, phone: Phone) -> str:
        """Bind the link to this phone. Returns the cookie that carries it through reloads.

        The phone that holds the link, by its cookie or its mark, gets it again. Raises LinkUnusable when it
        is another phone's, over, or unknown.
        """
        _, found = await self._behind(token)
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
                role="caller",
                created_at=now,
                invitation=found.id,
                cookie_hash=fingerprint(secret),
                browser=phone.browser,
                language=phone.language,
            )
            return joining.claim(room, invitation, row, now)

        await self._journal.change(found.centre, found.session, decide)
        return secret

    async def _behind(self, token: str) -> tuple[Room, Invitation]:
        """Raises LinkUnusable: unknown, or that of a guest who films nothing."""
        try:
            centre, session, id_ = await self._store.centre_of_token(fingerprint(token))
        except NotFound:
            raise LinkUnusable("unknown") from None
        room = await self._store.room(centre, session)
        invitation = joining.find_invitation(room, id_)
        if joining.is_watching(invitation):
            raise LinkUnusable("unknown")
        return room, invitation

    async def token_of_code(self, code: str, source: str) -> str:
        """The link's token for six digits read aloud. Raises NotFound; Throttled after a few wrong ones from
        one place, or many from everywhere."""
        counts = ((self._guesses, network(source)), (self._all_guesses, ""))
        for limiter, key in counts:
            if (wait := await limiter.wait(key)) > 0:
                raise Throttled(wait)
        try:
            found = await self._store.centre_of_code(self._secrets.code_hash(code), self._clock.now())
        except NotFound:
            for limiter, key in counts:
                await limiter.hit(key)
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

    async def is_replaced(self, phone: Participant) -> bool:
        """Whether another phone took its place, and its owner has not offered it as a second camera."""
        room = await self._store.room(phone.centre, phone.session)
        return joining.find_participant(room, phone.id).standing == "replaced"

    async def caller(self, cookie: str | None) -> Participant:
        try:
            return await self._store.caller(fingerprint(cookie or ""))
        except NotFound:
            raise NotSignedIn("no phone holds this cookie") from None

    def _opened(self, room: Room, invitation: str) -> Change:
        return joining.open_link(room, joining.find_invitation(room, invitation), self._clock.now())


def fingerprint_of(cookie: str | None) -> str | None:
    return fingerprint(cookie) if cookie else None
