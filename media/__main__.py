"""`python -m media`: one relay node, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import uvloop
from prometheus_client import CollectorRegistry, ProcessCollector

from config import log
from config.figures import listening_at
from config.settings import Settings, SettingsError, media_external_pairs, media_port_range, read
from media.figures import RelayFigures
from media.figures_door import figures_door
from media.film_recorder import FilmRecorder
from media.load import Limits
from media.node import Node
from media.pauses import spare_the_lasting
from media.relay import EmbeddedRelay
from signaling.clock import SystemClock
from signaling.domain.errors import RelayUnavailable
from signaling.domain.ids import new_id
from signaling.metrics.access import Access, networks


async def serve() -> None:
    settings = read(os.environ)
    if not settings.redis_url:
        raise SettingsError(
            "REDIS_URL: needed by a media node; without it the relay is inside the web process"
        )
    log.configure(settings.log_format, settings.log_level)
    _raise_descriptor_limit()
    relay = EmbeddedRelay(
        addresses=settings.media_addresses,
        external=media_external_pairs(settings),
        ports=media_port_range(settings),
        start_bitrate=settings.start_bitrate,
        video_codecs=settings.video_codecs,
        limits=Limits(settings.media_max_packets, settings.media_max_cpu, settings.media_max_lag),
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    clock = SystemClock()
    recorder = FilmRecorder(relay, lambda: new_id(clock.now()))
    node = Node(settings.redis_url, relay, recorder)
    spare_the_lasting()
    async with AsyncExitStack() as stack:
        if (place := listening_at(settings.media_metrics_address)) is not None:
            await stack.enter_async_context(_figures(settings, place, relay))
        await node.run(stop, ready=lambda: print(f"media node {node.id}", flush=True))


def _figures(
    settings: Settings, place: tuple[str, int], relay: EmbeddedRelay
) -> AbstractAsyncContextManager[int]:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(RelayFigures(relay))
    access = Access(settings.metrics_token, networks(settings.metrics_networks))
    return figures_door(*place, registry, access.allows)


def _raise_descriptor_limit() -> None:
    """A connection takes a socket on each address; most systems allow 1,024 until one asks for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    try:
        uvloop.run(serve())
    except (SettingsError, RelayUnavailable) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"a port can't be opened: {error.strerror}")
