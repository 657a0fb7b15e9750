"""Guests: inviting a third person, taking a guest's link, removing a guest."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from signaling.domain import guests, joining
from signaling.domain.addresses import Address, display, parse
from signaling.domain.errors import LinkUnusable, NotFound, NotSignedIn, Unavailable
from signaling.domain.guests import find_guest
from signaling.domain.ids import Secrets, fingerprint
from signaling.domain.inviting import Plan, was_sent
from signaling.domain.records import GuestRole, Participant
from signaling.domain.visitor import Visitor
from signaling.messages.console import Guest
from signaling.ports import Clock, Limiter, Relay, Store
from signaling.service.invite import Ways
from signaling.service.journal import Journal
from signaling.service.links import Links, Phone
from signaling.service.negotiate import relay_key
from signaling.service.rights import must_have, must_watch


class GuestLook(msgspec.Struct, frozen=True):
    """What a guest's link is worth. All but the state are "" for a link that is unknown, or a caller's."""

    state: str  # joining.LinkState, or "unknown"
    centre: str = ""  # name
    role: GuestRole = ""
    name: str = ""  # the guest's, in the regulator's words


class GuestSeat(msgspec.Struct, frozen=True):
    """A guest who may look."""

    participant: Participant
    role: GuestRole
    name: str  # in the regulator's words
    centre_name: str


class Guests:
    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        secrets: Secrets,
        relay: Relay,
        ways: Ways,
        guesses: Limiter,
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._secrets = secrets
        self._links = Links(store, journal, clock, secrets, joining.is_watching, guesses)
        self._relay = relay
        self._ways = ways

    # --- by a regulator
    async def invite(
        self,
        visitor: Visitor,
        session: str,
        *,
        intent: str,
        to: str,
        name: str,
        role: GuestRole,
        language: str,
    ) -> None:
        """Send a third person a link, in `language`. The same `intent` never sends twice.

        Raises BadAddress, BadGuest, FunctionOff, NotAllowed, TooManyGuests, TooManyMessages.
        """
        must_watch(visitor)
        await must_have(self._store, visitor.centre, "guests")
        plan = self._plan(parse(to), intent, language)
        now = self._clock.now()
        room = await self._store.room(visitor.centre, session)
        invitation = guests.draft_guest(room.session, plan, role, name, self._secrets, now)
        if not was_sent(room, intent):
            await self._ways.quotas.spend(visitor, plan.address)
        await self._journal.change(
            visitor.centre, session, lambda room: guests.invite(room, invitation, plan, visitor.user, now)
        )
        self._ways.wake()

    async def send_again(
        self, visitor: Visitor, session: str, invitation: str, *, intent: str, language: str
    ) -> None:
        """The same link to the same address. Raises NotFound, NotAllowed, TooManyMessages."""
        must_watch(visitor)
        room = await self._store.room(visitor.centre, session)
        plan = self._plan(parse(find_guest(room, invitation).address), intent, language)
        if not was_sent(room, intent):
            await self._ways.quotas.spend(visitor, plan.address)
        now = self._clock.now()
        await self._journal.change(
            visitor.centre, session, lambda room: guests.send_again(room, invitation, plan, now)
        )
        self._ways.wake()

    async def remove(self, visitor: Visitor, session: str, invitation: str) -> None:
        """The link is worth nothing from now on, and whoever came by it is out. Raises NotFound."""
        must_watch(visitor)
        await self._journal.change(
            visitor.centre, session, lambda room: guests.remove(room, invitation, visitor.user)
        )
        room = await self._store.room(visitor.centre, session)
        key = relay_key(visitor.centre, session)
        for one in room.participants:
            if one.invitation == invitation:
                with suppress(Unavailable):  # their own page stops too, once it reads what happened
                    await self._relay.drop(key, one.id)

    async def invited(self, visitor: Visitor, session: str) -> Sequence[Guest]:
        """All guests of a session, who was invited first comes first."""
        must_watch(visitor)
        room = await self._store.room(visitor.centre, session)
        return [Guest(one.id, one.name, display(one.address)) for one in room.invitations if one.guest]

    # --- by the guest's browser
    async def look(self, token: str, source: str) -> GuestLook:
        """What the link is worth, without spending it. Notes that a person opened it. Raises Throttled."""
        try:
            room, invitation = await self._links.behind(token, source)
        except LinkUnusable as error:
            return GuestLook(error.reason)
        state = joining.link_state(room, invitation, None, self._clock.now())
        if state == "ready" and invitation.opened_at is None:
            await self._links.open(invitation)
        centre = await self._store.centre(invitation.centre)
        return GuestLook(state, centre.name, invitation.guest, invitation.name)

    async def claim(self, token: str, phone: Phone) -> str:
        """As `Links.claim`; a caller's link is unknown here."""
        return await self._links.claim(token, phone, "guest", guests.claim)

    async def seat(self, cookie: str | None, page: str) -> GuestSeat:
        """The guest behind a cookie. Raises NotSignedIn, for one who was removed too."""
        guest = await self.guest(cookie)
        await self._journal.change(
            guest.centre,
            guest.session,
            lambda room: guests.load_page(joining.find_participant(room, guest.id), page),
        )
        room = await self._store.room(guest.centre, guest.session)
        invitation = find_guest(room, guest.invitation or "")
        centre = await self._store.centre(guest.centre)
        return GuestSeat(
            joining.find_participant(room, guest.id), invitation.guest, invitation.name, centre.name
        )

    async def guest(self, cookie: str | None) -> Participant:
        """Raises NotSignedIn, for one who was removed too."""
        try:
            return await self._store.guest(fingerprint(cookie or ""))
        except NotFound:
            raise NotSignedIn("no guest holds this cookie") from None

    def _plan(self, address: Address, intent: str, language: str) -> Plan:
        provider = self._ways.providers_of(address.channel, address.value)[0]
        return Plan(address, language, provider, intent, self._ways.lifetime)
