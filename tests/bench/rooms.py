"""The whole product with two pages of one real Chromium: a regulator's console and a caller's phone.

Both pages take times down as the browser tells them, in milliseconds since the epoch: `timeOrigin` is the
same clock for all pages of a machine.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from playwright.async_api import Browser, Page

from tests.bench import clip
from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.desk import invite, log_in, open_link
from tests.e2e.stage import Product, product
from tests.servers import LOOPBACK

# `tappedAt`: when the finger's event was made. `pictureAt`: when the first decoded frame was handed to the
# compositor (requestVideoFrameCallback's `presentationTime`). `connections`: all that the page made.
_WATCH = """
(() => {
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      window.connections.push(this);
    }
  };
  const onTap = (event) => {
    if (!event.target.closest("[data-act=start]")) return;
    window.tappedAt ??= performance.timeOrigin + event.timeStamp;
  };
  document.addEventListener("click", onTap, true);
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("video")?.requestVideoFrameCallback((_, frame) => {
      window.pictureAt = performance.timeOrigin + frame.presentationTime;
    });
  });
})();
"""

_CODEC = """
async () => {
  for (const connection of window.connections) {
    const stats = await connection.getStats();
    for (const report of stats.values()) {
      if (report.type === "inbound-rtp" && report.framesDecoded) {
        return stats.get(report.codecId).mimeType.replace("video/", "");
      }
    }
  }
  return "";
}
"""


class Rooms(msgspec.Struct, frozen=True):
    """A signed-in console and a phone."""

    product: Product
    browser: Browser
    console: Page
    phone: Page

    async def enter(self, host: str = LOOPBACK) -> None:
        """A new session: the console in its room, the phone at the big button. `host`: what it calls us."""
        await self.console.goto(self.product.origin)
        message = await invite(self.console, self.product)
        await open_link(self.phone, message["link"].replace(LOOPBACK, host))
        await self.console.wait_for_function("() => window.connections[0]?.connectionState === 'connected'")

    async def tap(self) -> float:
        """Milliseconds from the tap to the first picture on the console."""
        await self.phone.locator("[data-act=start]:visible").tap()
        await self.console.wait_for_function("() => window.pictureAt")
        arrived: float = await self.console.evaluate("window.pictureAt")
        tapped: float = await self.phone.evaluate("window.tappedAt")
        return arrived - tapped

    async def codec(self) -> str:
        """Of what the console decodes."""
        return str(await self.console.evaluate(_CODEC))


@asynccontextmanager
async def rooms(flags: Sequence[str] = ()) -> AsyncIterator[Rooms]:
    """`flags`: more of Chromium's."""
    with TemporaryDirectory() as folder, product(Path(folder), {}) as made:
        async with chromium(*flags, frames=clip.RATE) as browser:
            console, phone = await console_page(browser), await phone_page(browser)
            for page in (console, phone):
                await page.context.add_init_script(_WATCH)
            await log_in(console, made)
            yield Rooms(made, browser, console, phone)
