"""How long a real console's picture stands still when something happens to the media nodes or to Redis."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.async_api import Browser, Page

from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.desk import call
from tests.e2e.picture import until_live
from tests.e2e.stage import Product, product
from tests.media.nodes import NodeProcess, until_placed
from tests.servers import RedisServer, redis_server

# Each frame that the console handed to its compositor, in milliseconds.
_WATCH: Final = """
() => {
  const video = document.querySelector("[data-part=picture]");
  window.shownAt = [];
  const follow = (_, frame) => {
    window.shownAt.push(frame.presentationTime);
    video.requestVideoFrameCallback(follow);
  };
  video.requestVideoFrameCallback(follow);
}
"""
_LONGEST: Final = "Math.max(0, ...window.shownAt.map((at, i, all) => (i ? at - all[i - 1] : 0)))"


class Stage:
    """A call between two pages of a real Chromium, on as many media nodes as were started."""

    def __init__(self, product: Product, redis: RedisServer, console: Page, phone: Page) -> None:
        self.product = product
        self.redis = redis
        self.console = console
        self.phone = phone
        self._nodes: dict[str, NodeProcess] = {}
        self._running = ExitStack()

    def start_node(self) -> None:
        node = self._running.enter_context(NodeProcess(self.redis.url))
        self._nodes[node.id] = node

    async def carrier(self) -> NodeProcess:
        """The node of the only session. It is no longer ours to ask for."""
        [carrying] = await until_placed(self.redis.url)
        return self._nodes.pop(carrying)

    async def watch(self) -> None:
        """Begin to take down the frames that the console shows."""
        await self.console.evaluate(_WATCH)

    async def interruption(self) -> float:
        """The longest time that the picture stood still since, in milliseconds; once it moves again."""
        await until_live(self.console)
        return float(await self.console.evaluate(_LONGEST))

    def close(self) -> None:
        self._running.close()


@asynccontextmanager
async def stage(nodes: int, environ: Mapping[str, str] | None = None) -> AsyncIterator[Stage]:
    with TemporaryDirectory() as folder, redis_server() as redis:
        apart = {"REDIS_URL": redis.url, "SECRET_KEY": secrets.token_hex(32), **(environ or {})}
        with product(Path(folder), apart) as made:
            async with chromium() as browser, _pages(browser) as (console, phone):
                opened = Stage(made, redis, console, phone)
                try:
                    for _ in range(nodes):
                        opened.start_node()
                    await call(console, phone, made)
                    await until_live(console)
                    yield opened
                finally:
                    opened.close()


@asynccontextmanager
async def _pages(browser: Browser) -> AsyncIterator[tuple[Page, Page]]:
    yield await console_page(browser), await phone_page(browser)
