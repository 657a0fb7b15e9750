"""The keys of a provider (RFC 7517), fetched now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey

from signaling.domain.errors import NotAllowed
from signaling.identity.tokens import Header
from signaling.ports import Clock

KEPT: Final = 3_600_000  # ms
PAUSE: Final = 30_000  # ms between two fetches, whatever keys tokens name
MOST: Final = 50
LEAST_BITS: Final = 2048  # of RSA
_KINDS: Final = {"R": "RSA", "P": "RSA", "E": "EC"}  # by the first letter of an algorithm
_MAKERS: Final[dict[str, tuple[type[RSAKey | ECKey], tuple[str, ...]]]] = {
    "RSA": (RSAKey, ("kty", "n", "e")),
    "EC": (ECKey, ("kty", "crv", "x", "y")),
}


class KeyRing:
    """`fetch`: the provider's key set, as JSON. Raises what it raises."""

    def __init__(self, fetch: Callable[[], Awaitable[dict[str, Any]]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: list[tuple[str, str, Key]] = []  # kid, kind, key
        self._fetched_at: int | None = None
        self._lock = asyncio.Lock()

    async def key(self, header: Header) -> Key:
        """Raises NotAllowed for a key that the provider does not have."""
        await self._refresh(KEPT)
        found = self._find(header)
        if found is None:
            await self._refresh(PAUSE)
            found = self._find(header)
        if found is None:
            raise NotAllowed("kid")
        return found

    def _find(self, header: Header) -> Key | None:
        kind = _KINDS[header.alg[0]]
        fitting = [key for kid, of, key in self._keys if of == kind and kid == header.kid]
        if not header.kid:
            fitting = [key for _, of, key in self._keys if of == kind]
        return fitting[0] if len(fitting) == 1 else None

    async def _refresh(self, age: int) -> None:
        """Once, however many ask at a time."""
        async with self._lock:
            now = self._clock.now()
            if self._fetched_at is not None and now - self._fetched_at < age:
                return
            given = (await self._fetch()).get("keys")
            self._keys = list(_usable(given if isinstance(given, list) else []))
            self._fetched_at = now


def _usable(given: list[Any]) -> Iterable[tuple[str, str, Key]]:
    """Public keys that verify; others of the set are of no use here. Never a shared secret (`oct`)."""
    for entry in given[:MOST]:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
            continue
        kind = str(entry.get("kty"))
        if kind not in _MAKERS:
            continue
        maker, names = _MAKERS[kind]
        try:
            key = maker.import_key({name: str(entry[name]) for name in names})
        except (JoseError, ValueError, KeyError, TypeError):
            continue
        if isinstance(key, RSAKey) and key.public_key.key_size < LEAST_BITS:
            continue
        yield str(entry.get("kid", "")), kind, key
