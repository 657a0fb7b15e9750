"""Wires everything: routes and sockets on the use cases of `config.application`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

import console.guest
import console.login
import console.routes
import patient_pwa.agent
import patient_pwa.http
import patient_pwa.routes
import patient_pwa.summary
import patient_pwa.test_page
import patient_pwa.uploads
from config.adapters import adapters
from config.application import Application, build, opened
from config.observed import counted, observed
from config.settings import Settings
from console.account import Account
from console.audit import AuditPages
from console.centre import CentrePages
from console.figures import FiguresPage
from console.figures_reading import FiguresDesk
from console.guest import GuestPage
from console.keeping import Keeping
from console.login_steps import LoginSteps
from console.pages import pages
from console.passkeys import PasskeyPages
from console.places import MapTiles
from console.psc import ProSanteConnect
from console.reset import PasswordReset
from console.staff import StaffPages
from console.wall import WallPages
from console.words import describe
from signaling import endpoint, hooks
from signaling.auth import visitor_of
from signaling.clock import SystemClock
from signaling.conversation_caller import CallerDesk
from signaling.conversation_console import ConsoleDesk, Visitors
from signaling.conversation_guest import GuestDesk, GuestDoor
from signaling.conversation_test import PhoneTestDesk
from signaling.conversation_wall import WallDesk
from signaling.domain.errors import VisioError
from signaling.domain.throttle import SOCKETS
from signaling.notify.twilio import twilio_status
from signaling.ports import Clock
from signaling.service.closing import Preferences
from signaling.service.echo import Echoes
from signaling.service.figures import Figures
from signaling.service.history import Findable
from signaling.service.ice_servers import IceServers, Turn
from signaling.service.places import Places
from signaling.web import guarded

log = structlog.get_logger()

SWEEP_SECONDS = 600
RETENTION_SECONDS = 60  # between two looks whether it is time, and nobody else's turn
HOUR = 3_600_000  # ms
CAPTURE_BYTES = 15 * 1024 * 1024
DOCUMENT_BYTES = 20 * 1024 * 1024
LIST_BYTES = 1024 * 1024
LOGIN_DAYS = 30  # after a login has ended, its browser and times are forgotten; the audit keeps that it was
TICKET_HOURS = 24  # after a code or a link was used or expired
UPLOAD_HOURS = 2  # a file of a phone that did not come whole by then never will


def create(settings: Settings, certificate: Path | None = None) -> Starlette:
    """The application. `settings.secret_key` must be set (`config.serve` makes one). `certificate`: the
    server's, when it speaks HTTPS itself."""
    clock = SystemClock()
    made = build(settings, adapters(settings, clock), clock, certificate)
    app = Starlette(
        routes=_routes(made),
        middleware=[
            counted(made),
            *guarded(
                settings.origins,
                secure=settings.secure,
                larger_bodies={
                    r"/sessions/[0-9a-f]{32}/captures": CAPTURE_BYTES,
                    r"/sessions/[0-9a-f]{32}/documents": DOCUMENT_BYTES,
                    r"/centre/users/(list|import)": LIST_BYTES,
                },
            ),
        ],
        exception_handlers=console.routes.exception_handlers(),
        lifespan=partial(_lifespan, made),
    )
    app.state.gate = made.gate
    app.state.audit = made.audit
    app.state.oversight = made.use.oversight
    app.state.professionals = made.professionals
    app.state.readiness = made.readiness
    return app


@asynccontextmanager
async def _lifespan(made: Application, _: Starlette) -> AsyncIterator[None]:
    async with opened(made):
        made.adapters.tasks.start(made.adapters.figures.complaints.run())
        made.adapters.tasks.start(made.courier.run())
        made.adapters.tasks.start(made.audit.run())
        made.adapters.tasks.start(made.adapters.figures.machinery.measure_lag())
        made.adapters.tasks.start(_sweep(made))
        made.adapters.tasks.start(_delete_outdated(made))
        made.adapters.tasks.start(_make_findable(made))
        made.adapters.tasks.start(made.counting.run())
        made.adapters.tasks.start(made.quality.run())
        yield
        await made.quality.close()


async def _sweep(made: Application) -> None:
    """Sessions left open end by themselves; half files, used codes, old logins and old tests of phones are
    forgotten."""
    while True:
        try:
            await made.use.ending.sweep(made.settings.session_hours * HOUR)
            await made.uploads.sweep(UPLOAD_HOURS * HOUR)
            await made.adapters.store.forget_tickets(made.clock.now() - TICKET_HOURS * HOUR)
            await made.adapters.store.forget_logins(made.clock.now() - LOGIN_DAYS * 24 * HOUR)
            if made.phone_tests is not None:
                await made.phone_tests.sweep()
        except Exception:
            log.exception("sweep_failed")
        await asyncio.sleep(SWEEP_SECONDS)


async def _delete_outdated(made: Application) -> None:
    """What was kept long enough, once an hour by one process of all."""
    while True:
        try:
            await made.retention.sweep()
        except Exception:
            log.exception("retention_failed")
        await asyncio.sleep(RETENTION_SECONDS)


async def _make_findable(made: Application) -> None:
    try:
        await Findable(made.adapters.store).run()
    except Exception:
        log.exception("index_failed")


