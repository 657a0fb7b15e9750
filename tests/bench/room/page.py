"""The room's page on a hospital's line: what it weighs, and when it obeys."""

from __future__ import annotations

import gzip
from typing import Any, Final

from playwright.async_api import Page, Response

from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import Rooms, rooms
from tests.bench.slow import SlowLine, slow_line
from tests.e2e.browsers import console_page
from tests.e2e.desk import invite
from tests.servers import LOOPBACK

TURNS: Final = 9  # each a workstation that was never here
WEIGHT: Final = 100_000  # bytes, gzip -9
GOAL: Final = 1000.0  # ms
RATE: Final = 5_000_000 / 8  # bytes a second
DELAY: Final = 0.025  # seconds one way: 50 ms there and back
HOST: Final = "localhost"  # the workstation's name for the product: led through the slow line

# `listensAt`: when the keys worked. `knowsAt`: when what the server told of the session stood on the screen.
WATCH: Final = """
(() => {
  const add = EventTarget.prototype.addEventListener;
  document.addEventListener = function (type, ...rest) {
    if (type === "keydown") window.listensAt ??= performance.now();
    return add.call(this, type, ...rest);
  };
  window.WebSocket = class extends WebSocket {
    constructor(...options) {
      super(...options);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string" || JSON.parse(data).type !== "events") return;
        requestAnimationFrame(() => setTimeout(() => (window.knowsAt ??= performance.now())));
      });
    }
  };
})();
"""
_PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"


async def run() -> Report:
    async with (
        slow_line(RATE, DELAY) as line,
        rooms(flags=(f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{line.port}",)) as stage,
    ):
        line.target = stage.product.port
        await invite(stage.console, stage.product)
        address = stage.console.url.replace(LOOPBACK, HOST)
        cookies = [{**one, "domain": HOST} for one in await stage.console.context.cookies()]
        files = await _weights(stage, address, cookies)
        visits = [await _visit(stage, line, address, cookies) for _ in range(TURNS)]
    painted, listens, knows = (Sample(tuple(visit[at] for visit in visits)) for at in range(3))
    return _report(files, painted, listens, knows)


async def _workstation(stage: Rooms, cookies: list[Any]) -> Page:
    page = await console_page(stage.browser)
    await page.context.add_cookies(cookies)
    await page.context.add_init_script(WATCH)
    return page


async def _weights(stage: Rooms, address: str, cookies: list[Any]) -> dict[str, int]:
    """Bytes of each answer until the room knows its session."""
    page = await _workstation(stage, cookies)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright marks its listeners
    await page.goto(address)
    await page.wait_for_function("() => window.knowsAt && window.listensAt")
    files = {answer.url: len(gzip.compress(await answer.body(), 9)) for answer in answers if answer.ok}
    await page.context.close()
    return files


async def _visit(
    stage: Rooms, line: SlowLine, address: str, cookies: list[Any]
) -> tuple[float, float, float]:
    """Milliseconds from the navigation: to the first words, the keys, the session on the screen."""
    page = await _workstation(stage, cookies)
    line.requests.clear()
    await page.goto(address)
    await page.wait_for_function("() => window.knowsAt && window.listensAt")
    found = [await page.evaluate(_PAINTED)]
    found += [await page.evaluate(f"window.{name}") for name in ("listensAt", "knowsAt")]
    await page.context.close()
    return found[0], found[1], found[2]


def _report(files: dict[str, int], painted: Sample, listens: Sample, knows: Sample) -> Report:
    weight = sum(files.values())
    rows = [
        Row(
            what=f"the {len(files)} files of the room's page, gzip -9",
            here=f"{weight / 1000:.1f} KB",
            goal=f"under {WEIGHT / 1000:.0f} KB",
            reached=weight < WEIGHT,
        ),
        Row(
            what=f"5 Mbit/s, 50 ms: to a room that obeys its keys, median / p95 of {TURNS}",
            here=str(listens),
            beside=f"{painted} (first words)",
            goal=f"p95 under {GOAL:.0f} ms",
            reached=listens.p95 < GOAL,
        ),
        Row(
            what="the same to the session's state on the screen",
            here=str(knows),
            goal=f"p95 under {GOAL:.0f} ms",
            reached=knows.p95 < GOAL,
        ),
    ]
    numbers = {"gzip": float(weight), "files": float(len(files)), "painted_median_ms": painted.median}
    times = {"keys_p95_ms": listens.p95, "known_median_ms": knows.median, "known_p95_ms": knows.p95}
    return Report(rows, {**numbers, **times})
