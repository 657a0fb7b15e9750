"""What reaches outside, as the settings choose it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.carriers import notifier
from config.provider import identity_provider
from config.settings import Settings, media_external_pairs, media_port_range
from media import load
from media.figures import RelayFigures
from media.film_recorder import FilmRecorder
from media.relay import EmbeddedRelay
from media.remote import RemoteRelay
from signaling.bus.memory import MemoryBus
from signaling.bus.redis import RedisBus
from signaling.domain.ids import Secrets, new_id
from signaling.geocode.geopy import GeopyGeocoder
from signaling.limits import Limits
from signaling.metrics.figures import Figures
from signaling.notify.routed import Routed
from signaling.ports import Bus, Clock, Geocoder, IdentityProvider, Recorder, Relay
from signaling.service.tasks import Tasks
from signaling.store.heads import HeadsFile
from signaling.store.sql import SqlStore


@dataclass(frozen=True, kw_only=True)
class Adapters:
    """All that reaches outside, opened and closed with the application."""

    store: SqlStore
    heads: HeadsFile
    bus: Bus
    relay: Relay
    recorder: Recorder
    notifier: Routed
    geocoder: Geocoder
    limits: Limits
    provider: IdentityProvider | None
    tasks: Tasks
    figures: Figures


def adapters(settings: Settings, clock: Clock) -> Adapters:
    figures = Figures()
    relay, recorder = _media(settings, figures, clock)
    return Adapters(
        figures=figures,
        store=SqlStore(
            settings.database_url,
            clock,
            Secrets(settings.secret_key.encode()).search_key(),
            figures.machinery.transaction,
        ),
        heads=HeadsFile(Path(settings.audit_heads_file) if settings.audit_heads_file else None),
        bus=MemoryBus() if settings.embedded else RedisBus(settings.redis_url),
        relay=relay,
        recorder=recorder,
        notifier=notifier(settings),
        geocoder=GeopyGeocoder(
            settings.ban_domain, settings.nominatim_domain, scheme=settings.geocoder_scheme
        ),
        limits=Limits(settings.redis_url, figures.machinery.limiter),
        provider=identity_provider(settings, clock),
        tasks=Tasks(),
    )


def _media(settings: Settings, figures: Figures, clock: Clock) -> tuple[Relay, Recorder]:
    if not settings.embedded:
        remote = RemoteRelay(settings.redis_url)
        return remote, remote
    relay = EmbeddedRelay(
        addresses=settings.media_addresses,
        external=media_external_pairs(settings),
        ports=media_port_range(settings),
        start_bitrate=settings.start_bitrate,
        video_codecs=settings.video_codecs,
        limits=load.Limits(settings.media_max_packets, settings.media_max_cpu, settings.media_max_lag),
    )
    figures.registry.register(RelayFigures(relay))
    return relay, FilmRecorder(relay, lambda: new_id(clock.now()))