# ---------------------------------------------------------------- routes
def _routes(made: Application) -> list[BaseRoute]:
    settings, use = made.settings, made.use
    return [
        Route("/healthz", _healthy),
        *observed(made),
        *WallPages(made.wall, pages()).routes(),
        *AuditPages(made.audit_reading, made.adapters.store, pages()).routes(),
        *Keeping(made.erasing, made.callers, made.clock, pages()).routes(),
        *console.login.routes(),
        *LoginSteps(made.identity, pages()).routes(),
        *PasswordReset(made.identity, pages()).routes(),
        *PasskeyPages(made.identity, pages()).routes(),
        *ProSanteConnect(made.professionals, pages()).routes(),
        *Account(made.identity, pages()).routes(),
        *CentrePages(made.centres, pages(), settings.keep_days).routes(),
        *StaffPages(made.staff, pages()).routes(),
        *_figures(made).routes(),
        *console.routes.routes(
            use.inviting,
            use.history,
            console.routes.KeptFiles(
                made.captures,
                made.documents,
                use.recordings,
                made.closings,
                Preferences(made.adapters.store),
            ),
            made.stills,
            made.clock,
            _whereabouts(made),
            made.demonstration,
            made.phone_tests,
        ),
        *patient_pwa.routes.routes(
            made.joining, made.use.handing, secure=settings.secure, origin=settings.origin
        ),
        *patient_pwa.uploads.routes(made.joining, made.uploads, made.documents, secure=settings.secure),
        *patient_pwa.summary.routes(made.summaries, secure=settings.secure),
        *_guest_page(made).routes(),
        *_test_page(made),
        *endpoint.routes(
            _console_desk(made),
            _caller_desk(made),
            _guest_desk(made),
            _test_desk(made),
            made.adapters.limits.limiter(SOCKETS),
        ),
        *_hooks(made),
    ]


def _figures(made: Application) -> FiguresPage:
    store = made.adapters.store
    reading = Figures(store, made.clock, ZoneInfo(made.settings.time_zone))
    return FiguresPage(FiguresDesk(reading, made.use.oversight, store), pages())


def _whereabouts(made: Application) -> console.routes.Whereabouts:
    settings = made.settings
    return console.routes.Whereabouts(
        urlsplit(settings.public_url).netloc,
        Places(made.adapters.store, made.adapters.geocoder),
        MapTiles(settings.map_tiles, settings.map_attribution) if settings.map_tiles else None,
    )


def _test_page(made: Application) -> list[Route]:
    if made.phone_tests is None:
        return []
    return patient_pwa.test_page.routes(made.phone_tests)


async def _healthy(_: Request) -> Response:
    """For a reverse proxy: this process serves."""
    return PlainTextResponse("ok")


def _hooks(made: Application) -> list[Route]:
    """Without a carrier that calls back there is nothing to knock at."""
    if "twilio" not in made.settings.sms_providers:
        return []
    verify = partial(twilio_status, made.settings.twilio_auth_token)
    return hooks.routes(made.settings.public_url, verify, made.courier.report)


def _ice_servers(settings: Settings, clock: Clock) -> IceServers:
    turn = Turn(
        urls=settings.turn_urls,
        secret=settings.turn_secret,
        username=settings.turn_user,
        password=settings.turn_password,
        seconds=settings.turn_minutes * 60,
    )
    return IceServers(settings.stun_urls, turn, clock)


def _console_desk(made: Application) -> ConsoleDesk:
    visitors = Visitors(authenticate=visitor_of, language_of=pages().language, describe=_described)
    wall = WallDesk(made.wall, made.use.assistance, made.machinery, made.clock)
    servers = _ice_servers(made.settings, made.clock)
    return ConsoleDesk(made.use, visitors, made.hub, made.clock, servers, wall)


def _described(error: VisioError, language: str) -> str:
    return describe(error, pages().gettext(language))


def _caller_desk(made: Application) -> CallerDesk:
    return CallerDesk(
        made.joining,
        made.use.negotiating,
        made.use.reporting,
        made.hub,
        made.live,
        made.documents,
        cookie_name=patient_pwa.http.cookie_name(made.settings.secure),
        ice_servers=_ice_servers(made.settings, made.clock),
    )


def _guest_page(made: Application) -> GuestPage:
    return GuestPage(
        made.use.guests,
        made.guest_files,
        pages(),
        patient_pwa.agent.describe,
        secure=made.settings.secure,
    )


def _guest_desk(made: Application) -> GuestDesk:
    door = GuestDoor(
        guests=made.use.guests,
        cookie_name=console.guest.cookie_name(made.settings.secure),
        language_of=pages().language,
        describe=_described,
    )
    ice_servers = _ice_servers(made.settings, made.clock)
    return GuestDesk(door, made.use.negotiating, made.use.streams, made.hub, made.clock, ice_servers)


def _test_desk(made: Application) -> PhoneTestDesk | None:
    if made.phone_tests is None:
        return None
    parts, settings = made.adapters, made.settings
    ice_servers = _ice_servers(settings, made.clock)
    return PhoneTestDesk(Echoes(parts.relay, ice_servers, parts.limits.limiter, settings.test_page_calls))
