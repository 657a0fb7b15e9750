"""All that a caller's phone downloads until the regulator sees: as gzip -9, and as it crossed the wire."""

from __future__ import annotations

import gzip
from typing import Final

from playwright.async_api import Page, Response

from tests.bench.meter import metered
from tests.bench.report import Report, Row
from tests.bench.rooms import rooms

GOAL: Final = 20_000  # bytes
WORKER: Final = "/j/sw.js"
HOST: Final = "localhost"  # the phone's name for the product: led through the meter, the console's is not


async def run() -> Report:
    async with metered() as meter:
        to_meter = f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{meter.port}"
        async with rooms(flags=(to_meter,)) as stage:
            meter.target = stage.product.port
            answers: list[Response] = []
            stage.phone.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright marks its listeners
            await stage.enter(HOST)
            await stage.tap()
            crossed = meter.http
            picture_at = await stage.console.evaluate("window.pictureAt")
            files = await _compressed(answers, picture_at)
            files[WORKER] = await _worker(stage.phone, stage.product.origin)
            await stage.phone.evaluate("async () => void (await navigator.serviceWorker.ready)")
            return _report(sum(files.values()), len(files), crossed, meter.http, meter.sockets)


async def _compressed(answers: list[Response], until: float) -> dict[str, int]:
    """Bytes of each body that was asked for before that time (ms since the epoch), as gzip -9 has it."""
    asked = [answer for answer in answers if answer.request.timing["startTime"] < until]
    found = [answer for answer in asked if answer.ok and answer.status != 204]
    return {answer.url: len(gzip.compress(await answer.body(), 9)) for answer in found}


async def _worker(phone: Page, origin: str) -> int:
    """The browser fetches the service worker by itself, where a page's events do not show it."""
    answer = await phone.context.request.get(origin + WORKER)
    return len(gzip.compress(await answer.body(), 9))


def _report(files: int, count: int, crossed: int, kept: int, sockets: int) -> Report:
    rows = [
        Row(
            what=f"the {count} files and answers until the first picture, gzip -9",
            here=f"{files / 1000:.1f} KB",
            goal=f"at most {GOAL / 1000:.0f} KB",
            reached=files <= GOAL,
        ),
        Row(what="what crossed the wire until then: HTTP with its heads", here=f"{crossed / 1000:.1f} KB"),
        Row(
            what="the same once the service worker has kept the page, and the WebSocket",
            here=f"{kept / 1000:.1f} + {sockets / 1000:.1f} KB",
        ),
    ]
    return Report(rows, {"gzip": files, "crossed": crossed, "with_worker": kept, "websocket": sockets})
