"""Pictures that arrive blurred, and what is kept of a visio once it has ended."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, control, end, invite, log_in, until_ready
from tests.e2e.picture import GREEN, until_seen
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import faults

pytestmark = pytest.mark.timeout(120)

HIDE: Final = "document.dispatchEvent(new Event('visibilitychange'))"


async def is_blurred(page: Page, blurred: bool, what: str = "[data-part=picture]") -> None:
    """What the screen shows, however it is made."""
    await expect(page.locator(what).first).to_have_css("filter", re.compile("blur" if blurred else "none"))


async def capture(page: Page) -> None:
    await until_ready(page, "capture")
    await control(page, "capture").click()
    kept = page.locator("[data-part=strip] a[data-part=open]")
    await expect(kept).to_have_attribute("href", re.compile("/captures/"))


async def blur(page: Page) -> None:
    async with page.expect_response("**/preferences"):
        await page.get_by_role("button", name="Flouter les images").click()


async def test_pictures_stay_blurred_until_somebody_looks_and_no_longer(
    embedded: Product, browser: Browser
) -> None:
    page, phone = await console_page(browser), await phone_page(browser)
    await call(page, phone, embedded)
    await is_blurred(page, False)
    await blur(page)
    await is_blurred(page, True)
    await capture(page)
    await is_blurred(page, True, ".strip-picture > *")
    await page.reload()
    await until_seen(page, GREEN)
    await is_blurred(page, True)
    assert await faults(page) == []

    for gone in ("window.dispatchEvent(new Event('blur'))", HIDE):
        await page.keyboard.down("v")
        await is_blurred(page, False)
        await page.evaluate(gone)
        await is_blurred(page, True)
        await page.keyboard.up("v")
    hold = page.get_by_role("button", name="Maintenir pour voir")
    await hold.hover()
    await page.mouse.down()
    await is_blurred(page, False)
    await is_blurred(page, False, ".strip-picture > *")
    await page.mouse.up()
    await is_blurred(page, True)

    await page.keyboard.press("w")
    window = next(one for one in page.context.pages if one is not page)
    await is_blurred(window, True)
    await window.keyboard.down("v")
    await is_blurred(window, False)
    await window.keyboard.up("v")
    await is_blurred(window, True)
    await window.close()

    await page.get_by_role("button", name="Montrer pour cette visio").click()
    await is_blurred(page, False)
    await expect(hold).to_be_hidden()
    await page.reload()
    await until_seen(page, GREEN)
    await is_blurred(page, False)

    await page.goto(page.url.replace("/sessions/", "/history/"))
    cover = page.get_by_role("button", name=re.compile("Capture 1"))
    await is_blurred(page, True, ".shot-cover img")
    await cover.press("Enter")
    await expect(cover).to_have_attribute("aria-pressed", "true")
    await is_blurred(page, False, ".shot-cover img")
    await cover.press(" ")
    await is_blurred(page, True, ".shot-cover img")
    await cover.hover()
    await page.mouse.down()
    await is_blurred(page, False, ".shot-cover img")
    await page.evaluate("window.dispatchEvent(new Event('blur'))")
    await is_blurred(page, True, ".shot-cover img")


async def test_one_click_a_number_and_a_note_then_home_in_the_number_field(
    embedded: Product, browser: Browser
) -> None:
    page = await console_page(browser)
    await log_in(page, embedded)
    await invite(page, embedded)
    report = page.url.replace("/sessions/", "/history/")
    mark = page.get_by_role("button", name="À débriefer")
    await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    await page.keyboard.press(":")
    await expect(mark).to_have_attribute("aria-pressed", "true")
    await end(page)
    assert await faults(page) == []
    said = page.locator("[data-part=closing-said]")
    worse = page.get_by_role("button", name="Plus grave")
    await page.context.set_offline(True)
    await worse.click()
    await expect(worse).to_have_attribute("aria-pressed", "true")
    await expect(said).to_have_attribute("data-status", "failed")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Réessayer").click()
    await expect(said).to_have_text("Enregistré")
    await page.get_by_label("Note").fill("fracture ouverte")
    await page.get_by_label("Numéro de dossier").fill("54-2026-118")
    await page.keyboard.press("Enter")
    await expect(page.locator("#address")).to_be_focused()
    await expect(page.get_by_text("À débriefer")).to_be_visible()

    await page.goto(report)
    assert await faults(page) == []
    await expect(worse).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_label("Numéro de dossier")).to_have_value("54-2026-118")
    await expect(page.get_by_label("Note")).to_have_value("fracture ouverte")
    await worse.click()
    await expect(said).to_have_text("Enregistré")
    await mark.click()
    await expect(mark).to_have_attribute("aria-pressed", "false")
    await page.reload()
    await expect(worse).to_have_attribute("aria-pressed", "false")
    await expect(mark).to_have_attribute("aria-pressed", "false")
