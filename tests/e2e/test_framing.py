"""How the regulator looks at the picture: closer, turned, frozen, and in a window of its own."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Final

import pytest
from PIL import Image
from playwright.async_api import Browser, FloatRect, Page, expect

from tests.e2e.browsers import phone_page
from tests.e2e.desk import call
from tests.e2e.picture import GREEN, shows, until_live, until_seen
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(120)

LOOK: Final = """(name) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 96, height: 54 });
  const context = canvas.getContext("2d");
  context.drawImage(document.querySelector(`[data-part=${name}]`), 0, 0, 96, 54);
  return [...context.getImageData(0, 0, 96, 54).data].join();
}"""
NO_FLOATING: Final = "delete window.documentPictureInPicture"


async def _moves(page: Page) -> None:
    """What the page's picture shows changes."""
    before = await page.evaluate(LOOK, "picture")
    await page.wait_for_function(f"(before) => ({LOOK})('picture') !== before", arg=before)


async def _box(page: Page, name: str) -> FloatRect:
    box = await page.locator(f"[data-part={name}]").bounding_box()
    assert box
    return box


async def test_a_frozen_turned_picture_is_captured_as_it_is_seen_while_the_live_one_goes_on(
    shared: Product, browser: Browser
) -> None:
    page = await browser.new_page(locale="fr-FR", viewport={"width": 1280, "height": 720})
    phone = await phone_page(browser)
    await call(page, phone, shared)
    await until_live(page)
    whole = await _box(page, "picture")
    await page.keyboard.press("PageUp")
    await expect(page.locator("[data-part=framing-zoom]")).to_contain_text("1,3")
    zoomed = await _box(page, "picture")
    assert zoomed["width"] == pytest.approx(whole["width"] * 1.25)
    await page.keyboard.press("ArrowRight")
    await page.wait_for_function(
        "(x) => document.querySelector('[data-part=picture]').getBoundingClientRect().x < x",
        arg=zoomed["x"] - 50,
    )
    middle = (whole["x"] + whole["width"] / 2, whole["y"] + whole["height"] / 2)
    await page.keyboard.press("t")
    await expect(page.locator("[data-tool=rotate]")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("i")
    await page.mouse.click(middle[0] + 60, middle[1])
    ring = page.locator("[data-part=ring]")
    await expect(ring).to_be_visible()
    left, top = await ring.evaluate("(ring) => [ring.style.left, ring.style.top].map(parseFloat)")
    # to the ten thousandth part of the picture that the phone is told
    assert (left, top) == pytest.approx((whole["width"] / 2 + 60, whole["height"] / 2), abs=1)

    await page.get_by_role("button", name="Figer l'image", exact=True).click()
    await expect(page.locator("[data-part=frozen-note]")).to_be_visible()
    frozen = await page.evaluate(LOOK, "frozen")
    await _moves(page)
    assert await page.evaluate(LOOK, "frozen") == frozen
    assert (await _box(page, "picture"))["width"] < whole["width"] / 3

    await page.keyboard.press("s")
    stored = page.locator("[data-part=strip] a[data-part=open]").first
    await expect(stored).to_have_attribute("href", re.compile("/captures/"))
    answer = await page.request.get(f"{shared.origin}{await stored.get_attribute('href')}")
    width, height = Image.open(BytesIO(await answer.body())).size
    sent = await page.evaluate(
        "(({width, height}) => [height, width])(document.querySelector('[data-part=frozen]'))"
    )
    assert [width, height] == sent
    await page.keyboard.press("z")
    await expect(page.locator("[data-part=frozen]")).to_be_hidden()


async def test_the_picture_moves_in_its_own_window_and_comes_back_when_that_closes(
    shared: Product, browser: Browser
) -> None:
    page = await browser.new_page(locale="fr-FR")
    await page.add_init_script(NO_FLOATING)
    phone = await phone_page(browser)
    await call(page, phone, shared)
    async with page.expect_popup() as opening:
        await page.keyboard.press("w")
    own = await opening.value
    await own.wait_for_function(f"() => {shows(GREEN)}")
    await _moves(own)
    await expect(page.locator("[data-part=window-note]")).to_be_visible()
    await own.bring_to_front()
    await own.keyboard.press("f")
    await own.wait_for_function("() => document.fullscreenElement !== null")
    await own.keyboard.press("s")
    await expect(page.locator("[data-part=strip] a[data-part=open]")).to_have_count(1)
    await own.close()
    await until_seen(page, GREEN)
    await until_live(page)
    await expect(page.locator("[data-part=window-note]")).to_be_hidden()
