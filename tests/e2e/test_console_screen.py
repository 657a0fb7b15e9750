"""What only a real screen shows of the console: who can use it, what fits, what a slip of the hand does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.e2e.desk import end, invite, log_in
from tests.e2e.stage import Product

AXE: Final = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
AUDIT: Final = """async () => (await axe.run()).violations.flatMap((rule) =>
  rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`))"""
WORKSTATION: Final[ViewportSize] = {"width": 1280, "height": 720}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}


async def faults(page: Page) -> list[str]:
    """What axe-core finds wrong (WCAG A, AA and best practice)."""
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(AUDIT)
    return [f"{page.url}: {fault}" for fault in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_used_by_everyone(embedded: Product, browser: Browser, scheme: Any) -> None:
    page = await browser.new_page(color_scheme=scheme, viewport=WORKSTATION, locale="fr-FR")
    await page.goto(f"{embedded.origin}/login")
    found = await faults(page)
    await log_in(page, embedded)
    await invite(page, embedded)
    await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    room = page.url
    found += await faults(page)
    report = room.replace("/sessions/", "/history/")
    for path in ("/", "/history", report.removeprefix(embedded.origin), "/nothing"):
        await page.goto(embedded.origin + path)
        found += await faults(page)
        await page.set_viewport_size(PHONE)
        found += await faults(page)
        await page.set_viewport_size(WORKSTATION)
    await page.goto(room)
    await end(page)
    found += await faults(page)
    assert found == []


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
async def test_the_room_fits_the_window_with_all_its_controls(
    embedded: Product, browser: Browser, size: tuple[int, int]
) -> None:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="fr-FR")
    await log_in(page, embedded)
    await invite(page, embedded)
    await expect(page.locator("[data-part=code]")).to_be_visible()
    scrolled = "[document.documentElement, ...document.querySelectorAll('.panel-scroll')]"
    assert await page.evaluate(f"{scrolled}.every((one) => one.scrollHeight <= one.clientHeight)")
    stage = await page.locator("[data-part=stage]").bounding_box()
    assert stage
    for button in await page.locator("[data-part=bar] button").all():
        box = await button.bounding_box()
        assert box
        assert stage["x"] <= box["x"]
        assert box["x"] + box["width"] <= stage["x"] + stage["width"]
        assert box["y"] + box["height"] <= stage["y"] + stage["height"]


@pytest.mark.parametrize("path", ["/login", "/", "/history"])
async def test_nothing_is_wider_than_a_phone(embedded: Product, browser: Browser, path: str) -> None:
    page = await browser.new_page(viewport=PHONE, locale="fr-FR")
    if path != "/login":
        await log_in(page, embedded)
        await invite(page, embedded)
    await page.goto(embedded.origin + path)
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_a_double_click_ends_no_visio_and_escape_takes_the_question_back(
    embedded: Product, browser: Browser
) -> None:
    page = await browser.new_page(locale="fr-FR")
    await log_in(page, embedded)
    await invite(page, embedded)
    await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    await page.dblclick("[data-part=end]")
    await expect(page.locator("[data-part=confirm]")).to_be_visible()
    await expect(page.locator("[data-part=cancel]")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-part=confirm]")).to_be_hidden()
    await expect(page.locator("[data-part=end]")).to_be_focused()
    await expect(page.locator("[data-part=ended]")).to_be_hidden()


async def test_enter_pressed_twice_sends_one_message(embedded: Product, browser: Browser) -> None:
    page = await browser.new_page(locale="fr-FR")
    await log_in(page, embedded)
    await page.fill("#address", "06 12 34 56 78")
    form = page.locator("form[action='/sessions']")
    await form.evaluate("(form) => { form.requestSubmit(); form.requestSubmit(); }")
    await page.wait_for_url("**/sessions/*")
    await page.goto(embedded.origin)
    await expect(page.locator("[data-part=running] a")).to_have_count(1)
    await expect(form.locator("button")).to_have_attribute("aria-busy", "false")


async def test_the_letter_keys_can_be_turned_off_and_stay_off(embedded: Product, browser: Browser) -> None:
    page = await browser.new_page(locale="fr-FR")
    await log_in(page, embedded)
    await invite(page, embedded)
    fullscreen = "document.fullscreenElement?.dataset.part ?? null"
    await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    await page.keyboard.press("f")
    await expect(page.locator("[data-part=stage]:fullscreen")).to_be_visible()
    await page.keyboard.press("f")
    await expect(page.locator("[data-part=stage]:fullscreen")).to_have_count(0)
    await page.click("[data-part=keys]")
    await page.reload()
    await expect(page.locator("[data-part=keys]")).to_have_attribute("aria-pressed", "false")
    await page.keyboard.press("f")
    await page.evaluate("new Promise(requestAnimationFrame)")
    assert await page.evaluate(fullscreen) is None


async def test_a_colleagues_visio_appears_on_the_home_page_and_goes_by_itself(
    embedded: Product, browser: Browser
) -> None:
    colleague = await browser.new_page(locale="fr-FR")
    await log_in(colleague, embedded)
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await log_in(page, embedded)
    await invite(page, embedded)
    row = colleague.locator("[data-part=running] a")
    await expect(row).to_have_count(1)
    await expect(row.locator("[data-part=words]")).to_have_text("Message remis")
    await end(page)
    await expect(row).to_have_count(0)
    await expect(colleague.locator("[data-part=none]")).to_be_visible()
