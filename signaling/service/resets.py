"""A new password for who forgot theirs: by a link to the address that they sign in with."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from msgspec.structs import replace

from signaling.domain.account_text import RESET_MINUTES, reset_letter
from signaling.domain.audit import Audited
from signaling.domain.errors import CarrierError, LinkUnusable, NotFound
from signaling.domain.ids import fingerprint, new_id, new_secret
from signaling.domain.records import Person, Ticket
from signaling.domain.throttle import sending_counts
from signaling.ports import Clock, Notifier, Outgoing, Store
from signaling.service.accounts import Accounts, is_email, tidy_email
from signaling.service.tasks import Tasks
from signaling.service.throttle import Throttle

log = structlog.get_logger()


class Resets:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        accounts: Accounts,
        notifier: Notifier,
        throttle: Throttle,
        tasks: Tasks,
        public_url: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._notifier = notifier
        self._throttle = throttle
        self._tasks = tasks
        self._public_url = public_url

    async def ask(self, email: str, language: str, source_ip: str) -> None:
        """Nothing tells whether somebody has that address: the answer comes before the look-up. Raises
        Throttled."""
        tidy = tidy_email(email)
        counts = sending_counts(tidy, source_ip)
        await self._throttle.must_wait(counts)
        await self._throttle.hit(counts)
        if is_email(tidy):
            self._tasks.start(self._send(tidy, language))

    async def change(self, token: str, password: str) -> Sequence[Audited]:
        """Once a link: of a reset, or of an invitation to an account. Ends all logins. Returns what the audit
        is to hold, a line for each centre of the person. Raises LinkUnusable, BadInput for a password that
        can't be used (the link then still works), Throttled."""
        ticket = await self._ticket(token)
        hashed = await self._accounts.hash(password)
        now = self._clock.now()
        await self._store.change_ticket(ticket.id, lambda row: _used(row, now))
        await self._store.change_person(ticket.person, lambda row: replace(row, password_hash=hashed))
        await self._store.end_tickets(ticket.person, "reset", now)
        await self._store.revoke_logins_of(ticket.person, now)
        log.info("password_reset", person=ticket.person)
        return [
            Audited(user.centre, user.id, "password.changed", user.id, {"reason": "reset"})
            for user, _ in await self._store.users_of(ticket.person)
        ]

    async def _ticket(self, token: str) -> Ticket:
        for kind in ("reset", "invitation"):
            try:
                ticket = await self._store.ticket(kind, fingerprint(token))
            except NotFound:
                continue
            return _used(ticket, self._clock.now())
        raise LinkUnusable("unknown")

    async def _send(self, email: str, language: str) -> None:
        try:
            person = await self._store.person_by_email(email)
        except NotFound:
            return
        if person.disabled_at is None:
            await self._deliver(await self._letter(person, language))

    async def _letter(self, person: Person, language: str) -> Outgoing:
        """With the token in the fragment: no log, proxy or Referer ever holds it."""
        token, now = new_secret(), self._clock.now()
        ticket = Ticket(
            id=new_id(now),
            centre="",
            person=person.id,
            kind="reset",
            secret_hash=fingerprint(token),
            created_at=now,
            expires_at=now + RESET_MINUTES * 60_000,
        )
        await self._store.end_tickets(person.id, "reset", now)
        await self._store.add_tickets(ticket)
        link = f"{self._public_url}/login/reset#{token}"
        letter = reset_letter(link, language)
        return Outgoing(
            id=ticket.id,
            channel="email",
            to=person.email,
            body=letter.text,
            link=link,
            subject=letter.subject,
        )

    async def _deliver(self, message: Outgoing) -> None:
        try:
            await self._notifier.send(message)
        except CarrierError as error:
            log.warning("reset_not_sent", ticket=message.id, reason=error.reason)


def _used(ticket: Ticket, now: int) -> Ticket:
    """Raises LinkUnusable for one that can't be used any more."""
    if ticket.used_at is not None:
        raise LinkUnusable("claimed")
    if ticket.expires_at <= now:
        raise LinkUnusable("expired")
    return replace(ticket, used_at=now)
