"""From the caller's tap to the first decoded frame on the console, beside two browsers connected directly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.http11 import Request, Response

from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import Rooms, rooms

TURNS: Final = 9  # of each, in turn, after one that nobody counts
GOAL: Final = 1.2  # times
PAGE: Final = Path(__file__).with_name("direct.html")


async def run() -> Report:
    relayed: list[float] = []
    straight: list[float] = []
    codecs: set[str] = set()
    async with rooms() as stage, direct() as origin:
        for _ in range(TURNS + 1):
            relayed.append(await _through_product(stage))
            codecs.add(await stage.codec())
            straight.append(await _directly(stage, origin))
            codecs.add(await stage.codec())
    if len(codecs) > 1:
        raise RuntimeError(f"nothing to compare: {' and '.join(codecs)}")
    return _report(Sample(tuple(relayed[1:])), Sample(tuple(straight[1:])), codecs.pop())


async def _through_product(stage: Rooms) -> float:
    await stage.enter()
    return await stage.tap()


async def _directly(stage: Rooms, origin: str) -> float:
    for page, role in ((stage.console, "console"), (stage.phone, "phone")):
        await page.goto(f"{origin}/#{role}")
        await page.wait_for_function("() => document.body.dataset.screen === 'ready'")
    return await stage.tap()


@asynccontextmanager
async def direct() -> AsyncIterator[str]:
    """A server of the page, whose sockets hear one another: all that two browsers need. Yields its origin."""
    present: set[ServerConnection] = set()

    async def pass_on(socket: ServerConnection) -> None:
        present.add(socket)
        try:
            async for message in socket:
                broadcast(present - {socket}, message)
        finally:
            present.discard(socket)

    def page(socket: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" in request.headers:
            return None
        answer = socket.respond(HTTPStatus.OK, PAGE.read_text(encoding="utf-8"))
        answer.headers["Content-Type"] = "text/html; charset=utf-8"
        return answer

    async with serve(pass_on, "127.0.0.1", 0, process_request=page) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"


def _report(relayed: Sample, straight: Sample, codec: str) -> Report:
    ratio = relayed.median / straight.median
    row = Row(
        what=f"tap to first picture ({codec}), median / p95 of {len(relayed.values)}",
        here=str(relayed),
        beside=f"{straight} (direct)",
        compared=f"{ratio:.2f} times",
        goal=f"at most {GOAL} times",
        reached=ratio <= GOAL,
    )
    numbers = {
        "product_median_ms": relayed.median,
        "product_p95_ms": relayed.p95,
        "direct_median_ms": straight.median,
        "direct_p95_ms": straight.p95,
        "ratio": ratio,
    }
    return Report([row], numbers)
