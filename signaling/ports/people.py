"""Whoever signs in: passwords, second factors, identity providers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from signaling.domain.records import (
    Passkey,
    Person,
)
from signaling.domain.room import Change as Change
from signaling.domain.room import Room as Room


class Passwords(Protocol):
    """Slow, salted hashes of passwords, a few at a time. All calls raise Throttled when too many wait."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password_hash: str | None, password: str, *, first: bool = False) -> bool:
        """Takes as long when there is no hash to compare with. `first`: may wait where strangers are sent
        away."""

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash is cheaper to guess than those made today."""


class Authenticator(Protocol):
    """Time-based one-time codes (RFC 6238) of an application on a person's telephone. A secret is only ever
    seen sealed for its person."""

    def make(self, person: str) -> str:
        """A new secret, sealed."""

    def address(self, person: str, sealed: str, account: str) -> str:
        """What the application reads as a QR code, `otpauth://...`. Raises NotAllowed for what was not sealed
        for this person."""

    def step(self, person: str, sealed: str, code: str, now: int) -> int | None:
        """The time step (of 30 s) that the code belongs to, when it is this one, the one before or the next.
        Raises NotAllowed."""


class Presented(msgspec.Struct, frozen=True):
    """What a browser sends of a passkey, not verified yet: binary fields are base64url, as there."""

    credential: str  # its id
    challenge: str
    user: str  # the person's id as the key holds it, "" when it tells none
    text: str  # the whole, JSON


class NewPasskey(msgspec.Struct, frozen=True):
    credential: str  # base64url, as the next one
    public_key: str
    sign_count: int


class PasskeyVerifier(Protocol):
    """The relying party of WebAuthn (level 2). Options are JSON for the browser; a challenge is base64url."""

    def new_key(self, person: Person, challenge: str, known: Sequence[str]) -> str:
        """Options to make a key with. `known`: credentials that the person has."""

    def challenge(self, challenge: str, allowed: Sequence[str], *, alone: bool) -> str:
        """Options to show a key with. `allowed`: none: any that the browser holds. `alone`: no other factor
        is asked for, so that the key must know its holder."""

    def read(self, text: str) -> Presented:
        """Raises NotAllowed for anything else."""

    def registered(self, presented: Presented) -> NewPasskey:
        """Raises NotAllowed."""

    def shown(self, presented: Presented, passkey: Passkey, *, alone: bool) -> int:
        """The key's new sign count. Raises NotAllowed, also for a count that went back."""


class Professional(msgspec.Struct, frozen=True):
    """Who a provider of identities says that somebody is."""

    subject: str
    rpps: str  # as the provider writes it
    acr: str  # how sure the provider is, e.g. "eidas1"
    may_regulate: bool | None  # `Acces_Regulation_Medicale`; None: not told
    id_token: str  # to end the login there


class Errand(msgspec.Struct, frozen=True):
    """A browser on its way to the provider: what must come back, and what only we know meanwhile."""

    url: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Pro Santé Connect, or another OpenID provider. All raise Unavailable when it does not answer."""

    async def begin(self) -> Errand: ...
    async def finish(self, answer: dict[str, str], nonce: str, verifier: str) -> Professional:
        """`answer`: the query that the browser came back with. Raises NotAllowed for whatever is wrong."""

    async def farewell(self, id_token: str) -> str:
        """Where a browser ends its login at the provider; "" when the provider names no such place."""

    async def close(self) -> None: ...
