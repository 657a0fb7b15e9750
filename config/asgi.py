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

import console.guest
import console.login
import console.routes
import patient_pwa.agent
import patient_pwa.http
import patient_pwa.routes
import patient_pwa.summary
import patient_pwa.test_page
import patient_pwa.uploads
from config.carriers import composer, notifier
from config.demonstration import Demonstrations, simulator
from config.map_tiles import tile_origin
from config.settings import Settings, media_external_pairs, media_port_range
from console.guest import GuestPage
from console.pages import pages
from console.places import MapTiles
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
from signaling.conversation_guest import GuestDesk, GuestDoor
from signaling.conversation_test import PhoneTestDesk
from signaling.domain.errors import VisioError
from signaling.domain.ids import Secrets
from signaling.files.disk import DiskFiles
from signaling.files.inspection import Inspection
from signaling.geocode.geopy import GeopyGeocoder
from signaling.hub import Hub
from signaling.images import check_capture, check_still
from signaling.limits import Limits
from signaling.notify.routed import Routed
from signaling.notify.twilio import twilio_status
from signaling.passwords import Argon2Passwords
from signaling.ports import Bus, Clock, Geocoder, Relay
from signaling.service.captures import Captures
from signaling.service.closing import Closings, Preferences
from signaling.service.command import Commanding
from signaling.service.courier import Courier
from signaling.service.cpr import Resuscitation
from signaling.service.documents import Documents
from signaling.service.driving import Driving
from signaling.service.echo import Echoes
from signaling.service.end import Ending
from signaling.service.guest_files import GuestFiles
from signaling.service.guests import Guests
from signaling.service.handover import HandingOver
from signaling.service.history import History
from signaling.service.ice_servers import IceServers, Turn
from signaling.service.invite import Inviting, Ways
from signaling.service.join import Joining
from signaling.service.journal import Journal
from signaling.service.live import Live
from signaling.service.logins import Logins
from signaling.service.negotiate import Negotiating
from signaling.service.phone_test import PhoneTests, Sending
from signaling.service.places import Places
from signaling.service.report import Reporting
from signaling.service.retention import Retention
from signaling.service.stills import Stills
from signaling.service.streams import Streams
from signaling.service.summary import Summaries
from signaling.service.tasks import Tasks
from signaling.service.uploads import Lines, Uploads
from signaling.store.sql import SqlStore
from signaling.web import guarded

log = structlog.get_logger()

