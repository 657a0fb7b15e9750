"""What a regulator and a caller do, as steps of a story."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.picture import GREEN, until_seen
from tests.e2e.stage import PASSWORD, Product

expect.set_options(timeout=20_000)


async def log_in(page: Page, product: Product, email: str = "regulateur@demo.test") -> None:
    await page.goto(product.origin)
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{product.origin}/")


async def invite(page: Page, product: Product, typed: str = "06 12 34 56 78") -> dict[str, Any]:
    """Types an address and enters the room. Returns the message that left."""
    before = len(product.outbox())
    await page.fill("#address", typed)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/sessions/[0-9a-f]{32}$"))
    return product.message(before)


async def open_link(phone: Page, link: str) -> None:
    await phone.goto(link)
    await expect(phone.locator("body")).to_have_attribute("data-screen", "ready")


async def tap_start(phone: Page) -> None:
    await phone.locator("[data-act=start]:visible").tap()


async def call(page: Page, phone: Page, product: Product) -> None:
    """A whole call, from the login to the picture."""
    await log_in(page, product)
    await open_link(phone, (await invite(page, product))["link"])
    await tap_start(phone)
    await until_seen(page, GREEN)


def control(page: Page, name: str) -> Any:
    """The button of one control on the room's bar."""
    return page.locator(f"[data-control={name}] [data-part=button]")


async def until_ready(page: Page, name: str) -> None:
    await expect(control(page, name)).not_to_have_attribute("aria-disabled", "true")


async def rung(page: Page, name: str, status: str = "done") -> None:
    await expect(page.locator(f"[data-rung={name}]")).to_have_attribute("data-status", status)


async def end(page: Page) -> None:
    await page.click("[data-part=end]")
    await page.click("[data-part=confirm]")
    await expect(page.locator("[data-part=ended]")).to_be_visible()
