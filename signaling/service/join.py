"""The caller's side of the door: looking at a link, taking it, coming back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from signaling.domain import joining
from signaling.domain.errors import LinkUnusable, NotFound, NotSignedIn, Throttled
from signaling.domain.ids import Secrets, fingerprint
from signaling.domain.policy import policy_of
from signaling.domain.records import Invitation, Participant
from signaling.domain.throttle import ALL_CODE_GUESSES, CODE_GUESSES, UNKNOWN_LINKS, Limit, network
from signaling.ports import Clock, Limiter, Room, Store
from signaling.service.journal import Journal
from signaling.service.links import Links, fingerprint_of
from signaling.service.links import Phone as Phone


class Look(msgspec.Struct, frozen=True):
    state: str  # joining.LinkState, or "unknown"
    centre: str  # name, "" when the link is unknown
    phone: str = ""  # the centre's, as callers read it
    word: str = ""  # that the regulator reads aloud, as proof that the link is genuine
    recording: bool = False  # the video will be recorded, unless the caller declines


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
        self._links = Links(store, journal, clock, secrets, _is_callers, limiter(UNKNOWN_LINKS))
        self._guesses = limiter(CODE_GUESSES)
        self._all_guesses = limiter(ALL_CODE_GUESSES)

    async def look(self, token: str, phone: Phone) -> Look:
        """What the link is worth, without spending it. Notes that a person opened it. Raises Throttled."""
        try:
            room, invitation = await self._links.behind(token, phone.source)
        except LinkUnusable as error:
            return Look(error.reason, "")
        centre, session = invitation.centre, invitation.session
        state = self._state(room, invitation, phone)
        if state == "ready" and invitation.opened_at is None:
            await self._links.open(invitation)
        row = await self._store.centre(centre)
        recording = not invitation.guest and policy_of(row).recording
        return Look(state, row.name, row.phone, self._secrets.word(session), recording)

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
        """As `Links.claim`; a link that leads to the guests' page is unknown here."""
        take = partial(joining.claim, model=phone.model)
        return await self._links.claim(token, phone, "caller", take)

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


def _is_callers(invitation: Invitation) -> bool:
    return not joining.is_watching(invitation)
