"""Centres and their users: making them, shutting them, changing passwords."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from signaling.domain.errors import BadInput
from signaling.domain.ids import new_id
from signaling.domain.records import Centre, Role, User
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
        centre = Centre(id=id_, centre=id_, name=_name(name, 40), created_at=now)
        await self._store.add_centre(centre)
        return centre

    async def set_phone(self, centre: str, phone: str) -> Centre:
        """The number that callers read; "" for none. Raises NotFound, BadInput for what nobody can dial."""
        tidy = " ".join(phone.split())
        if tidy and not _PHONE.fullmatch(tidy):
            raise BadInput("a telephone number takes 2 to 20 digits, e.g. 03 83 85 85 85 or 15")
        return await self._store.change_centre(centre, lambda row: replace(row, phone=tidy))

    async def add_user(self, centre: str, email: str, name: str, role: Role, password: str) -> User:
        """Raises NotFound for an unknown centre, BadInput for what can't be used or a taken address."""
        await self._store.centre(centre)
        now = self._clock.now()
        user = User(
            id=new_id(now),
            centre=centre,
            email=_email(email),
            name=_name(name, 80),
            role=role,
            password_hash=await self._hash(password),
            created_at=now,
        )
        await self._store.add_user(user)
        return user

    async def set_password(self, email: str, password: str) -> None:
        """Ends every login of that user. Raises NotFound, BadInput."""
        hashed = await self._hash(password)
        await self._change(email, lambda user: replace(user, password_hash=hashed))

    async def disable(self, email: str) -> None:
        """Shut the account and end every login of it. Raises NotFound."""
        now = self._clock.now()
        await self._change(email, lambda user: replace(user, disabled_at=now))

    async def enable(self, email: str) -> None:
        """Logins that were ended stay ended. Raises NotFound."""
        await self._change(email, lambda user: replace(user, disabled_at=None))

    async def revoke_logins(self, email: str) -> None:
        """Sign a user out of every browser. Raises NotFound."""
        await self._change(email, lambda user: user)

    async def _change(self, email: str, change: Callable[[User], User]) -> None:
        user = await self._store.change_user(tidy_email(email), change)
        await self._store.revoke_logins(user.id, self._clock.now())

    async def _hash(self, password: str) -> str:
        tidy = tidy_password(password)
        if not SHORTEST <= len(tidy) <= LONGEST:
            raise BadInput(f"a password takes {SHORTEST} to {LONGEST} characters")
        return await self._passwords.hash(tidy)


def _email(email: str) -> str:
    tidy = tidy_email(email)
    if not is_email(tidy):
        raise BadInput("an e-mail address looks like name@example.org")
    return tidy


def _name(name: str, longest: int) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > longest or not tidy.isprintable():
        raise BadInput(f"a name takes 1 to {longest} characters")
    return tidy
