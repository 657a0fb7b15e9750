"""The console's door by itself: the login page, the guards, and two rooms behind them, on a real store."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx2
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from config.identity import identity
from console import login
from console.account import Account
from console.login_steps import LoginSteps
from console.pages import pages
from console.passkeys import PasskeyPages
from console.psc import ProSanteConnect
from console.reset import PasswordReset
from patient_pwa import agent
from signaling.auth import Gate, require
from signaling.domain.errors import NotAllowed, NotFound
from signaling.domain.ids import Secrets
from signaling.domain.throttle import DOOR_LIMITS
from signaling.limits import Limits
from signaling.passwords import Argon2Passwords
from signaling.ports import Clock, IdentityProvider, Outgoing, Receipt, Store
from signaling.service.accounts import Accounts
from signaling.service.logins import Logins
from signaling.service.professionals import Professionals
from signaling.service.tasks import Tasks
from signaling.service.throttle import Throttle
from signaling.web import guarded
from tests.cast import PASSWORD
from tests.trail import trail

SITE: Final = "http://visio.test"
SECURE_SITE: Final = "https://visio.test"
HOURS: Final = 12
WRONG: Final = "wrong password"
SECRET_KEY: Final = "k" * 32


@require()
async def who(request: Request) -> Response:
    return JSONResponse(msgspec.to_builtins(request.state.visitor))


@require("supervisor", "administrator")
async def review(request: Request) -> Response:
    return PlainTextResponse("for supervisors")


async def refused(request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 403)


async def missing(request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 404)


class Kept:
    """A carrier that delivers into a queue."""

    name = "kept"

    def __init__(self, sent: asyncio.Queue[Outgoing]) -> None:
        self._sent = sent

    async def open(self) -> None:
        """Nothing is held."""

    async def close(self) -> None:
        """As `open`."""

    async def send(self, message: Outgoing) -> Receipt:
        self._sent.put_nowait(message)
        return Receipt(message.id, delivered=True)


class Desk:
    """Everything that signs people in, made as the product makes it but for cheaper hashes."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limits: Limits,
        site: str = SITE,
        provider: IdentityProvider | None = None,
    ) -> None:
        self.store = store
        self.site = site
        self.passwords = Argon2Passwords(memory_kib=8)
        self.accounts = Accounts(store, clock, self.passwords)
        self.sent: asyncio.Queue[Outgoing] = asyncio.Queue()
        self.tasks = Tasks()
        self.identity = identity(
            store, clock, self.passwords, SECRET_KEY, limits.limiter, Kept(self.sent), self.tasks, site
        )
        audit = trail(store, clock)
        self.professionals = Professionals(store, clock, Throttle(DOOR_LIMITS, limits.limiter), provider)
        self.logins = Logins(
            store,
            clock,
            self.passwords,
            Secrets(SECRET_KEY.encode()),
            limits.limiter,
            HOURS,
            (self.identity.authenticators, self.identity.passkeys),
            audit=audit,
        )
        secure = site.startswith("https://")
        self.app = Starlette(
            routes=[
                *login.routes(),
                *LoginSteps(self.identity, pages()).routes(),
                *PasswordReset(self.identity, pages()).routes(),
                *Account(self.identity, pages()).routes(),
                *PasskeyPages(self.identity, pages()).routes(),
                *ProSanteConnect(self.professionals, pages()).routes(),
                Route("/", who),
                Route("/review", review),
                Route("/history/{id}", who),
            ],
            middleware=guarded([site], secure=secure),
            exception_handlers={NotAllowed: refused, NotFound: missing},
        )
        self.app.state.audit = audit
        self.app.state.professionals = self.professionals
        self.app.state.gate = Gate(self.logins, secure, HOURS, agent.describe)

    async def delivered(self) -> Outgoing:
        """The next message that leaves."""
        async with asyncio.timeout(20):
            return await self.sent.get()

    async def settled(self) -> None:
        """Once what went on after the answers is over."""
        await asyncio.gather(*self.tasks._running)

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
