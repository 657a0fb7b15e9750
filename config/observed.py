"""`/metrics` and `/readyz`, for the machines that look after the product."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from config.application import Application
from signaling.domain.errors import NotFound, Unavailable
from signaling.metrics.access import Access, networks
from signaling.metrics.traffic import Counted
from signaling.ports import Depths

PATIENCE: Final = 2.0  # seconds for the store to say how much waits
FORWARDING: Final = ("forwarded", "x-forwarded-for")


def counted(made: Application) -> Middleware:
    return Middleware(Counted, traffic=made.adapters.figures.traffic)


def observed(made: Application) -> list[Route]:
    settings = made.settings
    access = Access(settings.metrics_token, networks(settings.metrics_networks))

    async def metrics(request: Request) -> Response:
        """Raises NotFound: who may not read them need not know that they are here."""
        address = request.client.host if request.client else ""
        forwarded = any(name in request.headers for name in FORWARDING)
        if not access.allows(address, request.headers.get("authorization", ""), forwarded):
            raise NotFound("no such page")
        text = made.adapters.figures.text(await _depths(made))
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def readyz(_: Request) -> Response:
        missing = await made.readiness.missing()
        return PlainTextResponse(" ".join(missing) or "ready", 503 if missing else 200)

    return [Route("/metrics", metrics), Route("/readyz", readyz)]


async def _depths(made: Application) -> Depths | None:
    with suppress(Unavailable, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            return await made.adapters.store.depths(made.clock.now())
    return None
