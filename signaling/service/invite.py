"""Inviting a caller: the first message, the ones after it, the link and the code to read aloud."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from signaling.domain import inviting
from signaling.domain.addresses import Address, parse
from signaling.domain.errors import NotFound
from signaling.domain.ids import Secrets, new_id
from signaling.domain.joining import is_watching
from signaling.domain.records import Channel, Invitation, Session
from signaling.domain.room import Change
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Room, Store
from signaling.service.journal import Journal
from signaling.service.quotas import SmsQuotas
from signaling.service.rights import must_watch


class Started(msgspec.Struct, frozen=True):
    session: str
    address: Address


class Link(msgspec.Struct, frozen=True):
    """What a regulator can read out, show or copy when the message does not come."""

    url: str
    code: str  # six digits
    code_expires_at: int  # ms since the epoch
    channel: Channel
    address: str


class Signs(msgspec.Struct, frozen=True):
    """By what a caller knows that the link is genuine; the caller's page shows the same."""

    word: str  # read aloud
    phone: str  # the centre's, "" when it gave none


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How invitations leave."""

    public_url: str
    language: str  # of the messages
    lifetime: int  # of a link, ms
    providers_of: Callable[[Channel, str], tuple[str, ...]]  # of a channel and an address, the best first
    wake: Callable[[], None]  # tells the courier that a message waits
    quotas: SmsQuotas


class Inviting:
    def __init__(self, store: Store, journal: Journal, clock: Clock, secrets: Secrets, ways: Ways) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._secrets = secrets
        self._ways = ways

    async def start(self, visitor: Visitor, typed: str) -> Started:
        """Open a session and queue its invitation. Raises BadAddress, TooManyMessages; nothing is then kept
        or sent."""
        must_watch(visitor)
        address = parse(typed)
        await self._ways.quotas.spend(visitor, address)
        now = self._clock.now()
        session = Session(
            id=new_id(now),
            centre=visitor.centre,
            version=0,
            started_by=visitor.user,
            started_at=now,
            address=address.value,
            channel=address.channel,
            rung="",
        )
        plan = self._plan(address, self._providers(address)[0], intent="first")
        invitation = await self._with_free_code(inviting.draft(session, plan, self._secrets, now))
        await self._journal.start(session, inviting.begin(session, invitation, plan, now))
        self._ways.wake()
        return Started(session.id, address)

    async def resend(
        self, visitor: Visitor, session: str, *, intent: str, to: str | None = None, other: bool = False
    ) -> None:
        """Once more, to the same address or to another; with `other` by another provider than the last one,
        where there is one. The same `intent` never sends twice. Raises TooManyMessages."""
        must_watch(visitor)
        room = await self._store.room(visitor.centre, session)
        address = parse(to or room.session.address)
        if not inviting.was_sent(room, intent):
            await self._ways.quotas.spend(visitor, address)
        plan = self._plan(address, self._provider(room, address, other), intent=intent)
        now = self._clock.now()
        invitation = inviting.newest_open(room) if address.value == room.session.address else None
        if invitation is None:
            fresh = await self._with_free_code(inviting.draft(room.session, plan, self._secrets, now))
        else:
            renewed = inviting.renew(invitation, self._secrets, now, plan.lifetime)
            fresh = await self._with_free_code(renewed)

        def decide(room: Room) -> Change:
            if invitation is None:
                return inviting.invite_other(room, fresh, plan, now)
            return inviting.send_again(room, fresh, plan, now)

        await self._journal.change(visitor.centre, session, decide)
        self._ways.wake()

    def has_other_provider(self, session: Session) -> bool:
        """Whether another carrier could bring the invitation to where this session's went."""
        return len(self._ways.providers_of(session.channel, session.address)) > 1

    async def link(self, visitor: Visitor, session: str) -> Link:
        """The link and the code of the invitation that a caller can still take. A code that has expired
        is replaced by a fresh one. Raises NotFound when there is none."""
        must_watch(visitor)
        room = await self._store.room(visitor.centre, session)
        invitation = inviting.newest_open(room)
        if invitation is None or room.session.ended_at is not None:
            raise NotFound("no open invitation in this session")
        if invitation.claimed_by is None and invitation.code_expires_at <= self._clock.now():
            invitation = await self._fresh_code(visitor.centre, session, invitation)
        return Link(
            url=link_url(self._ways.public_url, self._secrets, invitation.id),
            code=self._secrets.code(invitation.id, invitation.code_salt),
            code_expires_at=invitation.code_expires_at,
            channel=invitation.channel,
            address=invitation.address,
        )

    async def signs(self, visitor: Visitor, session: str) -> Signs:
        centre = await self._store.centre(visitor.centre)
        return Signs(self._secrets.word(session), centre.phone)

    async def _fresh_code(self, centre: str, session: str, invitation: Invitation) -> Invitation:
        now = self._clock.now()
        fresh = await self._with_free_code(inviting.new_code(invitation, self._secrets, now))
        await self._journal.change(centre, session, lambda room: inviting.put_code(room, fresh))
        return fresh

    async def _with_free_code(self, invitation: Invitation) -> Invitation:
        """Six digits are few: skip those that another open invitation has."""
        while True:
            try:
                found = await self._store.centre_of_code(invitation.code_hash, self._clock.now())
            except NotFound:
                return invitation
            if found[2] == invitation.id:
                return invitation
            invitation = inviting.new_code(invitation, self._secrets, self._clock.now())

    def _providers(self, address: Address) -> tuple[str, ...]:
        return self._ways.providers_of(address.channel, address.value)

    def _provider(self, room: Room, address: Address, other: bool) -> str:
        """The first one; or the one after that which brought the newest message, round and round."""
        names = self._providers(address)
        last = inviting.last_provider(room, address.channel)
        if other and last in names:
            return names[(names.index(last) + 1) % len(names)]
        return names[0]

    def _plan(self, address: Address, provider: str, *, intent: str) -> inviting.Plan:
        return inviting.Plan(address, self._ways.language, provider, intent, self._ways.lifetime)


def link_url(public_url: str, secrets: Secrets, invitation: str, page: str = "j") -> str:
    """The caller's link. The token sits in the fragment, which no server, proxy or Referer ever sees."""
    return f"{public_url}/{page}#{secrets.token(invitation)}"


def sent_link_url(public_url: str, secrets: Secrets, invitation: Invitation) -> str:
    """The link of a message: a guest who watches has a page of their own, a second camera that of callers."""
    return link_url(public_url, secrets, invitation.id, "g" if is_watching(invitation) else "j")
