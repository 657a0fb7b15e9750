"""Two regulators in one room: both see who watches, one drives the phone, and hands it over."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import control, invite, log_in, open_link, tap_start, until_ready
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import AXE

AUDIT: Final = """async () => (await axe.run({ include: [".watchers", ".hand", ".hand-request"] })).violations
  .map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" "))}`)"""

pytestmark = pytest.mark.timeout(180)


async def test_the_control_passes_from_one_regulator_to_another_and_stays_after_a_reload(
    either: Product, browser: Browser
) -> None:
    sophie, rene = await console_page(browser), await console_page(browser)
    phone = await phone_page(browser)
    await log_in(sophie, either, "superviseur@demo.test")
    await open_link(phone, (await invite(sophie, either))["link"])
    await tap_start(phone)
    await until_seen(sophie, GREEN)
    await expect(phone.get_by_text("Regardent en ce moment : 1")).to_be_visible()

    await log_in(rene, either)
    await rene.locator("[data-part=running] a").click()
    await until_seen(rene, GREEN)
    watching = sophie.get_by_role("region", name="Regardent en ce moment")
    await expect(watching.get_by_role("listitem")).to_contain_text(["Vous pilotez", "Dr Démo Régulation"])
    await expect(phone.get_by_text("Regardent en ce moment : 2")).to_be_visible()
    await expect(rene.get_by_text("Démo Supervision pilote le téléphone", exact=True)).to_be_visible()
    await expect(control(rene, "torch")).to_have_attribute("aria-disabled", "true")

    await rene.get_by_role("button", name="Demander la main").click()
    request = sophie.get_by_role("status", name="Pilotage du téléphone")
    await expect(request).to_contain_text("Dr Démo Régulation demande la main")
    for page in (sophie, rene):
        await page.evaluate(AXE)
        assert await page.evaluate(AUDIT) == []
    await sophie.keyboard.press("h")
    await until_ready(rene, "torch")
    await expect(control(sophie, "torch")).to_have_attribute("aria-disabled", "true")
    await sophie.keyboard.press("l")
    await expect(sophie.locator("#tip-torch")).to_contain_text("Un collègue pilote le téléphone")

    await rene.reload()
    await until_live(rene)
    await until_ready(rene, "torch")
    await rene.keyboard.press("l")
    await expect(control(sophie, "torch")).to_have_attribute("aria-pressed", "true")

    await sophie.get_by_role("button", name="Prendre la main").click()  # a supervisor may at once
    await until_ready(sophie, "torch")
    await sophie.get_by_role("button", name="Donner la main à Dr Démo Régulation").click()
    await until_ready(rene, "torch")
    await sophie.close()
    await expect(phone.get_by_text("Regardent en ce moment : 1")).to_be_visible()
