"""From the moment at which a phone's network carries again to the next frame of video on the console."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import time
from typing import Final

from playwright.async_api import Page

from tests.bench import clip
from tests.bench.report import Report, Row
from tests.e2e.bad_network import Network, bad_network
from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.desk import invite, log_in, open_link, tap_start
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import product

CUTS: Final = (4.0, 7.0, 10.0, 13.0, 20.0) * 2  # seconds
GOAL: Final = 2000.0  # ms, median

# When each frame was handed to the compositor, in milliseconds since the epoch.
_WATCH: Final = """
() => {
  const video = document.querySelector("[data-part=picture]");
  window.firstAfter = (moment) => new Promise((resolve) => {
    window.onFrame = (at) => at > moment && resolve(at);
  });
  const follow = (_, frame) => {
    window.onFrame?.(performance.timeOrigin + frame.presentationTime);
    video.requestVideoFrameCallback(follow);
  };
  video.requestVideoFrameCallback(follow);
}
"""


async def run() -> Report:
    with TemporaryDirectory() as folder, product(Path(folder), {}) as made:
        async with chromium(frames=clip.RATE) as browser, bad_network(made) as network:
            console, phone = await console_page(browser), await phone_page(browser)
            await network.carry(phone)
            await log_in(console, made)
            await open_link(phone, network.seen_from_there((await invite(console, made))["link"]))
            await tap_start(phone)
            await until_seen(console, GREEN)
            await console.evaluate(_WATCH)
            times = [await _return(console, network, seconds) for seconds in CUTS]
    here, longest = median(times), max(times)
    row = Row(
        what=f"network's return to video, median / longest of {len(CUTS)} cuts of 4 to 20 s",
        here=f"{here:.0f} / {longest:.0f} ms",
        goal=f"median under {GOAL:.0f} ms",
        reached=here < GOAL,
    )
    return Report([row], {"median_ms": here, "max_ms": longest})


async def _return(console: Page, network: Network, seconds: float) -> float:
    """Milliseconds."""
    await until_live(console)
    async with network.cut_for(seconds):
        pass
    back = time() * 1000
    async with asyncio.timeout(60):
        shown: float = await console.evaluate("(moment) => window.firstAfter(moment)", back)
    return shown - back
