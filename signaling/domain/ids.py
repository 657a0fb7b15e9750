"""Identifiers and secrets: what is random, what is derived, what is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from signaling.domain.words_of_day import WORDS

_READABLE = "23456789abcdefghjkmnpqrstvwxyz"


def new_id(at: int) -> str:
    """32 hex digits: 48 bits of time (ms since the epoch), then 80 random bits. Ids sort by time."""
    return f"{at:012x}{secrets.token_hex(10)}"


def new_secret() -> str:
    """A bearer secret of 256 bits, for cookies."""
    return secrets.token_urlsafe(32)


def new_mark() -> str:
    """128 random bits, 22 URL-safe characters: names a browser, opens nothing."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """Six digits, for one use and a few minutes."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_recovery_code() -> str:
    """59 random bits to write down, e.g. `k3f7-m2qd-9xzr`: no 0, 1, i, l, o, u that could be misread."""
    signs = "".join(secrets.choice(_READABLE) for _ in range(12))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def fingerprint(secret: str) -> str:
    """What the store keeps of a bearer secret: it finds the row and opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Secrets:
    """Derives link tokens and spoken codes from one key, so that neither is ever stored.

    A copy of the database opens no link: the key lives in the environment or in a 0600 file.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the secret key needs at least 32 bytes")
        self._key = key

    def token(self, invitation: str) -> str:
        """The link's token: 128 bits, 22 URL-safe characters."""
        return urlsafe_b64encode(self._mac("token", invitation)[:16]).rstrip(b"=").decode()

    def code(self, invitation: str, salt: int) -> str:
        """Six digits to read aloud. `salt` is raised until no open invitation has the same code."""
        return f"{int.from_bytes(self._mac('code', f'{invitation}:{salt}')[:8]) % 1_000_000:06d}"

    def code_hash(self, code: str) -> str:
        """Keyed, because a plain hash of six digits is no secret."""
        return self._mac("code-hash", code).hex()

    def phone(self, mark: str, invitation: str) -> str:
        """The cookie of the phone with that mark for that invitation, the same at every try: 256 bits.

        A claim whose answer was lost on a bad network can so be repeated, by the same phone only.
        """
        return urlsafe_b64encode(self._mac("phone", f"{mark}\0{invitation}")).rstrip(b"=").decode()

    def ticket_hash(self, owner: str, code: str) -> str:
        """What the store keeps of a short code; `owner` is what it opens something for."""
        return self._mac("ticket", f"{owner}\0{code}").hex()

    def word(self, session: str) -> str:
        """The word that the regulator reads aloud and the caller's page shows, in capitals: the same all
        through the session, and nobody who only knows the session's id can tell it."""
        return WORDS[int.from_bytes(self._mac("word", session)[:8]) % len(WORDS)].upper()

    def seal(self, mark: str, email: str) -> str:
        """Proof that this user signed in on the browser with that mark: 128 bits, 22 URL-safe characters."""
        return urlsafe_b64encode(self._mac("seal", f"{mark}\0{email}")[:16]).rstrip(b"=").decode()

    def search_key(self) -> bytes:
        """What numbers are found by is made with it (`signaling.domain.indexing`)."""
        return self._mac("search", "")

    def _mac(self, purpose: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}\0{value}".encode(), "sha256")
