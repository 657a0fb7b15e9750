"""Codes of an authenticator application (RFC 6238): pyotp counts, AES-GCM keeps the secrets.

The key that seals is derived from the secret key of the installation (HKDF, RFC 5869), and each secret is
bound to its person: a copy of the database yields no code, nor does a secret moved to another row.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signaling.domain.errors import NotAllowed

ISSUER: Final = "VisioRegul"
STEP: Final = 30  # seconds
SIGNS: Final = 32  # of base32: 160 bits, as RFC 4226 recommends
_NONCE: Final = 12  # bytes


class TotpAuthenticator:
    """Implements `signaling.ports.Authenticator`."""

    def __init__(self, secret_key: bytes) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=b"totp").derive(secret_key)
        self._cipher = AESGCM(key)

    def make(self, person: str) -> str:
        nonce = os.urandom(_NONCE)
        secret = pyotp.random_base32(SIGNS).encode()
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, secret, person.encode())).decode()

    def address(self, person: str, sealed: str, account: str) -> str:
        return self._codes(person, sealed).provisioning_uri(name=account, issuer_name=ISSUER)

    def step(self, person: str, sealed: str, code: str, now: int) -> int | None:
        codes = self._codes(person, sealed)
        current = now // 1000 // STEP
        steps = (current, current - 1, current + 1)
        return next((step for step in steps if _same(codes.generate_otp(step), code)), None)

    def _codes(self, person: str, sealed: str) -> pyotp.TOTP:
        try:
            data = urlsafe_b64decode(sealed.encode())
            secret = self._cipher.decrypt(data[:_NONCE], data[_NONCE:], person.encode())
        except (InvalidTag, ValueError):
            raise NotAllowed("this secret was not made for this person") from None
        return pyotp.TOTP(secret.decode(), interval=STEP)


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode())
