"""The STUN and TURN servers that a browser is told, with credentials that open TURN for a while only."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from signaling.ports import Clock


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """TURN servers, and how browsers sign in there: by `secret` (coturn's `static-auth-secret`), each with a
    name and a password of its own that end after `seconds`; without a secret, all by `username` and
    `password`."""

    urls: tuple[str, ...]
    secret: str = ""
    username: str = ""
    password: str = ""
    seconds: float = 3600


class IceServers:
    def __init__(self, stun_urls: tuple[str, ...], turn: Turn, clock: Clock) -> None:
        self._stun_urls = stun_urls
        self._turn = turn
        self._clock = clock

    def of(self, participant: str) -> list[dict[str, Any]]:
        """As `RTCConfiguration.iceServers`, fresh. `participant`: a pseudonym, which coturn logs."""
        servers: list[dict[str, Any]] = []
        if self._stun_urls:
            servers.append({"urls": list(self._stun_urls)})
        if self._turn.urls:
            username, credential = self._credentials(participant)
            servers.append({"urls": list(self._turn.urls), "username": username, "credential": credential})
        return servers

    async def renewals(self, participant: str) -> AsyncGenerator[list[dict[str, Any]]]:
        """Those of `of`, again and again before the ones told last end; for ever."""
        while True:
            await asyncio.sleep(self._turn.seconds / 2)
            yield self.of(participant)

    def _credentials(self, participant: str) -> tuple[str, str]:
        """(username, credential); from a secret: draft-uberti-behave-turn-rest-00, section 2.2."""
        turn = self._turn
        if not turn.secret:
            return turn.username, turn.password
        username = f"{int(self._clock.now() / 1000 + turn.seconds)}:{participant}"
        # SHA-1 because the draft says so and coturn computes the same: as a MAC it is unbroken
        proof = hmac.new(turn.secret.encode(), username.encode(), hashlib.sha1).digest()
        return username, base64.b64encode(proof).decode()
