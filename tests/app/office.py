"""A centre's console as the product makes it, without its sockets: a real store, real logins, every page."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.demonstration import Demonstrations
from console import login
from console.audit import AuditPages
from console.keeping import Keeping
from console.pages import pages
from console.routes import KeptFiles, Whereabouts, exception_handlers, routes
from media.relay import EmbeddedRelay
from patient_pwa import agent
from signaling.auth import Gate
from signaling.bus.memory import MemoryBus
from signaling.domain import facts
from signaling.domain.facts import AnyFact
from signaling.domain.ids import Secrets
from signaling.domain.records import User
from signaling.domain.room import Change
from signaling.files.disk import DiskFiles
from signaling.files.inspection import Inspection
from signaling.geocode.geopy import GeopyGeocoder
from signaling.images import check_capture
from signaling.limits import Limits
from signaling.passwords import Argon2Passwords
from signaling.service.audit import AuditReading
from signaling.service.captures import Captures
from signaling.service.closing import Closings, Preferences
from signaling.service.documents import Documents
from signaling.service.erasure import Callers, Erasing
from signaling.service.history import History
from signaling.service.invite import Inviting, Ways
from signaling.service.journal import Journal
from signaling.service.logins import Logins
from signaling.service.oversight import Oversight
from signaling.service.places import Places
from signaling.service.quotas import SmsQuotas
from signaling.service.recordings import Recordings
from signaling.service.retention import Removals, Retention
from signaling.service.stills import Stills
from signaling.service.tasks import Tasks
from signaling.store.heads import HeadsFile
from signaling.store.sql import SqlStore
from signaling.web import guarded
from tests import cast
from tests.cast import MINUTE, PASSWORD, SAMU_54, Clock
from tests.trail import trail

SITE: Final = "http://visio.test"
PLACE: Final = (48.69205412345, 6.18441712345)
ADMIN: Final = cast.user("Dora", SAMU_54, role="administrator")
SUPERVISOR: Final = cast.user("Eve", SAMU_54, role="supervisor")
# In place of the simulator: keeps its link for as long as its input lasts, and goes with it.
CALLER: Final = (
    sys.executable,
    "-c",
    """
import os, pathlib, sys
link = sys.stdin.readline()
folder = pathlib.Path(os.environ["DATA_DIR"])
folder.mkdir(exist_ok=True)
file = folder / f"{os.getpid()}.link"
file.write_text(link)
sys.stdin.read()
file.unlink()
""",
)


class Nobody:
    """A recorder that never records; films are others' business."""

    async def film(self, session: str, phones: Mapping[str, int], version: int) -> None:
        pass

    async def being_made(self, films: Collection[str]) -> Collection[str]:
        return films


class Office:
    """A centre's console as the product makes it, without its sockets."""

    def __init__(self, store: SqlStore, clock: Clock, folder: Path) -> None:
        self.store = store
        self.clock = clock
        self.journal = Journal(store, MemoryBus())
        self.relay = EmbeddedRelay(addresses=("127.0.0.1",))  # closed, unless a test opens it
        self.heads = HeadsFile(folder.parent / "heads")
        self.audit = trail(store, clock, folder.parent / "heads")
        secrets = Secrets(b"k" * 32)
        self.inviting = Inviting(
            store,
            self.journal,
            clock,
            secrets,
            Ways(
                public_url=SITE,
                language="fr",
                lifetime=120 * MINUTE,
                providers_of=lambda channel, address: ("outbox",),
                wake=lambda: None,
                quotas=SmsQuotas(store, Limits().limiter, lambda channel, address: ("outbox",)),
            ),
        )
        self.demonstrations = Demonstrations(self.inviting, CALLER, folder)
        files = DiskFiles(folder)
        captures = Captures(store, self.journal, files, clock, check_capture)
        removals = Removals(store, files)
        erasing = Erasing(store, removals, clock)
        self.callers = Callers(store, files, erasing, self.audit)
        self.retention = Retention(store, removals, clock, self.audit, keep_days=30)
        self.files = files
        self.documents = Documents(store, self.journal, files, clock, Inspection())
        passwords = Argon2Passwords(memory_kib=8)
        logins = Logins(store, clock, passwords, secrets, Limits().limiter, 12, audit=self.audit)
        self.app = Starlette(
            routes=[
                *login.routes(),
                *routes(
                    self.inviting,
                    History(store),
                    KeptFiles(
                        captures,
                        self.documents,
                        Recordings(store, self.journal, files, clock, Tasks(), Nobody()),
                        Closings(store, self.journal),
                        Preferences(store),
                    ),
                    Stills(store, self.relay, clock),
                    clock,
                    Whereabouts("visio.test", Places(store, GeopyGeocoder("", ""))),
                    self.demonstrations,
                ),
                *Keeping(erasing, self.callers, clock, pages()).routes(),
                *AuditPages(AuditReading(store, self.audit, self.heads), store, pages()).routes(),
                Route("/broken", _broken),
            ],
            middleware=guarded([SITE], secure=False, larger_bodies={r"/sessions/\w+/captures": 2**20}),
            exception_handlers=exception_handlers(),
        )
        self.app.state.audit = self.audit
        self.app.state.oversight = Oversight(store)
        self.app.state.gate = Gate(logins, False, 12, agent.describe)

    @asynccontextmanager
    async def desk(self, user: User, language: str = "fr") -> AsyncIterator[httpx2.AsyncClient]:
        """A browser in which `user` has signed in."""
        headers = {"Origin": SITE, "Accept": "text/html", "Accept-Language": language}
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(base_url=SITE, headers=headers, transport=transport) as browser:
            answer = await browser.post("/login", data={"email": user.email, "password": PASSWORD})
            assert answer.status_code == 303
            yield browser

    async def call(self, browser: httpx2.AsyncClient, typed: str = "06 12 34 56 78") -> str:
        """Starts a session from the home page. Returns its id."""
        answer = await browser.post("/sessions", data={"address": typed})
        assert answer.status_code == 303
        return answer.headers["location"].removeprefix("/sessions/")

    async def happen(self, session: str, *happened: AnyFact) -> None:
        await self.journal.change(SAMU_54.id, session, lambda room: Change(facts=happened))

    async def phone(self, session: str) -> str:
        """A caller's phone that has a picture and has given its position."""
        room = await self.store.room(SAMU_54.id, session)
        caller = cast.caller(room.invitations[0])
        place = cast.position(caller, latitude=PLACE[0], longitude=PLACE[1])
        change = Change(records=(caller, place), facts=(facts.PictureFirst(participant=caller.id),))
        await self.journal.change(SAMU_54.id, session, lambda room: change)
        return caller.id


async def _broken(request: Request) -> Response:
    raise RuntimeError("the secret of the trace")
