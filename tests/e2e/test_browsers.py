"""Chromium and Firefox as phones and as viewers, with each codec, through the real relay."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from media.relay import EmbeddedRelay
from signaling.messages.relay import RelayEvent
from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, end, invite, log_in, rung
from tests.e2e.firefox import Firefox, firefox
from tests.e2e.peers import PagePeer
from tests.e2e.picture import (
    COLOURED,
    CORNER,
    DARK_GREEN,
    GREEN,
    WITHIN,
    YELLOW,
    shows,
    until_live,
    until_seen,
)
from tests.e2e.stage import PASSWORD, Product, product

pytestmark = pytest.mark.timeout(180)


async def _unheard(_event: RelayEvent) -> None:
    """These tests look at pictures only."""


@asynccontextmanager
async def opened(relay: EmbeddedRelay) -> AsyncIterator[EmbeddedRelay]:
    await relay.open(_unheard)
    yield relay
    await relay.close()


@pytest_asyncio.fixture(loop_scope="session")
async def relay() -> AsyncIterator[EmbeddedRelay]:
    async with opened(EmbeddedRelay(addresses=("127.0.0.1",))) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def lan_relay() -> AsyncIterator[EmbeddedRelay]:
    """On the addresses that Firefox uses."""
    async with opened(EmbeddedRelay()) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def one_firefox() -> AsyncIterator[Firefox]:
    async with firefox() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def fox(one_firefox: Firefox) -> AsyncIterator[Firefox]:
    yield one_firefox
    await one_firefox.close_pages()


async def in_chromium(browser: Browser, relay: EmbeddedRelay, participant: str) -> PagePeer:
    return await PagePeer(await browser.new_page(), relay, participant).load()


async def in_firefox(fox: Firefox, relay: EmbeddedRelay, participant: str) -> PagePeer:
    return await PagePeer(await fox.page(), relay, participant).load()


@pytest.mark.parametrize(
    "codec",
    [
        "VP8",
        "H264.*packetization-mode=1.*42e01f",
        "H264.*packetization-mode=0.*42e01f",
        "H264.*packetization-mode=1.*4d001f",
        "VP9.*profile-id=0",
        "AV1.*profile=0",
    ],
)
async def test_each_codec_goes_from_chromium_to_chromium(
    relay: EmbeddedRelay, browser: Browser, codec: str
) -> None:
    phone, console = [await in_chromium(browser, relay, name) for name in ("phone", "console")]
    await console.view()
    await phone.publish("green", [codec])
    await console.sees("green")
    assert re.search(codec, await phone.codec())
    assert re.search(codec, await console.codec())


async def test_a_flip_and_a_reload_of_the_phone_leave_the_viewer_its_connection_and_its_track(
    relay: EmbeddedRelay, browser: Browser
) -> None:
    phone, console = [await in_chromium(browser, relay, name) for name in ("phone", "console")]
    await console.view()
    await phone.publish("green")
    await console.sees("green")
    before = await console.identity()
    await phone.flip("blue")
    await console.sees("blue")
    reloaded = await in_chromium(browser, relay, "phone")
    await reloaded.publish("red", ["VP8"])  # and with another codec
    await console.sees("red")
    assert await console.identity() == before


async def test_firefox_is_seen_in_chromium(lan_relay: EmbeddedRelay, browser: Browser, fox: Firefox) -> None:
    phone, console = (
        await in_firefox(fox, lan_relay, "phone"),
        await in_chromium(browser, lan_relay, "console"),
    )
    await console.view()
    await phone.publish("green")
    await console.sees("green")
    await phone.flip("blue")
    await console.sees("blue")
    assert "VP8" in await phone.codec()


@pytest.mark.parametrize("codec", ["VP8", "VP9", "AV1"])
async def test_chromium_is_seen_in_firefox(
    lan_relay: EmbeddedRelay, browser: Browser, fox: Firefox, codec: str
) -> None:
    phone, console = (
        await in_chromium(browser, lan_relay, "phone"),
        await in_firefox(fox, lan_relay, "console"),
    )
    await console.view()
    await phone.publish("green", [codec, "H264"])
    await console.sees("green")
    assert codec in await console.codec()


async def test_a_firefox_without_h264_that_joins_makes_the_phone_come_back_with_another_codec(
    lan_relay: EmbeddedRelay, browser: Browser, fox: Firefox
) -> None:
    phone, alice = [await in_chromium(browser, lan_relay, name) for name in ("phone", "alice")]
    await alice.view()
    await phone.publish("green")
    await alice.sees("green")
    assert "H264" in await alice.codec()
    before = await alice.identity()
    bob = await in_firefox(fox, lan_relay, "bob")
    await bob.view()
    await phone.hears_the_end()
    await phone.publish("blue")
    await bob.sees("blue")
    await alice.sees("blue")
    assert "VP8" in await alice.codec()
    assert await alice.identity() == before


# ---------------------------------------------------------------- the product's own pages
# Counts a page's connections, which a console must not need anew.
COUNTING = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) {
    super(...options);
    window.connections.push(this);
  }
};
"""


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Product]:
    """The whole product, its relay on the addresses that Firefox uses."""
    with product(tmp_path, {"MEDIA_ADDRESSES": "", "VIDEO_CODECS": "H264,VP9"}) as made:
        yield made


