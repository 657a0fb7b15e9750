"""Twelve second cameras beside the caller's picture: what they cost, and what they take from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
from playwright.async_api import Browser, Page, expect

from tests.bench import clip, proc
from tests.bench.children import Child, child
from tests.bench.report import Report, Row
from tests.e2e.browsers import chromium, console_page
from tests.e2e.desk import invite, log_in
from tests.e2e.picture import until_live
from tests.e2e.stage import Product, product

COUNT: Final = 12
SECONDS: Final = 15
LEAST: Final = 0.98  # of the frames shown without thumbnails

# The picture's frames since the page began: those that came whole, and those that went to the screen.
_COUNT: Final = """
async () => {
  const video = document.querySelector("[data-part=picture]");
  const { presentedFrames } = await new Promise((resolve) => {
    video.requestVideoFrameCallback((_, frame) => resolve(frame));
  });
  const { droppedVideoFrames } = video.getVideoPlaybackQuality();
  return { at: performance.now(), shown: presentedFrames, dropped: droppedVideoFrames };
}
"""
# How many of the small pictures had a new frame within a second.
_MOVING: Final = """
async () => {
  const videos = [...document.querySelectorAll("video")].filter((one) => one.dataset.part !== "picture");
  const moves = (video) => Promise.race([
    new Promise((resolve) => video.requestVideoFrameCallback(() => resolve(1))),
    new Promise((resolve) => setTimeout(() => resolve(0), 1000)),
  ]);
  return (await Promise.all(videos.map(moves))).reduce((sum, one) => sum + one, 0);
}
"""


class Turn(msgspec.Struct, frozen=True):
    """`shown`: frames of the picture a second. `dropped`: frames. Processor time as percents of a core."""

    shown: float
    dropped: float
    console: float
    server: float


async def run() -> Report:
    async with _visio() as (made, browser, console, phones, link):
        alone = [await _turn(made, browser, console)]
        await phones.ask("join", link=link, count=COUNT)
        await _let_in(console)
        beside = await _turn(made, browser, console)
        moving = await console.evaluate(_MOVING)
        await phones.ask("leave")
        await expect(console.locator("video:visible")).to_have_count(1)
        alone.append(await _turn(made, browser, console))
    return _report(alone, beside, moving)


@asynccontextmanager
async def _visio() -> AsyncIterator[tuple[Product, Browser, Page, Child, str]]:
    """A console that sees its caller, and the link."""
    with TemporaryDirectory() as folder, product(Path(folder), {}) as made:
        async with chromium(frames=clip.RATE) as browser, child("tests.bench.room.phones", folder) as phones:
            console = await console_page(browser)
            await log_in(console, made)
            link = (await invite(console, made))["link"]
            while not (await phones.ask("film"))["made"]:
                pass
            await phones.ask("come", link=link)
            await until_live(console)
            yield made, browser, console, phones, link


async def _let_in(console: Page) -> None:
    """Key K for each that asks; returns once all of them move."""
    asked = console.locator("[data-part=handovers] > *")
    for _ in range(COUNT):
        first = await asked.first.element_handle()
        await console.keyboard.press("k")
        await first.wait_for_element_state("hidden")
    async with asyncio.timeout(60):
        while await console.evaluate(_MOVING) < COUNT:
            pass


async def _turn(made: Product, browser: Browser, console: Page) -> Turn:
    page, server = await _page_time(browser), proc.cpu(made.pid)
    before = await console.evaluate(_COUNT)
    await console.wait_for_timeout(SECONDS * 1000)
    after = await console.evaluate(_COUNT)
    seconds = (after["at"] - before["at"]) / 1000
    return Turn(
        shown=(after["shown"] - before["shown"]) / seconds,
        dropped=after["dropped"] - before["dropped"],
        console=(await _page_time(browser) - page) / seconds * 100,
        server=(proc.cpu(made.pid) - server) / seconds * 100,
    )


async def _page_time(browser: Browser) -> float:
    """Seconds of processor time of the console's own process, and of the one that draws."""
    devtools = await browser.new_browser_cdp_session()
    found = await devtools.send("SystemInfo.getProcessInfo")
    await devtools.detach()
    return sum(float(one["cpuTime"]) for one in found["processInfo"] if one["type"] in {"renderer", "GPU"})


def _report(alone: list[Turn], beside: Turn, moving: int) -> Report:
    shown, console, server, dropped = (
        sum(getattr(one, name) for one in alone) / len(alone)
        for name in ("shown", "console", "server", "dropped")
    )
    rows = [
        Row(
            what=f"the picture with {COUNT} thumbnails of 720p: frames on the screen a second",
            here=f"{beside.shown:.1f}, {beside.dropped:.0f} dropped in {SECONDS} s",
            beside=f"{shown:.1f}, {dropped:.0f} (none)",
            compared=f"{beside.shown / shown:.2f} times",
            goal=f"at least {LEAST} times",
            reached=beside.shown >= LEAST * shown,
        ),
        Row(what="thumbnails that move", here=str(moving), goal=str(COUNT), reached=moving == COUNT),
        Row(
            what="processor time of the console's page and of what draws it",
            here=f"{beside.console:.0f} % of a core",
            beside=f"{console:.0f} % (none)",
            compared=f"{(beside.console - console) / COUNT:.1f} % each",
        ),
        Row(
            what="processor time of the server with its relay",
            here=f"{beside.server:.0f} % of a core",
            beside=f"{server:.0f} % (none)",
            compared=f"{(beside.server - server) / COUNT:.1f} % each",
        ),
    ]
    numbers = {
        "shown": beside.shown,
        "shown_alone": shown,
        "dropped": beside.dropped,
        "moving": float(moving),
    }
    times = {"console": beside.console, "console_alone": console, "server": beside.server}
    return Report(rows, {**numbers, **times, "server_alone": server})
