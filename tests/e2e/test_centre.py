"""An administrator at work in a real browser: the centre's own words, tried out before callers read them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.desk import invite, log_in
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import PHONE, WORKSTATION, faults

OWN = "Le {centre} veut voir : {link}"


async def test_an_administrator_changes_the_sms_sees_it_counted_tries_it_out_and_callers_get_it(
    shared: Product, browser: Browser
) -> None:
    page = await browser.new_page(locale="fr-FR")
    await log_in(page, shared, "admin@demo.test")
    await page.get_by_role("link", name="Centre", exact=True).click()
    bubble = page.locator("[data-part=bubble]")
    await expect(bubble).to_contain_text("vous demande une vidéo")
    text = page.get_by_label("SMS", exact=True)
    await text.fill("Regardez ça 👀 : {link} " + "a" * 40)
    await expect(page.locator("[data-part=count]")).to_have_text("2 SMS, chacun est facturé")
    await expect(page.locator("[data-part=wide]")).to_be_visible()
    await text.fill(OWN)
    await expect(page.locator("[data-part=count]")).to_have_text("1 SMS")
    await page.locator("#texts").get_by_role("button", name="Enregistrer").click()
    await expect(page.locator("#texts").get_by_role("status").first).to_contain_text("Enregistré")

    before = len(shared.outbox())
    await page.get_by_label("Essayer sur votre propre téléphone").fill("06 12 34 56 78")
    await page.get_by_role("button", name="Envoyer un essai").click()
    assert shared.message(before)["body"].startswith("Le SAMU de démonstration veut voir : http")

    regulator = await browser.new_page(locale="fr-FR")
    await log_in(regulator, shared)
    message = await invite(regulator, shared)
    assert message["body"] == f"Le SAMU de démonstration veut voir : {message['link']}"
    await page.goto(f"{shared.origin}/centre")
    await page.get_by_label("SMS", exact=True).fill("")
    await page.locator("#texts").get_by_role("button", name="Enregistrer").click()
    await expect(page.locator("#texts").get_by_role("status").first).to_contain_text("Enregistré")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_centres_pages_can_be_used_by_everyone(
    shared: Product, browser: Browser, scheme: Any
) -> None:
    page = await browser.new_page(color_scheme=scheme, viewport=WORKSTATION, locale="fr-FR")
    await log_in(page, shared, "admin@demo.test")
    found = []
    for path in ("/centre", "/centre/users", "/audit", "/account"):
        await page.goto(shared.origin + path)
        found += await faults(page)
        await page.set_viewport_size(PHONE)
        found += await faults(page)
        if await page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            found.append(f"{path} is wider than a phone")
        await page.set_viewport_size(WORKSTATION)
    assert found == []
