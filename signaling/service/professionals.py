"""Signing in as the professional that an identity provider knows: their RPPS names a person here."""

from __future__ import annotations

import re
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace

from signaling.domain.errors import BadInput, NotAllowed, NotFound
from signaling.domain.ids import fingerprint, new_id
from signaling.domain.records import Person, Ticket
from signaling.domain.throttle import door_counts
from signaling.ports import Clock, IdentityProvider, Professional, Store
from signaling.service.accounts import tidy_email
from signaling.service.throttle import Throttle

PATIENCE: Final = 10 * 60_000  # ms for a person to find their card
_NATIONAL: Final = re.compile(r"[0-9][0-9A-Z/]{7,39}")  # begins with the kind of the number

log = structlog.get_logger()


class Known(msgspec.Struct, frozen=True):
    """Who came back, and where they wanted to go."""

    person: Person
    target: str


class _Kept(msgspec.Struct, frozen=True):
    """Of an errand, while its browser is away and, for the logout, for the day after."""

    nonce: str
    verifier: str
    browser: str  # fingerprint of the cookie that it left with
    target: str
    id_token: str = ""


def tidy_rpps(text: str) -> str:
    """As it is stored and looked up: the national identifier, which is an 8 before the 11 digits of the RPPS.
    Raises BadInput."""
    tidy = "".join(text.split()).upper()
    if not tidy.isascii() or not _NATIONAL.fullmatch(tidy):
        raise BadInput("an RPPS number has 11 digits")
    return f"8{tidy}" if re.fullmatch(r"[0-9]{11}", tidy) else tidy


class Numbers:
    """The RPPS numbers of people: each opens one account."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def set(self, email: str, rpps: str) -> str:
        """`rpps`: "" for none. Returns what is stored. Raises NotFound, BadInput, also for another person's
        number."""
        value = tidy_rpps(rpps) if rpps.strip() else None
        person = await self._store.person_by_email(tidy_email(email))
        await self._store.change_person(person.id, lambda row: replace(row, rpps=value))
        return value or ""


class Professionals:
    def __init__(
        self, store: Store, clock: Clock, throttle: Throttle, provider: IdentityProvider | None
    ) -> None:
        self._store = store
        self._clock = clock
        self._throttle = throttle
        self._provider = provider

    @property
    def expected(self) -> bool:
        """Whether there is a provider."""
        return self._provider is not None

    async def begin(self, browser: str, target: str, source_ip: str) -> str:
        """Where the browser goes. `browser`: its new cookie. Raises NotFound without a provider, Unavailable,
        Throttled."""
        counts = door_counts(source_ip)
        await self._throttle.must_wait(counts)
        await self._throttle.hit(counts)
        errand = await self._asked().begin()
        now = self._clock.now()
        kept = _Kept(errand.nonce, errand.verifier, fingerprint(browser), target)
        ticket = Ticket(
            id=new_id(now),
            centre="",
            person="",
            kind="oidc",
            secret_hash=fingerprint(errand.state),
            created_at=now,
            expires_at=now + PATIENCE,
            data=_text(kept),
        )
        await self._store.add_tickets(ticket)
        return errand.url

    async def finish(self, answer: dict[str, str], browser: str) -> Known:
        """Who it is. Raises NotAllowed for whatever is wrong, NotFound for a person whom nobody here knows,
        Unavailable."""
        provider = self._asked()
        ticket, kept = await self._spent(answer.get("state", ""), browser)
        told = await provider.finish(answer, kept.nonce, kept.verifier)
        person = await self._person(told)
        after = replace(kept, id_token=told.id_token, nonce="", verifier="")
        await self._store.change_ticket(
            ticket.id, lambda row: replace(row, person=person.id, data=_text(after))
        )
        return Known(person, kept.target)

    async def farewell(self, state: str) -> str:
        """Where the browser that came in with that state ends its login at the provider too; "" when there is
        no such place. Raises Unavailable, NotAllowed."""
        try:
            ticket = await self._store.ticket("oidc", fingerprint(state))
        except NotFound:
            return ""
        id_token = msgspec.json.decode(ticket.data, type=_Kept).id_token
        return await self._asked().farewell(id_token) if id_token else ""

    def _asked(self) -> IdentityProvider:
        if self._provider is None:
            raise NotFound("no identity provider")
        return self._provider

    async def _spent(self, state: str, browser: str) -> tuple[Ticket, _Kept]:
        """A state comes back once, by the browser that left with it."""

        def spend(row: Ticket) -> Ticket:
            now = self._clock.now()
            if row.used_at is not None or row.expires_at <= now:
                raise NotAllowed("the state was used, or is too old")
            if msgspec.json.decode(row.data, type=_Kept).browser != fingerprint(browser):
                raise NotAllowed("another browser's state")
            return replace(row, used_at=now)

        try:
            ticket = await self._store.ticket("oidc", fingerprint(state))
            spent = await self._store.change_ticket(ticket.id, spend)
        except NotFound:
            raise NotAllowed("an unknown state") from None
        return spent, msgspec.json.decode(spent.data, type=_Kept)

    async def _person(self, told: Professional) -> Person:
        if told.may_regulate is False:
            raise NotAllowed("may not regulate")
        try:
            rpps = tidy_rpps(told.rpps)
        except BadInput:
            raise NotAllowed("the claim with the RPPS") from None
        return await self._store.person_by_rpps(rpps)


def _text(kept: _Kept) -> str:
    return msgspec.json.encode(kept).decode()
