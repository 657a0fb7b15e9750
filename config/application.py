"""The use cases on their adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from config.adapters import Adapters
from config.carriers import composer
from config.demonstration import Demonstrations, simulator
from config.health import readiness
from config.identity import identity
from config.settings import Settings
from patient_pwa import agent
from signaling.auth import Gate
from signaling.conversation_console import UseCases
from signaling.domain.ids import Secrets
from signaling.domain.throttle import DOOR_LIMITS, UNKNOWN_LINKS
from signaling.files.choice import sealed_files
from signaling.files.clamav import Scan, ScannedInspection
from signaling.files.inspection import Inspection
from signaling.hub import Hub
from signaling.images import check_capture, check_still
from signaling.metrics.readiness import Readiness
from signaling.passwords import Argon2Passwords
from signaling.ports import Clock, SealedFiles
from signaling.service.accounts import Accounts
from signaling.service.assistance import Assistance
from signaling.service.audit import AuditReading, AuditTrail
from signaling.service.captures import Captures
from signaling.service.centres import Centres, Post
from signaling.service.closing import Closings
from signaling.service.command import Commanding
from signaling.service.courier import Courier
from signaling.service.cpr import Resuscitation
from signaling.service.documents import Documents
from signaling.service.driving import Driving
from signaling.service.end import Ending
from signaling.service.erasure import Callers, Erasing
from signaling.service.figures import Counting
from signaling.service.guest_files import GuestFiles
from signaling.service.guests import Guests
from signaling.service.handover import HandingOver
from signaling.service.history import History
from signaling.service.identity import Identity
from signaling.service.invite import Inviting, Ways
from signaling.service.join import Joining
from signaling.service.journal import Journal
from signaling.service.live import Live
from signaling.service.logins import Logins
from signaling.service.machinery import Machinery
from signaling.service.negotiate import Negotiating
from signaling.service.oversight import Oversight
from signaling.service.phone_test import PhoneTests, Sending
from signaling.service.professionals import Professionals
from signaling.service.quality import QualityKeeper
from signaling.service.quotas import FileQuotas, SmsQuotas
from signaling.service.recordings import Recordings
from signaling.service.relay_events import RelayEvents
from signaling.service.report import Reporting
from signaling.service.retention import Removals, Retention
from signaling.service.staff import Staff
from signaling.service.stills import Stills
from signaling.service.streams import Streams
from signaling.service.summary import Summaries
from signaling.service.throttle import Throttle
from signaling.service.uploads import Inspect, Lines, Uploads
from signaling.service.wall import Wall

MINUTE = 60_000  # ms


@dataclass(frozen=True, kw_only=True)
class Application:
    settings: Settings
    adapters: Adapters
    clock: Clock
    files: SealedFiles
    hub: Hub
    live: Live
    quality: QualityKeeper
    use: UseCases
    joining: Joining
    summaries: Summaries
    retention: Retention
    erasing: Erasing
    counting: Counting
    callers: Callers
    captures: Captures
    documents: Documents
    guest_files: GuestFiles
    closings: Closings
    uploads: Uploads
    stills: Stills
    courier: Courier
    gate: Gate
    readiness: Readiness
    wall: Wall
    machinery: Machinery
    audit: AuditTrail
    audit_reading: AuditReading
    identity: Identity
    centres: Centres
    staff: Staff
    professionals: Professionals
    demonstration: Demonstrations | None
    phone_tests: PhoneTests | None


def build(settings: Settings, parts: Adapters, clock: Clock, certificate: Path | None = None) -> Application:
    """The use cases on their adapters."""
    secrets = Secrets(settings.secret_key.encode())
    calls = parts.figures.calls
    journal = Journal(parts.store, parts.bus, calls)
    audit = AuditTrail(parts.store, clock, parts.tasks, parts.heads, calls)
    quality = QualityKeeper(parts.store, clock)
    live = Live(parts.bus, clock, check_still, calls, quality)
    joining = Joining(parts.store, journal, clock, secrets, parts.limits.limiter)
    courier = Courier(parts.store, journal, clock, parts.notifier, composer(settings, secrets), parts.tasks)
    files = sealed_files(settings, parts.store, clock)
    inspect = parts.figures.machinery.inspected(_inspection(settings))
    lines = Lines(relay=parts.relay, bus=parts.bus, consoles=live)
    file_quotas = FileQuotas(parts.store, parts.limits.limiter)
    uploads = Uploads(parts.store, journal, files, clock, parts.tasks, lines, inspect, file_quotas)
    streams = Streams(parts.store, journal, parts.bus, parts.relay, clock, parts.tasks)
    quotas = SmsQuotas(parts.store, parts.limits.limiter, parts.notifier.names_for)
    ways = Ways(
        public_url=settings.public_url,
        language=settings.caller_language,
        lifetime=settings.invitation_minutes * MINUTE,
        providers_of=parts.notifier.names_for,
        wake=courier.wake,
        quotas=quotas,
    )
    oversight = Oversight(parts.store)
    ready = readiness(settings, parts, files)
    use = UseCases(
        inviting=Inviting(parts.store, journal, clock, secrets, ways),
        guests=Guests(
            parts.store, journal, clock, secrets, parts.relay, ways, parts.limits.limiter(UNKNOWN_LINKS)
        ),
        negotiating=Negotiating(parts.store, journal, parts.relay),
        commanding=Commanding(parts.store, journal, parts.bus, parts.relay, parts.tasks),
        driving=Driving(parts.store, journal, clock),
        resuscitation=Resuscitation(journal),
        recordings=Recordings(parts.store, journal, files, clock, parts.tasks, parts.recorder),
        reporting=Reporting(parts.store, journal, live, clock, parts.geocoder, parts.tasks, uploads, streams),
        streams=streams,
        ending=Ending(parts.store, journal, parts.bus, parts.relay, clock, parts.tasks),
        history=History(parts.store),
        handing=HandingOver(
            parts.store, journal, clock, secrets, joining, parts.limits.limiter, settings.public_url
        ),
        oversight=oversight,
        assistance=Assistance(parts.store, journal, clock, oversight),
    )
    removals = Removals(parts.store, files)
    erasing = Erasing(parts.store, removals, clock)
    passwords = Argon2Passwords()
    people = identity(
        parts.store,
        clock,
        passwords,
        settings.secret_key,
        parts.limits.limiter,
        parts.notifier,
        parts.tasks,
        settings.origin,
    )
    logins = Logins(
        parts.store,
        clock,
        passwords,
        secrets,
        parts.limits.limiter,
        settings.login_hours,
        (people.authenticators, people.passkeys),
        audit=audit,
    )
    return Application(
        settings=settings,
        adapters=parts,
        clock=clock,
        files=files,
        hub=Hub(parts.store, parts.bus),
        live=live,
        quality=quality,
        use=use,
        summaries=Summaries(parts.store, clock, settings.keep_days),
        retention=Retention(parts.store, removals, clock, audit, settings.keep_days),
        erasing=erasing,
        counting=Counting(parts.store, parts.bus, ZoneInfo(settings.time_zone)),
        callers=Callers(parts.store, files, erasing, audit),
        joining=joining,
        captures=Captures(parts.store, journal, files, clock, check_capture),
        documents=Documents(parts.store, journal, files, clock, inspect),
        guest_files=GuestFiles(parts.store, files),
        closings=Closings(parts.store, journal),
        uploads=uploads,
        stills=Stills(parts.store, parts.relay, clock),
        courier=courier,
        gate=Gate(logins, settings.secure, settings.login_hours, agent.describe),
        readiness=ready,
        wall=Wall(parts.store, parts.relay, clock, oversight, audit),
        machinery=Machinery(parts.store, parts.relay, clock, ready.names, ready.missing),
        audit=audit,
        audit_reading=AuditReading(parts.store, audit, parts.heads),
        identity=people,
        centres=Centres(
            parts.store,
            clock,
            audit,
            Post(
                public_url=settings.public_url,
                notifier=parts.notifier,
                quotas=quotas,
                secrets=secrets,
            ),
        ),
        staff=Staff(
            parts.store,
            clock,
            Accounts(parts.store, clock, passwords),
            audit,
            parts.notifier,
            parts.tasks,
            settings.public_url,
        ),
        professionals=Professionals(
            parts.store, clock, Throttle(DOOR_LIMITS, parts.limits.limiter), parts.provider
        ),
        demonstration=_demonstration(settings, use.inviting, certificate),
        phone_tests=_phone_tests(settings, parts, clock, secrets, quotas),
    )


def _inspection(settings: Settings) -> Inspect:
    inspection = Inspection()
    if not settings.clamav_socket:
        return inspection
    return ScannedInspection(Scan(settings.clamav_socket, required=settings.clamav_required), inspection)


def _phone_tests(
    settings: Settings, parts: Adapters, clock: Clock, secrets: Secrets, quotas: SmsQuotas
) -> PhoneTests | None:
    if not settings.test_page_calls:
        return None
    ways = Sending(
        public_url=settings.public_url,
        language=settings.caller_language,
        notifier=parts.notifier,
        quotas=quotas,
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
        stack.push_async_callback(made.files.close)
        await made.files.check()
        stack.push_async_callback(parts.geocoder.close)
        stack.push_async_callback(parts.limits.close)
        if parts.provider is not None:
            stack.push_async_callback(parts.provider.close)
        await parts.relay.open(RelayEvents(made.use.reporting, made.use.recordings))
        stack.push_async_callback(parts.relay.close)
        stack.push_async_callback(parts.tasks.close)
        if made.demonstration is not None:
            stack.push_async_callback(made.demonstration.close)
        yield
