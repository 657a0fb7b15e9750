"""A security key in software (WebAuthn level 2, ES256, no attestation), as obedient as a test wants it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from os import urandom
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Authenticator:
    """One key. `count`: signatures so far, 0 when it does not count. `verifies`: knows its holder."""

    def __init__(self, origin: str, *, counts: bool = True, verifies: bool = True) -> None:
        self.origin = origin
        self.rp_id = origin.partition("://")[2].partition(":")[0]
        self.counts = counts
        self.verifies = verifies
        self.count = 0
        self.shows = "webauthn.get"
        self.user = b""
        self.id = urandom(32)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any]) -> str:
        padded = options["user"]["id"] + "=="
        self.user = urlsafe_b64decode(padded)
        data = self._data(ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._public()
        attested = {"fmt": "none", "attStmt": {}, "authData": data}
        fields = {"attestationObject": base64url(cbor2.dumps(attested))}
        return self._sent(self._client("webauthn.create", options), fields)

    def show(self, options: dict[str, Any]) -> str:
        self.count += self.counts
        client, data = self._client(self.shows, options), self._data(0)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        fields = {"authenticatorData": base64url(data), "signature": base64url(signature)}
        return self._sent(client, {**fields, "userHandle": base64url(self.user)})

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _sent(self, client: bytes, fields: dict[str, str]) -> str:
        id_ = base64url(self.id)
        response = {"clientDataJSON": base64url(client), **fields}
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": response})
