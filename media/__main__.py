"""`python -m media`: one relay node, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

import uvloop

from config.settings import SettingsError, media_port_range, read
from media.node import Node
from media.relay import EmbeddedRelay


async def serve() -> None:
    settings = read(os.environ)
    if not settings.redis_url:
        raise SettingsError(
            "REDIS_URL: needed by a media node; without it the relay is inside the web process"
        )
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s %(message)s")
    relay = EmbeddedRelay(
        addresses=settings.media_addresses,
        ports=media_port_range(settings),
        start_bitrate=settings.start_bitrate,
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    node = Node(settings.redis_url, relay)
    await node.run(stop, ready=lambda: print(f"media node {node.id}", flush=True))


if __name__ == "__main__":
    try:
        uvloop.run(serve())
    except SettingsError as error:
        sys.exit(str(error))
