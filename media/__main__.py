"""`python -m media`: one relay node, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sys

import uvloop

from config.settings import SettingsError, media_external_pairs, media_port_range, read
from media.load import Limits
from media.node import Node
from media.pauses import spare_the_lasting
from media.relay import EmbeddedRelay
from signaling.domain.errors import RelayUnavailable


async def serve() -> None:
    settings = read(os.environ)
    if not settings.redis_url:
        raise SettingsError(
            "REDIS_URL: needed by a media node; without it the relay is inside the web process"
        )
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s %(message)s")
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
    node = Node(settings.redis_url, relay)
    spare_the_lasting()
    await node.run(stop, ready=lambda: print(f"media node {node.id}", flush=True))


def _raise_descriptor_limit() -> None:
    """A connection takes a socket on each address; most systems allow 1,024 until one asks for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    try:
        uvloop.run(serve())
    except (SettingsError, RelayUnavailable) as error:
        sys.exit(str(error))
