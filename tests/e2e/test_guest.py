"""A guest by their link: sees the caller's moving picture, shows their own camera, is removed and out."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import AXE

AUDIT: Final = """async () => (await axe.run()).violations
  .map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" "))}`)"""

pytestmark = pytest.mark.timeout(180)


async def invite_guest(room: Page, product: Product, role: str) -> dict[str, Any]:
    """By the keyboard, as during a call. Returns the message that left."""
    before = len(product.outbox())
    await room.keyboard.press("!")
    await room.get_by_label("Numéro ou e-mail de l’invité").fill("dr.roy@hopital.test")
    await room.locator("[data-part=guest-name]").fill("Dr Roy")
    await room.locator("[data-part=guest-form]").get_by_text(role).click()
    await room.locator("[data-part=guest-send]").click()
    return product.until("the guest's message left", lambda: product.outbox()[before:])[0]


async def audit(page: Page) -> None:
    await page.evaluate(AXE)
    assert await page.evaluate(AUDIT) == []


async def enter(guest: Page, link: str) -> None:
    await guest.goto(link)
    await expect(guest.get_by_role("heading", name="vous invite à regarder une visio")).to_be_visible()
    await expect(guest.get_by_text("Invitation pour Dr Roy")).to_be_visible()
    await audit(guest)
    await guest.keyboard.press("Tab")  # the skip link
    await guest.get_by_role("button", name="Regarder la visio").press("Enter")


async def test_a_guest_enters_watches_is_seen_and_is_removed(shared: Product, browser: Browser) -> None:
    room, phone, guest = await console_page(browser), await phone_page(browser), await console_page(browser)
    await guest.context.grant_permissions(["camera"])
    await call(room, phone, shared)
    link = (await invite_guest(room, shared, "Regarder et être vu"))["link"]
    assert "/g#" in link

    await enter(guest, link)
    await until_seen(guest, GREEN)
    await until_live(guest)
    await expect(guest.get_by_role("status").get_by_text("En direct", exact=True)).to_be_visible()
    await expect(phone.get_by_text("Regardent en ce moment : 2")).to_be_visible()
    watching = room.get_by_role("region", name="Regardent en ce moment")
    await expect(watching.get_by_role("listitem").filter(has_text="Dr Roy")).to_be_visible()

    elsewhere = await console_page(browser)
    await elsewhere.goto(link)
    await expect(elsewhere.get_by_role("heading", name="Ce lien est déjà utilisé")).to_be_visible()

    await guest.get_by_role("button", name="Allumer ma caméra").click()
    await expect(guest.get_by_label("Votre propre caméra")).to_be_visible()
    small = "document.querySelector('[data-part=cameras-list] video')"
    await room.wait_for_function(f"() => {small}?.videoWidth > 0 && {small}.currentTime > 0.5")
    await audit(guest)

    await guest.reload()
    await until_seen(guest, GREEN)
    await expect(guest.get_by_role("button", name="Allumer ma caméra")).to_be_visible()
    await room.wait_for_function(f"() => !{small}")  # off again until they turn it on

    page = await guest.content()
    assert not any(part in page for part in ("06 12", "612345678", "48.69"))
    remove = room.locator("[data-part=guests-list] [data-part=remove]")
    await remove.click()
    await remove.click()
    await expect(guest.get_by_role("heading", name="Votre accès à cette visio a pris fin")).to_be_visible()
    await expect(phone.get_by_text("Regardent en ce moment : 1")).to_be_visible()
    await audit(guest)
