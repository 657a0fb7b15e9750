"""A call from a phone on a bad network, and what the regulator's screen says of its picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

from tests.e2e.bad_network import Network, bad_network
from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import invite, log_in, open_link, tap_start
from tests.e2e.stage import Product

# The next stills on the regulator's screen: green as the camera, and no two alike, since its clock runs.
_STILLS = """
(count) => new Promise((resolve) => {
  const canvas = document.querySelector("[data-part=jpeg]");
  const seen = new Set();
  const look = () => {
    if (canvas.hidden || !canvas.width) return;
    const { width, height } = canvas;
    const [red, green, blue] = canvas.getContext("2d").getImageData(width / 2, height * 0.9, 1, 1).data;
    if (green > 90 && red < 60 && blue < 60) seen.add(canvas.toDataURL());
    if (seen.size < count) return;
    clearInterval(timer);
    resolve();
  };
  const timer = setInterval(look, 50);
})
"""


@asynccontextmanager
async def far_call(
    made: Product, browser: Browser, *, udp: bool = True, rate: int = 0
) -> AsyncIterator[tuple[Page, Page, Network]]:
    """The regulator's screen and a phone on a bad network, once the caller has tapped."""
    async with bad_network(made) as network:
        console, phone = await console_page(browser), await phone_page(browser)
        await network.carry(phone)
        await log_in(console, made)
        await open_link(phone, network.seen_from_there((await invite(console, made))["link"]))
        if not udp:
            network.block_udp()
        network.narrow(rate)
        await tap_start(phone)
        yield console, phone, network


async def until_stills(console: Page, count: int = 3) -> None:
    await console.evaluate(_STILLS, count)


async def on_rung(console: Page, way: str, words: str) -> None:
    """The regulator's screen says how the picture comes."""
    await expect(console.locator("[data-part=stage]")).to_have_attribute("data-way", way)
    await expect(console.locator("[data-part=way]")).to_have_text(words)
