"""A regulator's side, for load: visios started by HTTP, as the console's forms do."""

from __future__ import annotations

import random

from media.simulator.door import Link, Server

# Reserved for fiction by the regulator of French numbers (ARCEP, plan national de numérotation); the product
# sends no SMS to them.
FICTIONAL = "06 39 98"


class LoginRefused(Exception):
    """The text says why."""


class Desk:
    def __init__(self, server: Server) -> None:
        self._server = server

    async def log_in(self, email: str, password: str) -> None:
        """Raises LoginRefused."""
        form = {"email": email, "password": password, "next": "/"}
        reply = await self._server.ask("POST", "/login", data=form)
        if reply.status_code != 303:
            raise LoginRefused(f"{email} can't log in at {self._server.origin} ({reply.status_code})")

    async def start(self) -> Link:
        """A new visio. Raises LoginRefused for somebody who may start none."""
        number = f"{FICTIONAL} {random.randrange(10_000):04}"  # noqa: S311 - not a secret
        reply = await self._server.ask("POST", "/sessions", data={"address": number})
        room = reply.headers.get("location", "")
        if not room.startswith("/sessions/"):
            raise LoginRefused(f"no visio can be started at {self._server.origin} ({reply.status_code})")
        found = await self._server.ask("GET", f"{room}/link.json")
        return Link.read(found.json()["link"]["url"])
