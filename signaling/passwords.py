"""Password hashes: argon2id in threads, so that the event loop never waits, and only a few at a time.

Parameters: OWASP Password Storage Cheat Sheet and ASVS 5.0 appendix C ask for 19 MiB, t=2, p=1 at least.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from signaling.domain.errors import Throttled

MEMORY_KIB: Final = 19 * 1024
AT_ONCE: Final = 2  # hashes of 19 MiB and about 30 ms of a core each
STRANGERS_WAITING: Final = 16  # a quarter of a second of work, then they are told to come back
KNOWN_WAITING: Final = 64
RETRY_AFTER: Final = 2.0  # seconds
READABLE: Final = "23456789abcdefghjkmnpqrstuvwxyz"


class Argon2Passwords:
    """Implements `signaling.ports.Passwords`."""

    def __init__(self, memory_kib: int = MEMORY_KIB, at_once: int = AT_ONCE) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._nobody = self._hasher.hash("nobody's password")
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        await self._slot(KNOWN_WAITING)
        try:
            return await asyncio.to_thread(self._hasher.hash, password)
        finally:
            self._slots.release()

    async def verify(self, password_hash: str | None, password: str, *, first: bool = False) -> bool:
        await self._slot(KNOWN_WAITING if first else STRANGERS_WAITING)
        try:
            right = await asyncio.to_thread(self._matches, password_hash or self._nobody, password)
        finally:
            self._slots.release()
        return right and password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _slot(self, queue: int) -> None:
        if self._waiting >= queue:
            raise Throttled(RETRY_AFTER)
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1


def new_password() -> str:
    """79 random bits, in groups that can be read aloud; no letter that looks like a digit."""
    groups = ["".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4)]
    return "-".join(groups)
