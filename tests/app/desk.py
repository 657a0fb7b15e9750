"""The console's door by itself: the login page, the guards, and two rooms behind them, on a real store."""

from __future__ import annotations

from typing import Final

import httpx2
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from console import login
from signaling.auth import Gate, require
from signaling.domain.errors import NotAllowed
from signaling.domain.ids import Secrets
from signaling.limits import Limits
from signaling.passwords import Argon2Passwords
from signaling.ports import Clock, Store
from signaling.service.accounts import Accounts
from signaling.service.logins import Logins
from signaling.web import guarded
from tests.cast import PASSWORD

SITE: Final = "http://visio.test"
SECURE_SITE: Final = "https://visio.test"
HOURS: Final = 12
WRONG: Final = "wrong password"


@require()
async def who(request: Request) -> Response:
    return JSONResponse(msgspec.to_builtins(request.state.visitor))


@require("supervisor", "administrator")
async def review(request: Request) -> Response:
    return PlainTextResponse("for supervisors")


async def refused(request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 403)


class Desk:
    """Everything that signs people in, made as the product makes it but for cheaper hashes."""

    def __init__(self, store: Store, clock: Clock, limits: Limits, site: str = SITE) -> None:
        self.store = store
        self.site = site
        self.passwords = Argon2Passwords(memory_kib=8)
        self.accounts = Accounts(store, clock, self.passwords)
        secrets = Secrets(b"k" * 32)
        self.logins = Logins(store, clock, self.passwords, secrets, limits.limiter, HOURS)
        secure = site.startswith("https://")
        self.app = Starlette(
            routes=[*login.routes(), Route("/", who), Route("/review", review), Route("/history/{id}", who)],
            middleware=guarded([site], secure=secure),
            exception_handlers={NotAllowed: refused},
        )
        self.app.state.gate = Gate(self.logins, secure, HOURS)

    def browser(self, address: str = "192.0.2.7") -> httpx2.AsyncClient:
        """A new browser at that address; its requests come from our own pages."""
        return httpx2.AsyncClient(
            base_url=self.site,
            headers={"Origin": self.site, "Accept": "text/html"},
            transport=httpx2.ASGITransport(self.app, client=(address, 50_000)),
        )


async def sign_in(
    browser: httpx2.AsyncClient, email: str, password: str = PASSWORD, **form: str
) -> httpx2.Response:
    return await browser.post("/login", data={"email": email, "password": password, **form})