SWEEP_SECONDS = 600
RETENTION_SECONDS = 3600
MINUTE, HOUR = 60_000, 3_600_000  # ms
CAPTURE_BYTES = 15 * 1024 * 1024
DOCUMENT_BYTES = 20 * 1024 * 1024
UPLOAD_HOURS = 2  # a file of a phone that did not come whole by then never will


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
    live: Live
    use: UseCases
    joining: Joining
    summaries: Summaries
    retention: Retention
    captures: Captures
    documents: Documents
    guest_files: GuestFiles
    closings: Closings
    uploads: Uploads
    stills: Stills
    courier: Courier
    gate: Gate
    demonstration: Demonstrations | None
    phone_tests: PhoneTests | None


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
            larger_bodies={
                r"/sessions/[0-9a-f]{32}/captures": CAPTURE_BYTES,
                r"/sessions/[0-9a-f]{32}/documents": DOCUMENT_BYTES,
            },
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
    live = Live(parts.bus, clock, check_still)
    joining = Joining(parts.store, journal, clock, secrets, parts.limits.limiter)
    courier = Courier(parts.store, journal, clock, parts.notifier, composer(settings, secrets), parts.tasks)
    files, inspect = DiskFiles(settings.data_dir / "files"), Inspection()
    lines = Lines(relay=parts.relay, bus=parts.bus, consoles=live)
    uploads = Uploads(parts.store, journal, files, clock, parts.tasks, lines, inspect)
    streams = Streams(parts.store, journal, parts.bus, parts.relay, clock, parts.tasks)
    ways = Ways(
        public_url=settings.public_url,
        language=settings.caller_language,
        lifetime=settings.invitation_minutes * MINUTE,
        providers_of=parts.notifier.names_for,
        wake=courier.wake,
    )
    use = UseCases(
        inviting=Inviting(parts.store, journal, clock, secrets, ways),
        guests=Guests(parts.store, journal, clock, secrets, parts.relay, ways),
        negotiating=Negotiating(parts.store, journal, parts.relay),
        commanding=Commanding(parts.store, journal, parts.bus, parts.relay, parts.tasks),
        driving=Driving(parts.store, journal, clock),
        resuscitation=Resuscitation(journal),
        reporting=Reporting(parts.store, journal, live, clock, parts.geocoder, parts.tasks, uploads, streams),
        streams=streams,
        ending=Ending(parts.store, journal, parts.bus, parts.relay, clock, parts.tasks),
        history=History(parts.store),
        handing=HandingOver(
            parts.store, journal, clock, secrets, joining, parts.limits.limiter, settings.public_url
        ),
    )
    logins = Logins(
        parts.store, clock, Argon2Passwords(), secrets, parts.limits.limiter, settings.login_hours
    )
    return Application(
        settings=settings,
        adapters=parts,
        clock=clock,
        hub=Hub(parts.store, parts.bus),
        live=live,
        use=use,
        summaries=Summaries(parts.store, clock, settings.keep_days),
        retention=Retention(parts.store, files, clock, settings.keep_days),
        joining=joining,
        captures=Captures(parts.store, journal, files, clock, check_capture),
        documents=Documents(parts.store, journal, files, clock, inspect),
        guest_files=GuestFiles(parts.store, files),
        closings=Closings(parts.store, journal),
        uploads=uploads,
        stills=Stills(parts.store, parts.relay),
        courier=courier,
        gate=Gate(logins, settings.secure, settings.login_hours),
        demonstration=_demonstration(settings, use.inviting, certificate),
        phone_tests=_phone_tests(settings, parts, clock, secrets),
    )


def _phone_tests(settings: Settings, parts: Adapters, clock: Clock, secrets: Secrets) -> PhoneTests | None:
    if not settings.test_page_calls:
        return None
    ways = Sending(
        public_url=settings.public_url,
        language=settings.caller_language,
        notifier=parts.notifier,
        tasks=parts.tasks,
    )
    return PhoneTests(parts.store, clock, secrets, parts.limits.limiter, ways)


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
        made.adapters.tasks.start(_delete_outdated(made))
        yield


async def _sweep(made: Application) -> None:
    """Sessions left open end by themselves; half files and old tests of phones are forgotten."""
    while True:
        try:
            await made.use.ending.sweep(made.settings.session_hours * HOUR)
            await made.uploads.sweep(UPLOAD_HOURS * HOUR)
            if made.phone_tests is not None:
                await made.phone_tests.sweep()
        except Exception:
            log.exception("sweep_failed")
        await asyncio.sleep(SWEEP_SECONDS)


async def _delete_outdated(made: Application) -> None:
    """Pictures and documents that were kept long enough."""
    while True:
        try:
            await made.retention.sweep()
        except Exception:
            log.exception("retention_failed")
        await asyncio.sleep(RETENTION_SECONDS)


# ---------------------------------------------------------------- routes
def _routes(made: Application) -> list[BaseRoute]:
    settings, use = made.settings, made.use
    return [
        Route("/healthz", _healthy),
        *console.login.routes(),
        *console.routes.routes(
            use.inviting,
            use.history,
            console.routes.KeptFiles(
                made.captures, made.documents, made.closings, Preferences(made.adapters.store)
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
        *endpoint.routes(_console_desk(made), _caller_desk(made), _guest_desk(made), _test_desk(made)),
        *_hooks(made),
    ]


def _whereabouts(made: Application) -> console.routes.Whereabouts:
    settings = made.settings
    url = settings.map_tiles
    return console.routes.Whereabouts(
        urlsplit(settings.public_url).netloc,
        Places(made.adapters.store, made.adapters.geocoder),
        MapTiles(url, settings.map_attribution, tile_origin(url)) if url else None,
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
    return ConsoleDesk(made.use, visitors, made.hub, made.clock, _ice_servers(made.settings, made.clock))


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
