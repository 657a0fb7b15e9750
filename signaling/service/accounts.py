"""Centres and their users: making them, shutting them, changing passwords."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from signaling.domain.errors import BadInput, NotFound
from signaling.domain.ids import new_id
from signaling.domain.records import Centre, Person, Role, User
from signaling.ports import Clock, Passwords, Store

SHORTEST: Final = 8  # characters; ASVS 5.0 6.2.1
LONGEST: Final = 256
_EMAIL: Final = re.compile(r"[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+")

# As people write it: an international one begins with +; 15 and 112 are numbers too
_PHONE: Final = re.compile(r"\+?[0-9](?:[ .()-]{0,2}[0-9]){1,19}")


def tidy_email(email: str) -> str:
    """As it is stored and looked up."""
    return unicodedata.normalize("NFC", email).strip().lower()


def is_email(tidy: str) -> bool:
    """Whether it may be one; only a message that arrives proves it. At most 254 characters (RFC 5321)."""
    return _EMAIL.fullmatch(tidy) is not None and len(tidy) <= 254


def tidy_password(password: str) -> str:
    """The same bytes from every keyboard: systems compose accents differently (RFC 8265, OpaqueString)."""
    return unicodedata.normalize("NFC", password)


class Accounts:
    def __init__(self, store: Store, clock: Clock, passwords: Passwords) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords

    async def add_centre(self, name: str) -> Centre:
        """Raises BadInput when the name is empty, or longer than an SMS can carry."""
        now = self._clock.now()
        id_ = new_id(now)
        centre = Centre(id=id_, centre=id_, name=centre_name(name), created_at=now)
        await self._store.add_centre(centre)
        return centre

    async def set_phone(self, centre: str, phone: str) -> Centre:
        """The number that callers read; "" for none. Raises NotFound, BadInput for what nobody can dial."""
        tidy = centre_phone(phone)
        return await self._store.change_centre(centre, lambda row: replace(row, phone=tidy))

    async def knows(self, email: str) -> bool:
        """Whether somebody signs in with this address already, in whatever centre."""
        try:
            await self._store.person_by_email(tidy_email(email))
        except NotFound:
            return False
        return True

    async def add_user(
        self, centre: str, email: str, name: str, role: Role, password: str | None = None
    ) -> User:
        """A person whom another centre knows keeps the name and the password that they have; a new one needs
        one. Raises NotFound for an unknown centre, BadInput for what can't be used, or who works there
        already."""
        await self._store.centre(centre)
        now = self._clock.now()
        person, is_new = await self._person(email, name, password, now)
        user = User(
            id=person.id if is_new else new_id(now),
            centre=centre,
            person=person.id,
            email=person.email,
            name=person.name,
            role=role,
            created_at=now,
        )
        await self._store.add_user(user, person if is_new else None)
        return user

    async def set_password(self, email: str, password: str) -> None:
        """Ends every login of that person. Raises NotFound, BadInput."""
        hashed = await self.hash(password)
        await self._change(email, lambda person: replace(person, password_hash=hashed))

    async def disable(self, email: str) -> None:
        """Shut the account, in all centres, and end every login of it. Raises NotFound."""
        now = self._clock.now()
        await self._change(email, lambda person: replace(person, disabled_at=now))

    async def enable(self, email: str) -> None:
        """Logins that were ended stay ended. Raises NotFound."""
        await self._change(email, lambda person: replace(person, disabled_at=None))

    async def disable_user(self, centre: str, user: str) -> User:
        """Shut a person out of one centre, and end their logins there. Raises NotFound."""
        now = self._clock.now()
        shut = await self._store.change_user(centre, user, lambda row: replace(row, disabled_at=now))
        await self._store.revoke_logins(user, now)
        return shut

    async def enable_user(self, centre: str, user: str) -> User:
        """Logins that were ended stay ended. Raises NotFound."""
        return await self._store.change_user(centre, user, lambda row: replace(row, disabled_at=None))

    async def forget_factors(self, email: str) -> None:
        """For who lost the telephone and the recovery codes: ends every login too. Raises NotFound."""
        person = await self._change(email, lambda person: replace(person, totp="", totp_step=0))
        await self._store.end_tickets(person.id, "recovery", self._clock.now())
        await self._store.remove_passkeys(person.id)

    async def revoke_logins(self, email: str) -> None:
        """Sign a person out of every browser. Raises NotFound."""
        await self._change(email, lambda person: person)

    async def _person(self, email: str, name: str, password: str | None, now: int) -> tuple[Person, bool]:
        tidy = _email(email)
        try:
            return await self._store.person_by_email(tidy), False
        except NotFound:
            hashed = "" if password is None else await self.hash(password)
        return (
            Person(
                id=new_id(now),
                centre="",
                email=tidy,
                name=person_name(name),
                password_hash=hashed,
                created_at=now,
            ),
            True,
        )

    async def _change(self, email: str, change: Callable[[Person], Person]) -> Person:
        person = await self._store.person_by_email(tidy_email(email))
        person = await self._store.change_person(person.id, change)
        await self._store.revoke_logins_of(person.id, self._clock.now())
        return person

    async def hash(self, password: str) -> str:
        """Raises BadInput for a password that can't be used, Throttled."""
        tidy = tidy_password(password)
        if not SHORTEST <= len(tidy) <= LONGEST:
            raise BadInput(f"a password takes {SHORTEST} to {LONGEST} characters")
        return await self._passwords.hash(tidy)


def _email(email: str) -> str:
    tidy = tidy_email(email)
    if not is_email(tidy):
        raise BadInput("an e-mail address looks like name@example.org")
    return tidy


def person_name(name: str) -> str:
    """Raises BadInput."""
    return _name(name, 80)


def centre_name(name: str) -> str:
    """Raises BadInput for one longer than an SMS can carry."""
    return _name(name, 40)


def centre_phone(phone: str) -> str:
    """The number that callers read; "" for none. Raises BadInput for what nobody can dial."""
    tidy = " ".join(phone.split())
    if tidy and not _PHONE.fullmatch(tidy):
        raise BadInput("a telephone number takes 2 to 20 digits, e.g. 03 83 85 85 85 or 15")
    return tidy


def _name(name: str, longest: int) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > longest or not tidy.isprintable():
        raise BadInput(f"a name takes 1 to {longest} characters")
    return tidy
