"""Wires everything: the only file that imports everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

import console.login
import console.routes
import patient_pwa.routes
from config.carriers import composer, notifier
from config.demonstration import Demonstrations, simulator
from config.settings import Settings, media_external_pairs, media_port_range
from console.pages import pages
from console.words import describe
from media import load
from media.relay import EmbeddedRelay
from media.remote import RemoteRelay
from signaling import endpoint, hooks
from signaling.auth import Gate, visitor_of
from signaling.bus.memory import MemoryBus
from signaling.bus.redis import RedisBus
from signaling.clock import SystemClock
from signaling.conversation_caller import CallerDesk
from signaling.conversation_console import ConsoleDesk, UseCases, Visitors
from signaling.domain.errors import VisioError
from signaling.domain.ids import Secrets
from signaling.domain.throttle import CODE_GUESSES
from signaling.files.disk import DiskFiles
from signaling.geocode.geopy import GeopyGeocoder
from signaling.hub import Hub
from signaling.images import check_capture
from signaling.limits import Limits
from signaling.notify.routed import Routed
from signaling.notify.twilio import twilio_status
from signaling.passwords import Argon2Passwords
from signaling.ports import Bus, Clock, Geocoder, Relay
from signaling.service.captures import Captures
from signaling.service.command import Commanding
from signaling.service.courier import Courier
from signaling.service.end import Ending
from signaling.service.history import History
from signaling.service.ice_servers import IceServers, Turn
from signaling.service.invite import Inviting, Ways
from signaling.service.join import Joining
from signaling.service.journal import Journal
from signaling.service.logins import Logins
from signaling.service.negotiate import Negotiating
from signaling.service.report import Reporting
from signaling.service.stills import Stills
from signaling.service.tasks import Tasks
from signaling.store.sql import SqlStore
from signaling.web import guarded

log = structlog.get_logger()

SWEEP_SECONDS = 600
MINUTE, HOUR = 60_000, 3_600_000  # ms
CAPTURE_BYTES = 15 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Adapters:
    """All that reaches outside, opened and closed with the application."""

    store: SqlStore
    bus: Bus
    relay: Relay
    notifier: Routed
    geocoder: Geocoder
    limits: Limits
    tasks: Tasks


@dataclass(frozen=True, kw_only=True)
class Application:
    settings: Settings
    adapters: Adapters
    clock: Clock
    hub: Hub
    use: UseCases
    joining: Joining
    captures: Captures
    stills: Stills
    courier: Courier
    gate: Gate
    demonstration: Demonstrations | None


def create(settings: Settings, certificate: Path | None = None) -> Starlette:
    """The application. `settings.secret_key` must be set (`config.serve` makes one). `certificate`: the
    server's, when it speaks HTTPS itself."""
    clock = SystemClock()
    made = build(settings, adapters(settings, clock), clock, certificate)
    app = Starlette(
        routes=_routes(made),
        middleware=guarded(
            settings.origins,
            secure=settings.secure,
            larger_bodies={r"/sessions/[0-9a-f]{32}/captures": CAPTURE_BYTES},
        ),
        exception_handlers=console.routes.exception_handlers(),
        lifespan=partial(_lifespan, made),
    )
    app.state.gate = made.gate
    return app


def adapters(settings: Settings, clock: Clock) -> Adapters:
    return Adapters(
        store=SqlStore(settings.database_url, clock),
        bus=MemoryBus() if settings.embedded else RedisBus(settings.redis_url),
        relay=_relay(settings),
        notifier=notifier(settings),
        geocoder=GeopyGeocoder(
            settings.ban_domain, settings.nominatim_domain, scheme=settings.geocoder_scheme
        ),
        limits=Limits(settings.redis_url),
        tasks=Tasks(),
    )


def _relay(settings: Settings) -> Relay:
    if not settings.embedded:
        return RemoteRelay(settings.redis_url)
    return EmbeddedRelay(
        addresses=settings.media_addresses,
        external=media_external_pairs(settings),
        ports=media_port_range(settings),
        start_bitrate=settings.start_bitrate,
        video_codecs=settings.video_codecs,
        limits=load.Limits(settings.media_max_packets, settings.media_max_cpu, settings.media_max_lag),
    )


