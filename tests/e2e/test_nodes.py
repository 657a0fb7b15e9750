"""What happens behind a call that goes on: media nodes die or leave, Redis stands still. Nobody clicks."""

from __future__ import annotations

import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests import servers
from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, control, end, invite, log_in, open_link, tap_start, until_ready
from tests.e2e.picture import until_live
from tests.e2e.stage import Product, product
from tests.media.nodes import ANY_SPEED, NodeProcess, until_placed

pytestmark = pytest.mark.timeout(180)

# How many connections a page has made since it was loaded.
_COUNT = """
(() => {
  window.made = 0;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      window.made += 1;
    }
  };
})();
"""


class Call:
    """A console that sees a phone, on one of two media nodes."""

    def __init__(self, product: Product, redis: servers.RedisServer, console: Page, phone: Page) -> None:
        self.product = product
        self.redis = redis
        self.console = console
        self.phone = phone
        self.nodes: list[NodeProcess] = []

    async def carrier(self) -> NodeProcess:
        """The node that carries it."""
        [carrying] = await until_placed(self.redis.url)
        return next(node for node in self.nodes if node.id == carrying)

    async def connections(self) -> tuple[int, int]:
        """How many the console and the phone have made so far."""
        return await self.console.evaluate("window.made"), await self.phone.evaluate("window.made")


@pytest.fixture
def redis() -> Iterator[servers.RedisServer]:
    """One of the test's own, that it may stop."""
    with servers.redis_server() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def running(tmp_path: Path, redis: servers.RedisServer, browser: Browser) -> AsyncIterator[Call]:
    apart = {"REDIS_URL": redis.url, "SECRET_KEY": secrets.token_hex(32)}
    with product(tmp_path, apart) as made:
        console, phone = await console_page(browser), await phone_page(browser)
        for page in (console, phone):
            await page.context.add_init_script(_COUNT)
        running = Call(made, redis, console, phone)
        with NodeProcess(redis.url, **ANY_SPEED) as one, NodeProcess(redis.url, **ANY_SPEED) as other:
            running.nodes = [one, other]
            await call(console, phone, made)
            await until_live(console)
            yield running


async def test_a_node_that_is_killed_is_replaced_by_another_one(running: Call) -> None:
    await (await running.carrier()).stop(signal.SIGKILL)
    await until_live(running.console)
    await expect(running.phone.locator("[data-when=connected]")).to_be_visible()
    await _drives_the_torch(running)


async def test_a_node_that_leaves_hands_the_call_over_before_it_goes(running: Call) -> None:
    console, phone = await running.connections()
    leaving = await running.carrier()
    leaving.send(signal.SIGTERM)
    assert await leaving.ended() == 0
    await until_live(running.console)
    assert await running.connections() == (console + 1, phone + 1)
    await expect(running.console.locator("[data-part=overlay]")).to_be_hidden()
    await _drives_the_torch(running)


async def test_a_web_process_that_is_replaced_cuts_no_picture(running: Call) -> None:
    running.product.stop()
    for _ in range(3):
        await until_live(running.console)
    running.product.start()
    await _drives_the_torch(running)
    await until_live(running.console)


async def test_a_call_does_not_notice_that_redis_stands_still_and_then_forgets_all(running: Call) -> None:
    connections = await running.connections()
    running.redis.freeze()
    for _ in range(5):  # longer than leases last, and than anybody waits for Redis
        await until_live(running.console)
    running.redis.thaw()
    await _drives_the_torch(running)
    running.redis.kill()
    await until_live(running.console)
    running.redis.start()
    await until_placed(running.redis.url)
    await _drives_the_torch(running)
    await until_live(running.console)
    assert await running.connections() == connections


async def test_a_relay_that_is_full_is_told_to_the_regulator_and_tried_until_it_has_room(
    tmp_path: Path, browser: Browser
) -> None:
    with product(tmp_path, {"MEDIA_MAX_PACKETS": "100"}) as made:
        alice, bob, phone = (
            await console_page(browser),
            await console_page(browser),
            await phone_page(browser),
        )
        await call(alice, phone, made)
        await log_in(bob, made, "superviseur@demo.test")
        message = await invite(bob, made, "06 98 76 54 32")
        title = bob.locator("[data-part=sheet-title]")
        await expect(title).to_have_text("Les serveurs vidéo sont pleins")
        await end(alice)
        await expect(title).not_to_have_text("Les serveurs vidéo sont pleins")
        await phone.goto("about:blank")
        await phone.context.clear_cookies()
        await open_link(phone, message["link"])
        await tap_start(phone)
        await until_live(bob)


async def _drives_the_torch(running: Call) -> None:
    """A command reaches the phone, and its answer the console."""
    await until_ready(running.console, "torch")
    button = control(running.console, "torch")
    was_lit = await running.phone.evaluate("window.torchIsLit")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false" if was_lit else "true")
    assert await running.phone.evaluate("window.torchIsLit") is not was_lit
