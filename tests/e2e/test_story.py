"""The whole story, in two real browsers: from a telephone number to live video under remote control."""

from __future__ import annotations

import io
import re
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.conftest import ADDRESS
from tests.e2e.desk import control, end, invite, log_in, open_link, rung, tap_start, until_ready
from tests.e2e.picture import CLOCK, CORNER, GREEN, NOT_ZOOMED, YELLOW, ZOOMED, until_live, until_seen
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(180)


async def test_a_regulator_sees_and_drives_the_callers_camera(either: Product, browser: Browser) -> None:
    console = await console_page(browser)
    phone = await phone_page(browser)
    await log_in(console, either)
    message = await invite(console, either)
    assert message["to"] == "+33612345678"
    assert message["link"] in message["body"]
    await rung(console, "delivered")

    await open_link(phone, message["link"])
    await expect(phone.locator("main h1:visible")).to_contain_text("SAMU de démonstration")
    await rung(console, "opened")
    await tap_start(phone)
    await until_seen(console, GREEN)
    await until_seen(console, GREEN, CORNER)
    await rung(console, "picture")
    await expect(phone.locator("[data-when=connected]")).to_be_visible()

    await _drives_the_camera(console, phone)
    await _finds_the_position(console)
    await _captures(console)

    room = console.url
    await console.click("text=Quitter")
    await expect(console).to_have_url(f"{either.origin}/")
    await console.click(f"[data-part=running] a[href='{urlsplit(room).path}']")
    await until_seen(console, GREEN)
    await until_live(console)

    await end(console)
    await expect(phone.locator("body")).to_have_attribute("data-screen", "ended")
    assert await phone.evaluate("document.querySelector('video').srcObject === null")
    await _reads_the_history(console, either)


async def _drives_the_camera(console: Page, phone: Page) -> None:
    await until_ready(console, "camera")
    await control(console, "camera").click()
    await until_seen(console, YELLOW, CORNER)
    await expect(control(console, "torch")).to_have_attribute("aria-disabled", "true")
    await control(console, "camera").click()
    await until_seen(console, GREEN, CORNER)

    await until_ready(console, "torch")
    await control(console, "torch").click()
    await expect(control(console, "torch")).to_have_attribute("aria-pressed", "true")
    assert await phone.evaluate("window.torchIsLit") is True

    slider = console.locator("[data-control=zoom] [data-part=slider]")
    await expect(slider).to_be_enabled()
    await until_seen(console, NOT_ZOOMED, CLOCK)
    await slider.fill("300")
    await until_seen(console, ZOOMED, CLOCK)
    await slider.fill("100")
    await until_seen(console, NOT_ZOOMED, CLOCK)


async def _finds_the_position(console: Page) -> None:
    await control(console, "position").click()
    await expect(console.locator("[data-part=address]")).to_have_text(re.compile(re.escape(ADDRESS)))
    await expect(console.locator("[data-part=decimal]")).to_contain_text("48")
    map_link = await console.get_attribute("[data-part=google]", "href")
    assert map_link is not None
    assert "48.692054" in map_link
    await console.click("[data-part=copy-position]")
    assert "48.692054" in await console.evaluate("navigator.clipboard.readText()")


async def _captures(console: Page) -> None:
    await until_ready(console, "capture")
    await console.keyboard.press("s")
    item = console.locator("[data-part=strip] a[data-part=open]").first
    await expect(item).to_have_attribute("href", re.compile("/captures/"))
    async with console.expect_download() as downloading:
        await item.click()
    path = await (await downloading.value).path()
    size = await console.evaluate(
        "(({videoWidth: w, videoHeight: h}) => [w, h])(document.querySelector('[data-part=picture]'))"
    )
    picture = Image.open(io.BytesIO(path.read_bytes()))
    assert list(picture.size) == size
    red, green, blue = picture.convert("RGB").getpixel((picture.width // 2, picture.height * 9 // 10))  # type: ignore[misc]
    assert green > 90 > max(red, blue)


async def _reads_the_history(console: Page, product: Product) -> None:
    await console.goto(f"{product.origin}/history")
    await console.keyboard.press("n")
    await console.click("text=06 12 34 56 78")
    timeline = console.locator(".timeline")
    await expect(timeline).to_contain_text(re.compile("première image", re.IGNORECASE))
    await expect(timeline.locator("li")).not_to_have_count(0)
    await expect(console.locator(".shots img")).to_have_count(1)
    await expect(console.locator(".place-address")).to_have_text(ADDRESS)
    loaded = await console.locator(".shots img").evaluate(
        "async (image) => { image.loading = 'eager'; await image.decode(); return image.naturalWidth; }"
    )
    assert loaded > 0  # a browser short of processor time sends less than it has