def build(settings: Settings, parts: Adapters, clock: Clock, certificate: Path | None = None) -> Application:
    """The use cases on their adapters."""
    secrets = Secrets(settings.secret_key.encode())
    journal = Journal(parts.store, parts.bus)
    courier = Courier(parts.store, journal, clock, parts.notifier, composer(settings, secrets), parts.tasks)
    use = UseCases(
        inviting=Inviting(
            parts.store,
            journal,
            clock,
            secrets,
            Ways(
                public_url=settings.public_url,
                language=settings.caller_language,
                lifetime=settings.invitation_minutes * MINUTE,
                provider_of=parts.notifier.name_for,
                wake=courier.wake,
            ),
        ),
        negotiating=Negotiating(parts.store, journal, parts.relay),
        commanding=Commanding(parts.store, journal, parts.bus, parts.relay, parts.tasks),
        reporting=Reporting(parts.store, journal, parts.bus, clock, parts.geocoder, parts.tasks),
        ending=Ending(parts.store, journal, parts.bus, parts.relay, clock, parts.tasks),
        history=History(parts.store),
    )
    logins = Logins(
        parts.store, clock, Argon2Passwords(), secrets, parts.limits.limiter, settings.login_hours
    )
    guesses = parts.limits.limiter(CODE_GUESSES)
    files = DiskFiles(settings.data_dir / "files")
    return Application(
        settings=settings,
        adapters=parts,
        clock=clock,
        hub=Hub(parts.store, parts.bus),
        use=use,
        joining=Joining(parts.store, journal, clock, secrets, guesses),
        captures=Captures(parts.store, journal, files, clock, check_capture),
        stills=Stills(parts.store, parts.relay),
        courier=courier,
        gate=Gate(logins, settings.secure, settings.login_hours),
        demonstration=_demonstration(settings, use.inviting, certificate),
    )


def _demonstration(settings: Settings, inviting: Inviting, certificate: Path | None) -> Demonstrations | None:
    if not settings.demo:
        return None
    return Demonstrations(inviting, simulator(settings, certificate), settings.data_dir)


@asynccontextmanager
async def opened(made: Application) -> AsyncIterator[None]:
    """The adapters are open within, in an order in which each finds what it needs."""
    parts = made.adapters
    async with AsyncExitStack() as stack:
        for adapter in (parts.store, parts.bus, parts.notifier):
            await adapter.open()
            stack.push_async_callback(adapter.close)
        stack.push_async_callback(parts.geocoder.close)
        stack.push_async_callback(parts.limits.close)
        await parts.relay.open(made.use.reporting.relay_event)
        stack.push_async_callback(parts.relay.close)
        stack.push_async_callback(parts.tasks.close)
        if made.demonstration is not None:
            stack.push_async_callback(made.demonstration.close)
        yield


@asynccontextmanager
async def _lifespan(made: Application, _: Starlette) -> AsyncIterator[None]:
    async with opened(made):
        made.adapters.tasks.start(made.courier.run())
        made.adapters.tasks.start(_sweep(made))
        yield


async def _sweep(made: Application) -> None:
    """Sessions that everybody left open end by themselves."""
    while True:
        try:
            await made.use.ending.sweep(made.settings.session_hours * HOUR)
        except Exception:
            log.exception("sweep_failed")
        await asyncio.sleep(SWEEP_SECONDS)


# ---------------------------------------------------------------- routes
def _routes(made: Application) -> list[BaseRoute]:
    settings, use = made.settings, made.use
    host = urlsplit(settings.public_url).netloc
    return [
        Route("/healthz", _healthy),
        *console.login.routes(),
        *console.routes.routes(
            use.inviting, use.history, made.captures, made.stills, made.clock, host, made.demonstration
        ),
        *patient_pwa.routes.routes(made.joining, secure=settings.secure, origin=settings.origin),
        *endpoint.routes(_console_desk(made), _caller_desk(made)),
        *_hooks(made),
    ]


async def _healthy(_: Request) -> Response:
    """For a reverse proxy: this process serves."""
    return PlainTextResponse("ok")


def _hooks(made: Application) -> list[Route]:
    """Without a carrier that calls back there is nothing to knock at."""
    if made.settings.sms_provider != "twilio":
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
    return ConsoleDesk(made.use, visitors, made.hub, made.clock, _ice_servers(made.settings, made.clock))


def _described(error: VisioError, language: str) -> str:
    return describe(error, pages().gettext(language))


def _caller_desk(made: Application) -> CallerDesk:
    return CallerDesk(
        made.joining,
        made.use.negotiating,
        made.use.reporting,
        made.hub,
        cookie_name=patient_pwa.routes.cookie_name(made.settings.secure),
        ice_servers=_ice_servers(made.settings, made.clock),
    )
