"""One-time codes by SMS or e-mail: weaker than an application, where a centre allows them (CNIL 2025-019)."""

from __future__ import annotations

import hmac
from typing import Final

import structlog
from msgspec.structs import replace

from signaling.domain.account_text import CODE_MINUTES, code_letter
from signaling.domain.errors import CarrierError, NotAllowed
from signaling.domain.ids import Secrets, new_code, new_id
from signaling.domain.records import Channel, Person, Ticket
from signaling.domain.throttle import factor_counts, sending_counts
from signaling.ports import Clock, Notifier, Outgoing, Store
from signaling.service.tasks import Tasks
from signaling.service.throttle import Throttle

log = structlog.get_logger()

TRIES: Final = 5


class Codes:
    """A code opens the one login that it was sent for."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        secrets: Secrets,
        notifier: Notifier,
        throttle: Throttle,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._clock = clock
        self._secrets = secrets
        self._notifier = notifier
        self._throttle = throttle
        self._tasks = tasks

    async def send(self, person: Person, login: str, channel: Channel, language: str, source_ip: str) -> None:
        """Ends the code before it. Raises Throttled, NotAllowed for who has no telephone."""
        to = person.phone if channel == "sms" else person.email
        if not to:
            raise NotAllowed("no telephone number is known")
        counts = sending_counts(person.id, source_ip)
        await self._throttle.must_wait(counts)
        await self._throttle.hit(counts)
        code, now = new_code(), self._clock.now()
        id_ = new_id(now)
        await self._store.end_tickets(person.id, "code", now)
        await self._store.add_tickets(
            Ticket(
                id=id_,
                centre="",
                person=person.id,
                kind="code",
                secret_hash=self._secrets.ticket_hash(id_, code),
                created_at=now,
                expires_at=now + CODE_MINUTES * 60_000,
                data=login,
            )
        )
        letter = code_letter(code, language)
        message = Outgoing(id=id_, channel=channel, to=to, body=letter.text, link="", subject=letter.subject)
        self._tasks.start(self._deliver(message))

    async def check(self, person: Person, login: str, code: str, source_ip: str) -> None:
        """Raises NotAllowed, Throttled."""
        counts = factor_counts(person.id, source_ip)
        await self._throttle.must_wait(counts)
        open_ones = await self._store.tickets(person.id, "code", self._clock.now())
        ticket = next((one for one in open_ones if one.data == login), None)
        if ticket is None or not await self._is_right(ticket.id, "".join(code.split())):
            await self._throttle.hit(counts)
            raise NotAllowed("a wrong code, or one that was used or has expired")

    async def _is_right(self, ticket: str, code: str) -> bool:
        """Counts the try; after the fifth none is right."""
        given, now = self._secrets.ticket_hash(ticket, code), self._clock.now()

        def attempt(row: Ticket) -> Ticket:
            if row.used_at is not None or row.tries >= TRIES:
                raise NotAllowed("used already")
            right = hmac.compare_digest(row.secret_hash, given)
            return replace(row, tries=row.tries + 1, used_at=now if right else None)

        try:
            return (await self._store.change_ticket(ticket, attempt)).used_at is not None
        except NotAllowed:
            return False

    async def _deliver(self, message: Outgoing) -> None:
        try:
            await self._notifier.send(message)
        except CarrierError as error:
            log.warning("code_not_sent", ticket=message.id, reason=error.reason)
