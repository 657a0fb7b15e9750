"""Pictures of the room's main states: `scripts/screenshots-room FOLDER`. For eyes and `docs/room.md`, not for
the suite."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import product as combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from PIL import Image, ImageDraw
from playwright.async_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from tests.e2e.bad_network import bad_network
from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.conftest import knows_the_place
from tests.e2e.desk import call, end, invite, log_in, open_link, tap_start, until_ready
from tests.e2e.far_call import until_stills
from tests.e2e.stage import Product, product

PROTOCOL: Final = """data:text/html,<title>Protocole</title><body style="font: 48px sans-serif; padding: 2em">
<h1>Protocole</h1><p>1. Comprimer<p>2. Surveiller<p>3. Rappeler</body>"""
SIZES: Final = {"1440x900": (1440, 900), "1280x720": (1280, 720), "960x1080": (960, 1080)}
HIDDEN: Final = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  for (const { srcObject } of document.querySelectorAll("video")) {
    srcObject?.getTracks().forEach((track) => track.stop());
  }
}"""


@dataclass(frozen=True)
class Camera:
    """Takes one picture of one state."""

    browser: Browser
    made: Product
    folder: Path
    size: str
    scheme: Any

    async def console(self) -> Page:
        width, height = SIZES[self.size]
        viewport = {"width": width, "height": height}
        return await console_page(self.browser, viewport=viewport, color_scheme=self.scheme)

    @asynccontextmanager
    async def call(self) -> AsyncIterator[tuple[Page, Page]]:
        console, phone = await self.console(), await phone_page(self.browser)
        await call(console, phone, self.made)
        await until_ready(console, "torch")
        yield console, phone

    async def take(self, page: Page, state: str) -> None:
        await page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        await page.screenshot(path=self.folder / f"room-{state}-{self.size}-{self.scheme}.png")


async def waiting(camera: Camera) -> None:
    console = await camera.console()
    await log_in(console, camera.made)
    await invite(console, camera.made)
    await expect(console.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    await camera.take(console, "waiting")


async def live(camera: Camera) -> None:
    async with camera.call() as (console, _):
        await camera.take(console, "live")


async def zoomed_with_map(camera: Camera) -> None:
    async with camera.call() as (console, _):
        await console.keyboard.press("p")
        await expect(console.locator("[data-part=plus-code]")).to_be_visible()
        await console.keyboard.press("a")
        await expect(console.locator(".leaflet-tile-loaded").first).to_be_visible()
        await console.keyboard.press("PageUp")
        await camera.take(console, "map")


async def cpr(camera: Camera) -> None:
    async with camera.call() as (console, _):
        await console.keyboard.press("b")
        await expect(console.get_by_role("timer").first).to_have_text(re.compile(r"0:0[3-9]"))
        await camera.take(console, "cpr")


async def three_videos(camera: Camera) -> None:
    async with camera.call() as (console, _):
        protocol = await camera.browser.new_page()
        await protocol.goto(PROTOCOL)
        colleague = await console_page(camera.browser, permissions=["camera"])
        await log_in(colleague, camera.made, "superviseur@demo.test")
        await colleague.goto(console.url)
        await expect(colleague.locator("[data-part=sharing]")).to_be_visible()
        await colleague.keyboard.press("_")
        await colleague.get_by_label("Partager l’écran avec").select_option("l’appelant et les invités")
        await colleague.keyboard.press(".")
        await expect(console.locator(".camera-tile")).to_have_count(2)
        await console.wait_for_function(
            "() => [...document.querySelectorAll('[data-part=video]')].every((one) => one.videoWidth)"
        )
        await console.locator("[data-part=sharing]").scroll_into_view_if_needed()
        await camera.take(console, "videos")


async def stills(camera: Camera) -> None:
    async with bad_network(camera.made) as network:
        console, phone = await camera.console(), await phone_page(camera.browser)
        await network.carry(phone)
        await log_in(console, camera.made)
        await open_link(phone, network.seen_from_there((await invite(console, camera.made))["link"]))
        network.block_udp()
        await tap_start(phone)
        await until_stills(console)
        await camera.take(console, "stills")
        await phone.close()


async def caller_gone(camera: Camera) -> None:
    async with camera.call() as (console, phone):
        await phone.evaluate(HIDDEN)
        await expect(console.locator("[data-part=overlay-title]")).to_be_visible()
        await camera.take(console, "gone")


async def ended(camera: Camera) -> None:
    async with camera.call() as (console, _):
        await end(console)
        await camera.take(console, "ended")


STATES: Final = {
    "waiting": waiting,
    "live": live,
    "map": zoomed_with_map,
    "cpr": cpr,
    "videos": three_videos,
    "stills": stills,
    "gone": caller_gone,
    "ended": ended,
}


def tile() -> bytes:
    """Streets that are nowhere."""
    drawn, written = Image.new("RGB", (256, 256), (226, 232, 222)), BytesIO()
    lines = ImageDraw.Draw(drawn)
    for at in (40, 150, 230):
        lines.line((0, at, 256, at + 20), (255, 255, 255), 9)
        lines.line((at, 0, at - 30, 256), (255, 255, 255), 6)
    drawn.save(written, "PNG")
    return written.getvalue()


async def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots-room", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--size", nargs="+", default=["1440x900", "1280x720"], choices=SIZES)
    parser.add_argument("--scheme", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--state", nargs="+", default=list(STATES), choices=STATES)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, HTTPServer() as server:
        server.expect_request(re.compile("/tiles/")).respond_with_data(tile(), content_type="image/png")
        tiles = f"http://127.0.0.1:{server.port}/tiles/{{z}}/{{x}}/{{y}}.png"
        settings = {**knows_the_place(server), "MAP_TILES": tiles, "MAP_ATTRIBUTION": "Example"}
        with product(Path(data), settings) as made:
            for state, size, scheme in combinations(given.state, given.size, given.scheme):
                async with chromium("--auto-select-tab-capture-source-by-title=Protocole") as browser:
                    await STATES[state](Camera(browser, made, given.folder, size, scheme))


if __name__ == "__main__":
    asyncio.run(main())
