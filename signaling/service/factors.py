"""Second factors that a person sets up: an authenticator application, and codes on paper for its loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec.structs import replace

from signaling.domain.errors import NotAllowed, NotFound
from signaling.domain.ids import Secrets, new_id, new_recovery_code
from signaling.domain.records import Person, Ticket
from signaling.domain.throttle import factor_counts
from signaling.domain.ways_in import Proof
from signaling.ports import Authenticator, Clock, Store
from signaling.service.throttle import Throttle

RECOVERY_CODES: Final = 8
NEVER: Final = 253_402_300_799_000  # the end of the year 9999, in ms


class Offer(msgspec.Struct, frozen=True):
    """A new secret, of use once `confirm` has seen a code of it. `address`: for the QR code."""

    sealed: str
    address: str


class Authenticators:
    """Implements `signaling.service.logins.OwnFactor`."""

    name: Proof = "totp"

    def __init__(
        self,
        store: Store,
        clock: Clock,
        secrets: Secrets,
        authenticator: Authenticator,
        throttle: Throttle,
    ) -> None:
        self._store = store
        self._clock = clock
        self._secrets = secrets
        self._authenticator = authenticator
        self._throttle = throttle

    async def is_set_up(self, person: Person) -> bool:
        return bool(person.totp)

    def offer(self, person: Person, sealed: str = "") -> Offer:
        """A new one, or that of a form that comes back. Raises NotAllowed for another person's."""
        sealed = sealed or self._authenticator.make(person.id)
        return Offer(sealed, self._authenticator.address(person.id, sealed, person.email))

    async def confirm(self, person: Person, sealed: str, code: str, source_ip: str) -> tuple[str, ...]:
        """The application is set up, and replaces the one before. Returns the recovery codes, to show once.
        Raises NotAllowed for a wrong code, Throttled."""

        def set_up(row: Person, step: int) -> Person:
            return replace(row, totp=sealed, totp_step=step)

        await self._spend(person, sealed, code, source_ip, set_up)
        return await self.renew_recovery(person)

    async def check(self, person: Person, code: str, source_ip: str) -> None:
        """Each code opens once. Raises NotAllowed, Throttled."""
        await self._spend(person, "", code, source_ip, lambda row, step: replace(row, totp_step=step))

    async def remove(self, person: Person) -> None:
        await self._store.change_person(person.id, lambda row: replace(row, totp="", totp_step=0))
        await self._store.end_tickets(person.id, "recovery", self._clock.now())

    # --- codes on paper
    async def renew_recovery(self, person: Person) -> tuple[str, ...]:
        """New codes; those of before are worth nothing."""
        now = self._clock.now()
        codes = tuple(new_recovery_code() for _ in range(RECOVERY_CODES))
        await self._store.end_tickets(person.id, "recovery", now)
        await self._store.add_tickets(*(self._paper(person, code, now) for code in codes))
        return codes

    async def recovery_left(self, person: Person) -> int:
        return len(await self._store.tickets(person.id, "recovery", self._clock.now()))

    async def recover(self, person: Person, code: str, source_ip: str) -> None:
        """Each code opens once. Raises NotAllowed, Throttled."""
        counts = factor_counts(person.id, source_ip)
        await self._throttle.must_wait(counts)
        try:
            ticket = await self._store.ticket("recovery", self._hash(person, code))
            await self._store.change_ticket(ticket.id, self._use)
        except (NotFound, NotAllowed):
            await self._throttle.hit(counts)
            raise NotAllowed("no recovery code, or one that was used") from None

    def _use(self, ticket: Ticket) -> Ticket:
        if ticket.used_at is not None:
            raise NotAllowed("used already")
        return replace(ticket, used_at=self._clock.now())

    def _paper(self, person: Person, code: str, now: int) -> Ticket:
        return Ticket(
            id=new_id(now),
            centre="",
            person=person.id,
            kind="recovery",
            secret_hash=self._hash(person, code),
            created_at=now,
            expires_at=NEVER,
        )

    def _hash(self, person: Person, code: str) -> str:
        """As people type it: with or without hyphens, in capitals or not."""
        tidy = "".join(sign for sign in code.lower()[:100] if sign.isalnum())
        return self._secrets.ticket_hash(person.id, tidy)

    # --- codes of the application
    async def _spend(
        self, person: Person, sealed: str, code: str, source_ip: str, used: Callable[[Person, int], Person]
    ) -> None:
        """`sealed`: a secret that is being set up; "" for the one that the person has."""
        counts = factor_counts(person.id, source_ip)
        await self._throttle.must_wait(counts)
        tidy = "".join(code.split())

        def spend(row: Person) -> Person:
            step = self._step(row, sealed or row.totp, tidy)
            if step is None or (not sealed and step <= row.totp_step):
                raise NotAllowed("a wrong code, or one that was used")
            return used(row, step)

        try:
            await self._store.change_person(person.id, spend)
        except NotAllowed:
            await self._throttle.hit(counts)
            raise

    def _step(self, person: Person, sealed: str, code: str) -> int | None:
        if not sealed:
            return None
        return self._authenticator.step(person.id, sealed, code, self._clock.now())
