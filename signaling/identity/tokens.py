"""What must hold of an id token before it says anything (OpenID Connect Core 1.0, 3.1.3.7; RFC 8725).

All raise NotAllowed; its text names the claim, never its value.
"""

from __future__ import annotations

import hmac
import json
import math
from base64 import urlsafe_b64decode
from typing import Any, Final

import msgspec
from authlib.oidc.core.util import create_half_hash  # type: ignore[import-untyped]
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from signaling.domain.errors import NotAllowed

ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"})
LONGEST: Final = 16 * 1024  # characters of a token
LONGEST_HEADER: Final = 1024
SKEW: Final = 120  # seconds that two clocks may differ
OLDEST: Final = 600  # seconds since the token was made: it was fetched just now
# `alg`, `kid` and `typ` are all that a token needs to say: no key of its own, no address, no extension
_HEADERS: Final = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_LEVELS: Final = ("eidas1", "eidas2", "eidas3")


class Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str = ""


class Expected(msgspec.Struct, frozen=True):
    """`access_token`: the one that came with it. `now`: seconds since the epoch."""

    issuer: str
    client_id: str
    nonce: str
    acr: str
    access_token: str
    now: int


def header_of(token: str) -> Header:
    if len(token) > LONGEST or not token.isascii() or token.count(".") != 2:
        raise NotAllowed("the token's form")
    text = token.partition(".")[0]
    if len(text) > LONGEST_HEADER:
        raise NotAllowed("the header's size")
    header = _json_object(_decoded(text), "the header")
    if not set(header) <= _HEADERS:
        raise NotAllowed("a header that isn't known")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise NotAllowed("typ")
    try:
        read = msgspec.convert(header, Header)
    except msgspec.ValidationError:
        raise NotAllowed("the header's types") from None
    if read.alg not in ALGORITHMS:
        raise NotAllowed("alg")
    return read


def claims_of(token: str, header: Header, key: Key) -> dict[str, Any]:
    """The claims, once the signature is verified."""
    try:
        payload = jws.deserialize_compact(token, key, algorithms=[header.alg]).payload
    except (JoseError, ValueError, TypeError, RecursionError):
        raise NotAllowed("the signature") from None
    return _json_object(payload, "the claims")


def check(claims: dict[str, Any], header: Header, expected: Expected) -> None:
    _check_parties(claims, expected)
    _check_times(claims, expected.now)
    if not _same(claims.get("nonce"), expected.nonce):
        raise NotAllowed("nonce")
    if _level(claims.get("acr")) < _level(expected.acr):
        raise NotAllowed("acr")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise NotAllowed("sub")
    if "at_hash" in claims:
        right = create_half_hash(expected.access_token, header.alg).decode()
        if not _same(claims["at_hash"], right):
            raise NotAllowed("at_hash")


def _check_parties(claims: dict[str, Any], expected: Expected) -> None:
    if not _same(claims.get("iss"), expected.issuer):
        raise NotAllowed("iss")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise NotAllowed("aud")
    party = claims.get("azp")
    if (len(audiences) > 1 or "azp" in claims) and party != expected.client_id:
        raise NotAllowed("azp")


def _check_times(claims: dict[str, Any], now: int) -> None:
    if _time(claims, "exp") <= now - SKEW:
        raise NotAllowed("exp")
    if not now - SKEW - OLDEST <= _time(claims, "iat") <= now + SKEW:
        raise NotAllowed("iat")
    if "nbf" in claims and _time(claims, "nbf") > now + SKEW:
        raise NotAllowed("nbf")


def _time(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAllowed(name)
    return value


def _level(acr: object) -> int:
    """Levels are compared as "at least"; one that isn't known is below all."""
    return _LEVELS.index(acr) if acr in _LEVELS else -1


def _same(given: object, right: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), right.encode())


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NotAllowed("base64url") from None


def _json_object(text: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise NotAllowed(what) from None
    if not isinstance(value, dict):
        raise NotAllowed(what)
    return value
