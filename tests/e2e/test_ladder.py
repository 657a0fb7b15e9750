"""The ladder of the picture: the network leads to each rung, and the regulator's screen says so."""

from __future__ import annotations

import asyncio
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, Route, expect

from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.closed_network import closed_network
from tests.e2e.desk import call, invite, log_in, open_link, tap_start
from tests.e2e.far_call import far_call, on_rung, until_stills
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import Product, product
from tests.servers import TurnServer

pytestmark = pytest.mark.timeout(120)

_SHOW = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_where_udp_and_turn_are_blocked_stills_come_and_video_once_it_can(
    shared: Product, browser: Browser
) -> None:
    async with far_call(shared, browser, udp=False) as (console, phone, network):
        await until_stills(console)
        await on_rung(console, "stills", "Images fixes")
        await expect(console.locator("[data-part=overlay]")).to_be_hidden()
        await expect(phone.locator("[data-when=stills]")).to_be_visible()
        network.mend()
        await until_live(console)
        await on_rung(console, "direct", "Direct")
        await expect(phone.locator("[data-when=connected]")).to_be_visible()


async def test_where_udp_is_blocked_the_video_takes_turn_over_tcp(
    tmp_path: Path, turn_server: TurnServer
) -> None:
    settings = {"TURN_URLS": turn_server.urls["tcp"], "TURN_SECRET": turn_server.secret}
    with product(tmp_path, settings) as made:
        async with (
            closed_network(tmp_path, made.port, turn_server.port) as executable,
            chromium(executable=executable) as browser,
        ):
            console, phone = await console_page(browser), await phone_page(browser)
            await call(console, phone, made)
            await until_live(console)
            await on_rung(console, "relayed", "Relayé")


async def test_udp_that_ends_in_the_call_is_replaced_by_stills_until_it_is_back(
    shared: Product, browser: Browser
) -> None:
    """Loss of 100%."""
    async with far_call(shared, browser) as (console, _, network):
        await until_seen(console, GREEN)
        await on_rung(console, "direct", "Direct")
        network.block_udp()
        await until_stills(console)
        await on_rung(console, "stills", "Images fixes")
        network.mend()
        await until_live(console)
        await on_rung(console, "direct", "Direct")


@pytest.mark.parametrize(("loss", "grades"), [(5, "fair|poor"), (20, "poor")], ids=["5", "20"])
async def test_with_loss_the_video_goes_on_and_its_quality_is_told(
    shared: Product, browser: Browser, loss: int, grades: str
) -> None:
    async with far_call(shared, browser) as (console, _, network):
        await until_seen(console, GREEN)
        network.udp.up.loss = network.udp.down.loss = loss / 100
        grade = console.locator("[data-part=grade]")
        await expect(grade).to_have_attribute("data-grade", re.compile(grades))
        await until_live(console)
        await on_rung(console, "direct", "Direct")


async def test_a_line_of_100_kbits_brings_a_picture_and_the_regulator_knows_how_poor_it_is(
    shared: Product, browser: Browser
) -> None:
    async with far_call(shared, browser, rate=100_000) as (console, _, __):
        await until_seen(console, GREEN)
        await expect(console.locator("[data-part=grade]")).to_have_attribute("data-grade", "poor")
        await expect(console.locator("[data-part=stage]")).to_have_attribute(
            "data-way", re.compile("direct|stills")
        )


async def test_stills_come_over_a_line_of_100_kbits_that_has_no_udp(
    shared: Product, browser: Browser
) -> None:
    async with far_call(shared, browser, udp=False, rate=100_000) as (console, _, __):
        await until_stills(console, 5)
        await on_rung(console, "stills", "Images fixes")


async def test_after_a_cut_of_10_s_the_picture_is_back_by_itself(shared: Product, browser: Browser) -> None:
    async with far_call(shared, browser) as (console, phone, network):
        await until_seen(console, GREEN)
        async with network.cut_for(10):
            await expect(console.locator("[data-part=overlay]")).to_be_visible()
            await expect(phone.locator("[data-when=connected]")).to_be_hidden()
        await until_live(console)
        await expect(console.locator("[data-part=overlay]")).to_be_hidden()
        await on_rung(console, "direct", "Direct")


async def test_a_hidden_page_is_told_apart_from_a_bad_line_and_the_picture_comes_back_with_it(
    shared: Product, browser: Browser
) -> None:
    """As on iOS, whose camera stops with the page."""
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, shared)
    await phone.evaluate(_SHOW, "hidden")
    await phone.evaluate("document.querySelector('video').srcObject.getTracks()[0].stop()")
    overlay = console.locator("[data-part=overlay]")
    await expect(overlay).to_contain_text("quitté la page")
    await phone.evaluate(_SHOW, "visible")
    await until_live(console)
    await expect(overlay).to_be_hidden()


async def test_a_permission_that_is_withdrawn_in_the_call_is_said_with_what_helps(
    shared: Product, browser: Browser
) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, shared)
    await phone.context.clear_permissions()
    overlay = console.locator("[data-part=overlay]")
    await expect(overlay).to_contain_text("Réessayer")
    await phone.context.grant_permissions(["camera"])
    await phone.evaluate("window.zoomIsAllowed = false")  # that is a permission of its own
    await tap_start(phone)
    await until_live(console)
    await expect(overlay).to_be_hidden()


async def test_where_the_camera_is_denied_a_photo_by_the_phones_own_camera_takes_its_place(
    shared: Product, browser: Browser
) -> None:
    console, phone = await console_page(browser), await phone_page(browser, camera=False)
    await log_in(console, shared)
    await open_link(phone, (await invite(console, shared))["link"])
    async with phone.expect_websocket():
        await tap_start(phone)
    await take_photo(phone)
    await until_stills(console, 1)
    await on_rung(console, "photo", "Photos")


async def test_a_photo_that_is_taken_before_the_server_is_reached_is_shown_too(
    shared: Product, browser: Browser
) -> None:
    console, phone = await console_page(browser), await phone_page(browser, camera=False)
    await log_in(console, shared)
    await open_link(phone, (await invite(console, shared))["link"])
    taken = asyncio.Event()

    async def hold(route: Route) -> None:
        await taken.wait()
        await route.continue_()

    await phone.route("**/j/claim", hold)
    await tap_start(phone)
    await take_photo(phone)
    taken.set()
    await until_stills(console, 1)
    await on_rung(console, "photo", "Photos")


async def take_photo(phone: Page) -> None:
    """By the phone's own camera, which the page offers where it may not have one."""
    await expect(phone.locator("body")).to_have_attribute("data-screen", "refused")
    photo: FilePayload = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": green_jpeg()}
    await phone.locator("input[type=file][capture]").set_input_files(photo)
    await expect(phone.locator("[data-part=snapped]")).to_be_visible()


def green_jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (1600, 900), (0, 160, 0)).save(out, "JPEG")
    return out.getvalue()
