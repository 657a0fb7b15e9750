"""How long a real console's picture stands still when something happens to the media nodes or to Redis."""

from __future__ import annotations

import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from playwright.async_api import Page

from tests.bench import clip
from tests.bench.report import Report, Row
from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.desk import call
from tests.e2e.picture import until_live
from tests.e2e.stage import product
from tests.media.nodes import NodeProcess, until_placed
from tests.servers import RedisServer, redis_server

TIMES: Final = 10
AWAY: Final = 60.0  # seconds
DEATH_GOAL: Final = (3000.0, 5000.0)  # ms, median and longest
LEAVE_GOAL: Final = (1000.0, 2000.0)
AWAY_GOAL: Final = 1000.0  # ms; a frame that Chromium drops is no stillness

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

    def __init__(self, redis: RedisServer, console: Page) -> None:
        self.redis = redis
        self.console = console
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
async def stage() -> AsyncIterator[Stage]:
    """A call on one of two nodes."""
    with TemporaryDirectory() as folder, redis_server() as redis:
        apart = {"REDIS_URL": redis.url, "SECRET_KEY": secrets.token_hex(32)}
        with product(Path(folder), apart) as made:
            async with chromium(frames=clip.RATE) as browser:
                console, phone = await console_page(browser), await phone_page(browser)
                opened = Stage(redis, console)
                try:
                    opened.start_node()
                    opened.start_node()
                    await call(console, phone, made)
                    await until_live(console)
                    yield opened
                finally:
                    opened.close()


async def nodes() -> Report:
    """The picture's interruption by a `kill -9` of its node, and by a SIGTERM, each several times."""
    async with stage() as running:
        deaths = [await _without(running, signal.SIGKILL) for _ in range(TIMES)]
        leaves = [await _without(running, signal.SIGTERM) for _ in range(TIMES)]
    return Report(
        [
            _row(f"picture away after `kill -9` of a node, median / longest of {TIMES}", deaths, DEATH_GOAL),
            _row(f"picture away when a node leaves, median / longest of {TIMES}", leaves, LEAVE_GOAL),
        ],
        {"death_median_ms": median(deaths), "death_max_ms": max(deaths), "leave_max_ms": max(leaves)},
    )


async def redis_away() -> Report:
    """The picture's longest stillness in a minute without Redis, and in the seconds after it came back."""
    async with stage() as running:
        await running.watch()
        running.redis.freeze()
        until = monotonic() + AWAY
        while monotonic() < until:
            await until_live(running.console)
        running.redis.thaw()
        for _ in range(10):  # whoever were to move, would have moved by then
            await until_live(running.console)
        still = await running.interruption()
    row = Row(
        what=f"longest stillness of the picture while Redis is away for {AWAY:.0f} s",
        here=f"{still:.0f} ms",
        goal=f"under {AWAY_GOAL:.0f} ms",
        reached=still < AWAY_GOAL,
    )
    return Report([row], {"longest_ms": still})


async def _without(running: Stage, by: signal.Signals) -> float:
    """Milliseconds that the picture stood still when its node was sent that signal; another node starts."""
    await running.watch()
    node = await running.carrier()
    node.send(by)
    away = await running.interruption()
    await node.ended()
    running.start_node()
    return away


def _row(what: str, values: list[float], goals: tuple[float, float]) -> Row:
    here, longest = median(values), max(values)
    return Row(
        what=what,
        here=f"{here:.0f} / {longest:.0f} ms",
        goal=f"median under {goals[0]:.0f}, longest under {goals[1]:.0f} ms",
        reached=here < goals[0] and longest < goals[1],
    )
