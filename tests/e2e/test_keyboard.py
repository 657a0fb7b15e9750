"""A whole call with the keyboard alone, and the list of keys."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import control, invite, log_in, open_link, tap_start, until_ready
from tests.e2e.picture import GREEN, until_seen
from tests.e2e.stage import PASSWORD, Product
from tests.e2e.test_console_screen import faults

pytestmark = pytest.mark.timeout(120)

HALF: Final = {"width": 960, "height": 1080}  # of a screen of 1920, beside the dispatch software
IS_SEEN: Final = """() => {
  const focused = document.activeElement;
  const style = getComputedStyle(focused);
  return focused !== document.body && (style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""


async def tab_to(page: Page, name: str) -> None:
    """Tab after tab, each of which shows where it is."""
    target = page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    )
    for _ in range(60):
        if await target.first.evaluate("(node) => node === document.activeElement"):
            return
        await page.keyboard.press("Tab")
        assert await page.evaluate(IS_SEEN), (
            f"the focus can't be seen: {await page.evaluate('document.activeElement.outerHTML')}"
        )
    raise AssertionError(f"no way to {name} by the keyboard")


async def test_a_whole_call_is_led_by_the_keyboard_alone(shared: Product, browser: Browser) -> None:
    page, phone = await console_page(browser, viewport=HALF), await phone_page(browser)
    await page.goto(shared.origin)
    await page.locator("#email").focus()
    await page.keyboard.type("regulateur@demo.test")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#address")).to_be_focused()
    await page.keyboard.type("06 12 34 56 78")
    before = len(shared.outbox())
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/sessions/[0-9a-f]{32}$"))
    await open_link(phone, shared.message(before)["link"])
    await tap_start(phone)
    await until_seen(page, GREEN)

    await until_ready(page, "torch")
    await page.keyboard.press("l")
    await expect(control(page, "torch")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("+")
    await expect(page.locator("[data-control=zoom] [data-part=state]")).not_to_have_text(
        re.compile("^(—|1,0.*)$")
    )
    await page.keyboard.press("s")
    await expect(page.locator("[data-part=captures] img, [data-part=captures] canvas").first).to_be_visible()
    await page.keyboard.press("m")
    await page.keyboard.type("Restez près de lui")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-part=on-screen]")).to_contain_text("Restez près de lui")
    await page.keyboard.press("Escape")

    await tab_to(page, "Quitter")
    await page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Raccourcis clavier")
    await expect(listed).to_be_visible()
    assert await faults(page) == []
    await page.keyboard.press("Escape")
    await expect(listed).to_be_hidden()
    await expect(page.get_by_role("link", name="Quitter")).to_be_focused()

    await page.keyboard.press("Delete")
    await page.keyboard.press("Enter")
    await tab_to(page, "Terminer pour tous")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-part=ended-title]")).to_be_focused()
    await tab_to(page, "Retour à l’accueil")
    await page.keyboard.press("Enter")
    await expect(page.locator("#address")).to_be_focused()


async def test_half_a_screen_holds_the_room_with_all_its_controls(shared: Product, browser: Browser) -> None:
    page, phone = await console_page(browser, viewport=HALF), await phone_page(browser)
    await log_in(page, shared)
    link = (await invite(page, shared))["link"]
    assert await faults(page) == []
    await open_link(phone, link)
    await tap_start(phone)
    await until_seen(page, GREEN)
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in await page.locator("[data-part=bar] button:visible").all():
        box = await button.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= HALF["width"]
