"""What people change of their own account: name, password, telephone, logins."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from msgspec.structs import replace

from signaling.domain.addresses import parse
from signaling.domain.errors import BadAddress, NotAllowed, NotFound
from signaling.domain.records import Centre, Login, Person
from signaling.domain.throttle import factor_counts
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Passwords, Store
from signaling.service.accounts import LONGEST, Accounts, person_name, tidy_password
from signaling.service.throttle import Throttle

log = structlog.get_logger()


class OwnAccount:
    def __init__(
        self, store: Store, clock: Clock, accounts: Accounts, passwords: Passwords, throttle: Throttle
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._passwords = passwords
        self._throttle = throttle

    async def person(self, visitor: Visitor) -> Person:
        return await self._store.person(visitor.person)

    async def rename(self, visitor: Visitor, name: str) -> None:
        """Raises BadInput."""
        tidy = person_name(name)
        await self._store.change_person(visitor.person, lambda row: replace(row, name=tidy))

    async def know(self, visitor: Visitor, password: str, source_ip: str) -> Person:
        """Whoever sits at an open console is not always who opened it: what matters asks for the password.
        Raises NotAllowed for a wrong one, Throttled. Somebody without a password has none to tell."""
        person = await self.person(visitor)
        if not person.password_hash:
            return person
        counts = factor_counts(person.id, source_ip)
        await self._throttle.must_wait(counts)
        given = tidy_password(password)[: LONGEST + 1]
        if not await self._passwords.verify(person.password_hash, given, first=True):
            await self._throttle.hit(counts)
            raise NotAllowed("wrong password")
        return person

    async def change_password(self, visitor: Visitor, old: str, new: str, source_ip: str) -> None:
        """Ends all other logins. Raises NotAllowed, BadInput, Throttled."""
        await self.know(visitor, old, source_ip)
        hashed = await self._accounts.hash(new)
        await self._store.change_person(visitor.person, lambda row: replace(row, password_hash=hashed))
        await self.revoke_others(visitor)
        log.info("password_changed", person=visitor.person)

    async def set_phone(self, visitor: Visitor, phone: str) -> None:
        """For codes by SMS; "" for none. Raises BadAddress."""
        address = parse(phone) if phone.strip() else None
        if address is not None and address.channel != "sms":
            raise BadAddress("not_a_number")
        value = "" if address is None else address.value
        await self._store.change_person(visitor.person, lambda row: replace(row, phone=value))

    # --- logins
    async def logins(self, visitor: Visitor) -> Sequence[tuple[Login, Centre]]:
        return await self._store.logins_of(visitor.person, self._clock.now())

    async def revoke(self, visitor: Visitor, login: str) -> None:
        """Raises NotFound for one of somebody else."""
        if login not in {own.id for own, _ in await self.logins(visitor)}:
            raise NotFound("no such login")
        await self._store.revoke_login(login, self._clock.now())

    async def revoke_others(self, visitor: Visitor) -> None:
        await self._store.revoke_logins_of(visitor.person, self._clock.now(), besides=visitor.login)
