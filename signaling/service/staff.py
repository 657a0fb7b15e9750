"""Who works in a centre, by its administrators: invited, given another role, shut out, let in again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace

from signaling.domain import roster
from signaling.domain.account_text import INVITATION_DAYS, invitation_letter, welcome_letter
from signaling.domain.audit import Audited
from signaling.domain.errors import BadInput, CarrierError, NotAllowed
from signaling.domain.ids import fingerprint, new_id, new_secret
from signaling.domain.records import Person, Role, Ticket, User
from signaling.domain.visitor import Visitor
from signaling.ports import Audit, Clock, Notifier, Outgoing, Store
from signaling.service.accounts import Accounts, is_email, tidy_email
from signaling.service.professionals import Numbers
from signaling.service.rights import must_administrate
from signaling.service.tasks import Tasks

log = structlog.get_logger()

ROLES: Final[tuple[Role, ...]] = ("regulator", "supervisor", "administrator")
_DAY: Final = 24 * 3_600_000  # ms


class Member(msgspec.Struct, frozen=True):
    user: User
    invited: bool  # has chosen no password yet, nor another way in
    rpps: str


class Outcome(msgspec.Struct, frozen=True):
    """What a line of a list comes to."""

    line: roster.Line
    fault: str  # roster.Fault, or "known": works here already


class Staff:
    """`public_url`: where people sign in."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        accounts: Accounts,
        audit: Audit,
        notifier: Notifier,
        tasks: Tasks,
        public_url: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._audit = audit
        self._notifier = notifier
        self._tasks = tasks
        self._public_url = public_url

    async def listed(self, visitor: Visitor) -> Sequence[Member]:
        """By name; who is shut out comes last. Raises NotAllowed."""
        must_administrate(visitor)
        users = await self._store.users(visitor.centre)
        made = [_member(user, await self._store.person(user.person)) for user in users]
        return sorted(made, key=lambda one: (one.user.disabled_at is not None, one.user.name.casefold()))

    async def invite(self, visitor: Visitor, email: str, name: str, role: str, language: str) -> User:
        """Raises NotAllowed; BadInput for what can't be used, or who works there already."""
        must_administrate(visitor)
        user = await self._add(visitor, roster.Line(1, email, name, _role(role)))
        self._tasks.start(self._send([user], visitor.centre_name, language))
        return user

    async def invite_again(self, visitor: Visitor, user: str, language: str) -> User:
        """Raises NotAllowed, NotFound; BadInput for who has come in already."""
        must_administrate(visitor)
        row = await self._store.user(visitor.centre, user)
        if not _member(row, await self._store.person(row.person)).invited or row.disabled_at is not None:
            raise BadInput("this person has an account already")
        await self._note(visitor, row.id, "invited")
        self._tasks.start(self._send([row], visitor.centre_name, language))
        return row

    async def set_role(self, visitor: Visitor, user: str, role: str) -> None:
        """In force at that person's next request. Raises NotAllowed for oneself, NotFound, BadInput."""
        self._must_be_another(visitor, user)
        wanted = _role(role)
        await self._store.change_user(visitor.centre, user, lambda row: replace(row, role=wanted))
        await self._note(visitor, user, "role", wanted)

    async def shut_out(self, visitor: Visitor, user: str) -> None:
        """Ends every login there. Raises NotAllowed for oneself, NotFound."""
        self._must_be_another(visitor, user)
        await self._accounts.disable_user(visitor.centre, user)
        await self._note(visitor, user, "disabled")

    async def let_in(self, visitor: Visitor, user: str) -> None:
        """Raises NotAllowed, NotFound."""
        must_administrate(visitor)
        await self._accounts.enable_user(visitor.centre, user)
        await self._note(visitor, user, "enabled")

    async def set_rpps(self, visitor: Visitor, user: str, rpps: str) -> None:
        """The number that Pro Santé Connect knows the person by; "" for none. Raises NotFound; BadInput,
        also for
        another person's number; NotAllowed for a person of several centres, whose accounts there it opens
        too."""
        must_administrate(visitor)
        row = await self._store.user(visitor.centre, user)
        if any(place.centre != visitor.centre for place, _ in await self._store.users_of(row.person)):
            raise NotAllowed("this person works in another centre too")
        await Numbers(self._store).set(row.email, rpps)
        await self._note(visitor, user, "rpps")

    # ------------------------------------------------------------ many at once
    async def judge(self, visitor: Visitor, data: bytes) -> Sequence[Outcome]:
        """What `take` would do. Raises NotAllowed; BadInput for what is no list."""
        must_administrate(visitor)
        known = {one.email for one in await self._store.users(visitor.centre)}
        return [Outcome(line, _fault(line, known)) for line in roster.read(data)]

    async def take(self, visitor: Visitor, data: bytes, language: str) -> int:
        """Invites those whose lines are right. Returns how many. Raises BadInput for what is no list."""
        good = [one.line for one in await self.judge(visitor, data) if not one.fault]
        made: list[User] = []
        try:
            for line in good:
                user = await self._add(visitor, line)
                made.append(user)
        finally:  # also when the database went in the middle: who was added gets a letter
            self._tasks.start(self._send(made, visitor.centre_name, language))
        return len(made)

    async def _add(self, visitor: Visitor, line: roster.Line) -> User:
        user = await self._accounts.add_user(visitor.centre, line.email, line.name, line.role)
        await self._note(visitor, user.id, "added", user.role)
        return user

    # ------------------------------------------------------------ letters
    async def _send(self, users: Sequence[User], centre: str, language: str) -> None:
        """One after the other: a mail server is no match for two thousand at once."""
        for user in users:
            message = await self._letter(user, centre, language)
            try:
                await self._notifier.send(message)
            except CarrierError as error:
                log.warning("invitation_not_sent", user=user.id, reason=error.reason)

    async def _letter(self, user: User, centre: str, language: str) -> Outgoing:
        """With the token in the fragment: no log, proxy or Referer ever holds it."""
        person, now = await self._store.person(user.person), self._clock.now()
        if _member(user, person).invited:
            token = new_secret()
            await self._store.add_tickets(_ticket(user, token, now))
            link = f"{self._public_url}/login/reset#{token}"
            letter = invitation_letter(centre, link, language)
        else:
            link = f"{self._public_url}/login"
            letter = welcome_letter(centre, link, language)
        return Outgoing(
            id=new_id(now),
            channel="email",
            to=user.email,
            body=letter.text,
            link=link,
            subject=letter.subject,
        )

    async def _note(self, visitor: Visitor, user: str, change: str, role: str = "") -> None:
        detail: dict[str, str | int] = {"change": change}
        if role:
            detail["role"] = role
        await self._audit.record(Audited(visitor.centre, visitor.user, "account.changed", user, detail))

    @staticmethod
    def _must_be_another(visitor: Visitor, user: str) -> None:
        """So that no centre loses its last administrator by a slip."""
        must_administrate(visitor)
        if user == visitor.user:
            raise NotAllowed("another administrator changes this")


def _member(user: User, person: Person) -> Member:
    return Member(user, not person.password_hash and person.rpps is None, person.rpps or "")


def _ticket(user: User, token: str, now: int) -> Ticket:
    return Ticket(
        id=new_id(now),
        centre=user.centre,
        person=user.person,
        kind="invitation",
        secret_hash=fingerprint(token),
        created_at=now,
        expires_at=now + INVITATION_DAYS * _DAY,
    )


def _fault(line: roster.Line, known: set[str]) -> str:
    if not line.fault and not is_email(tidy_email(line.email)):
        return "email"
    return line.fault or ("known" if line.email in known else "")


def _role(role: str) -> Role:
    """Raises BadInput."""
    for one in ROLES:
        if role == one:
            return one
    raise BadInput("no such role")
