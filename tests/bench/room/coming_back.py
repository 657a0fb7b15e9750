"""A regulator comes back to a visio that runs: from the click to the picture."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page

from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import Rooms, rooms
from tests.e2e.browsers import console_page
from tests.e2e.desk import control, log_in, until_ready

TURNS: Final = 15
GOAL: Final = 1000.0  # ms

# The first decoded frame of the new page, since the navigation that led to it.
_PICTURE: Final = "() => window.pictureAt - performance.timeOrigin"


async def run() -> Report:
    async with rooms() as stage:
        await stage.enter()
        await stage.tap()
        await until_ready(stage.console, "torch")
        await control(stage.console, "torch").click()
        colleague = await _colleague(stage)
        reload: list[float] = []
        other: list[float] = []
        for turn in range(TURNS + 1):
            times = await _reload(stage.console), await _enter(colleague, stage)
            if turn:  # the first is not counted
                reload.append(times[0])
                other.append(times[1])
    return _report(Sample(tuple(reload)), Sample(tuple(other)))


async def _colleague(stage: Rooms) -> Page:
    """The same regulator at another workstation, at home."""
    page = await console_page(stage.browser)
    watch = "document.addEventListener('DOMContentLoaded', () => document.querySelector('video')"
    seen = "(_, frame) => { window.pictureAt = performance.timeOrigin + frame.presentationTime; }"
    await page.context.add_init_script(f"{watch}?.requestVideoFrameCallback({seen}))")
    await log_in(page, stage.product)
    return page


async def _reload(console: Page) -> float:
    await console.reload()
    return await _until_picture(console)


async def _enter(page: Page, stage: Rooms) -> float:
    """From the home page, by the list of running visios."""
    await page.goto(stage.product.origin)
    await page.locator(f"a[href*='{stage.console.url.rpartition('/')[2]}']").first.click()
    return await _until_picture(page)


async def _until_picture(page: Page) -> float:
    """Milliseconds since the navigation, once the light's state stands there too."""
    await page.wait_for_function("() => window.pictureAt")
    shown: float = await page.evaluate(_PICTURE)
    await page.wait_for_selector("[data-control=torch] [data-part=button][aria-pressed=true]")
    return shown


def _report(reload: Sample, other: Sample) -> Report:
    rows = [
        Row(
            what=f"{how} to the picture of a visio that runs, median / p95 of {TURNS}",
            here=str(sample),
            goal=f"p95 under {GOAL:.0f} ms",
            reached=sample.p95 < GOAL,
        )
        for how, sample in (("reload", reload), ("click in the list, at another workstation,", other))
    ]
    numbers = {"reload_median_ms": reload.median, "reload_p95_ms": reload.p95}
    return Report(rows, {**numbers, "other_median_ms": other.median, "other_p95_ms": other.p95})
