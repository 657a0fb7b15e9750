"""A drawing on the frozen picture, from the regulator's hand to the caller's screen."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import faults

pytestmark = pytest.mark.timeout(120)


async def test_what_is_drawn_on_the_frozen_picture_fills_the_callers_screen_and_is_kept(
    shared: Product, browser: Browser
) -> None:
    page, phone = await console_page(browser), await phone_page(browser)
    await call(page, phone, shared)
    await until_live(page)
    await page.keyboard.press(";")
    await expect(page.get_by_role("toolbar", name="Dessin sur l’image figée")).to_be_visible()
    send = page.get_by_role("button", name="Envoyer à l’appelant")
    await expect(send).to_have_attribute("aria-disabled", "true")
    assert await faults(page) == []

    box = await page.locator("[data-part=frozen]").bounding_box()
    assert box is not None
    width, height = await page.locator("[data-part=frozen]").evaluate(
        "({ width, height }) => [width, height]"
    )
    scale = min(box["width"] / width, box["height"] / height)
    left, top = (
        box["x"] + (box["width"] - width * scale) / 2,
        box["y"] + (box["height"] - height * scale) / 2,
    )
    start, end = ((left + share * width * scale, top + 0.75 * height * scale) for share in (0.3, 0.7))
    for _ in range(2):
        await page.mouse.move(*start)
        await page.mouse.down()
        await page.mouse.move(*end, steps=5)
        await page.mouse.up()
        await page.keyboard.press("Control+z")
        await expect(send).to_have_attribute("aria-disabled", "true")
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(*end, steps=5)
    await page.mouse.up()
    await send.click()

    shown = phone.get_by_label("Dessin du médecin", exact=True).locator("img")
    await expect(shown).to_be_visible()
    await shown.evaluate("(image) => image.decode()")
    red, green, blue = await shown.evaluate(
        """(image) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 100, height: 100 });
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0, 100, 100);
          return [...context.getImageData(50, 75, 1, 1).data].slice(0, 3);
        }"""
    )
    assert red > 120
    assert green < 120
    assert blue < 120
    await expect(page.locator("[data-part=documents-list] li")).to_contain_text("Ouvert par l’appelant")
    stored = page.locator("[data-part=documents-list] a").first
    await expect(stored).to_have_text("Dessin")
    answer = await page.request.get(f"{shared.origin}{await stored.get_attribute('href')}")
    assert Image.open(BytesIO(await answer.body())).size == (width, height)
    await until_seen(page, GREEN)  # and the picture goes on
    await phone.get_by_role("button", name="Retour à la vidéo").tap()
    await expect(shown).to_be_hidden()
