"""From the tap on the link to a button that works, on a slow line; and what a second visit asks for."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page

from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import Rooms, rooms
from tests.bench.slow import SlowLine, slow_line
from tests.e2e.browsers import phone_page
from tests.e2e.desk import invite
from tests.servers import LOOPBACK

TURNS: Final = 7  # each a phone that was never here
GOAL: Final = 2.0  # seconds
RATE: Final = 400_000 / 8  # bytes a second
DELAY: Final = 0.2  # seconds one way: 400 ms round trip
HOST: Final = "localhost"  # the phone's name for the product: led through the slow line, the console's is not
API: Final = {"/j/open"}

# When the page's script had attached its handlers, and when the one big button was there.
_WATCH: Final = """
new MutationObserver((_, observer) => {
  if (document.body?.dataset.screen !== "ready") return;
  window.readyAt = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });
const add = EventTarget.prototype.addEventListener;
document.addEventListener = function (type, ...rest) {
  if (type === "click") window.listensAt ??= performance.now();
  return add.call(this, type, ...rest);
};
"""
_KEPT: Final = """
async () => {
  await navigator.serviceWorker.ready;
  while (!(await caches.match("/j"))) await new Promise((resolve) => setTimeout(resolve, 50));
}
"""


async def run() -> Report:
    first: list[tuple[float, float]] = []
    again: list[tuple[float, float]] = []
    async with (
        slow_line(RATE, DELAY) as line,
        rooms(flags=(f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{line.port}",)) as stage,
    ):
        line.target = stage.product.port
        asked = [await _visits(stage, line, first, again) for _ in range(TURNS)]
    return _report(first, again, asked)


async def _visits(
    stage: Rooms, line: SlowLine, first: list[tuple[float, float]], again: list[tuple[float, float]]
) -> set[str]:
    """Two calls of one phone. Returns what the page of the second one asked for."""
    link = await _link(stage)
    phone = await phone_page(stage.browser)
    await phone.context.add_init_script(_WATCH)
    first.append(await _visit(phone, link))
    await phone.locator("[data-act=start]:visible").tap()
    await phone.evaluate(_KEPT)
    await phone.close()
    line.requests.clear()  # the worker's own are over
    link = await _link(stage)
    back = await phone.context.new_page()
    again.append(await _visit(back, link))
    await phone.context.close()
    return set(line.requests)


async def _link(stage: Rooms) -> str:
    await stage.console.goto(stage.product.origin)
    return str((await invite(stage.console, stage.product))["link"].replace(LOOPBACK, HOST))


async def _visit(phone: Page, link: str) -> tuple[float, float]:
    """Seconds from the navigation: until handlers are attached, until the big button is there."""
    await phone.goto(link)
    await phone.wait_for_function("() => window.readyAt")
    return await phone.evaluate("window.listensAt") / 1000, await phone.evaluate("window.readyAt") / 1000


def _report(
    first: list[tuple[float, float]], again: list[tuple[float, float]], asked: list[set[str]]
) -> Report:
    listens, ready = (Sample.of(visit[at] for visit in first) for at in (0, 1))
    second = Sample.of(visit[1] for visit in again)
    more = sorted(set().union(*asked) - API)
    rows = [
        Row(
            what=f"link to a button that works, median / p95 of {TURNS}",
            here=str(ready),
            beside=f"{listens} (handlers)",
            goal=f"under {GOAL:.0f} s",
            reached=ready.p95 < GOAL * 1000,
        ),
        Row(
            what="the same at the second visit, which asks for nothing but the API",
            here=str(second),
            beside=", ".join(more) or "nothing else",
            goal="nothing else",
            reached=not more,
        ),
    ]
    numbers = {
        "ready_median_ms": ready.median,
        "ready_p95_ms": ready.p95,
        "handlers_median_ms": listens.median,
    }
    return Report(rows, {**numbers, "again_median_ms": second.median, "again_requests": len(more)})