@pytest.fixture
def scaled(tmp_path: Path, redis_url: str) -> Iterator[Product]:
    """The same with a media process of its own."""
    apart = {"REDIS_URL": redis_url, "SECRET_KEY": secrets.token_hex(32)}
    with product(
        tmp_path, {"MEDIA_ADDRESSES": "", "VIDEO_CODECS": "VP9,VP8", **apart}, media_process=True
    ) as made:
        yield made


async def test_a_caller_with_firefox_is_seen_and_comes_back_after_a_reload(
    scaled: Product, browser: Browser, fox: Firefox
) -> None:
    console, phone = await console_page(browser), await fox.page()
    await console.add_init_script(COUNTING)
    await log_in(console, scaled)
    await phone.goto((await invite(console, scaled))["link"])
    await phone.click("[data-act=start]")
    await until_seen(console, COLOURED)
    await rung(console, "picture")
    await _until_codec(console, "VP9")
    await phone.until("document.body.dataset.screen === 'live'")
    await phone.reload()
    await phone.until("document.body.dataset.screen === 'live'")
    await until_live(console)
    await end(console)
    await phone.until("document.body.dataset.screen === 'ended'")


async def test_a_regulator_with_firefox_sees_and_drives_a_call_and_another_one_does_not_notice(
    embedded: Product, browser: Browser, fox: Firefox
) -> None:
    alice, caller = await console_page(browser), await phone_page(browser)
    await alice.add_init_script(COUNTING)
    await call(alice, caller, embedded)
    await _until_codec(alice, "H264")

    bob = await fox.page()
    await bob.goto(embedded.origin)
    await bob.fill("#email", "superviseur@demo.test")
    await bob.fill("#password", PASSWORD)
    await bob.click("[type=submit]")
    await bob.until("location.pathname === '/'")
    await bob.goto(alice.url)
    await bob.until(shows(DARK_GREEN))
    await until_live(alice)
    await until_seen(alice, GREEN)
    await _until_codec(alice, "VP9")
    assert await alice.evaluate("window.connections.map((one) => one.connectionState).join()") == "connected"

    await bob.until("document.querySelector('[data-part=hand-do]').textContent === 'Prendre la main'")
    await bob.click("[data-part=hand-button]")
    await bob.until("!document.querySelector('[data-control=camera] [aria-disabled=true]')")
    await bob.click("[data-control=camera] [data-part=button]")
    await bob.until(shows(YELLOW, CORNER))
    await until_seen(alice, YELLOW, CORNER)


async def _until_codec(console: Page, name: str) -> None:
    """Waits until the picture that it shows comes in that codec."""
    async with asyncio.timeout(WITHIN / 1000):
        await console.evaluate(
            """async (name) => {
              for (;;) {
                const reports = [...(await window.connections.at(-1).getStats()).values()];
                const stream = reports.find(({ type, codecId }) => type === "inbound-rtp" && codecId);
                if (reports.find(({ id }) => id === stream?.codecId)?.mimeType === `video/${name}`) return;
                await new Promise(requestAnimationFrame);
              }
            }""",
            name,
        )
