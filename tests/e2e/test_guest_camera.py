"""A rescue team is invited as a second camera, films beside the caller, and is removed."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, open_link, tap_start
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import AXE

AUDIT: Final = """async () => (await axe.run({ include: ["[data-part=guests]"] })).violations
  .map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" "))}`)"""

pytestmark = pytest.mark.timeout(180)


async def test_a_rescue_team_films_beside_the_caller_until_it_is_removed(
    shared: Product, browser: Browser
) -> None:
    console, caller, crew = (
        await console_page(browser),
        await phone_page(browser),
        await phone_page(browser),
    )
    await call(console, caller, shared)
    before = len(shared.outbox())

    await console.keyboard.press("!")
    await console.keyboard.type("12")
    await console.keyboard.press("Enter")
    await expect(console.get_by_role("status").filter(has_text="Ce numéro n’est pas complet")).to_be_visible()
    await console.get_by_label("Numéro ou e-mail de l’invité").fill("06 12 34 56 79")
    await console.keyboard.press("Tab")
    await console.keyboard.type("VSAV 1")
    await console.get_by_role("radio", name="Seconde caméra").check()
    await console.keyboard.press("Enter")
    guest = console.locator("[data-part=guests-list] > li")
    await expect(guest).to_contain_text("VSAV 1")
    left = shared.message(before)
    assert "confidentiel" in left["body"]
    await expect(guest).to_contain_text("pas ouvert")
    await expect(console.get_by_label("Numéro ou e-mail de l’invité")).to_have_value("")

    await open_link(crew, left["link"])
    await expect(guest).to_contain_text("Lien ouvert")
    await tap_start(crew)
    await expect(guest).to_contain_text("Filme")
    tile = console.locator("[data-part=cameras-list] video[data-part=video]")
    await expect(tile).to_be_visible()
    await console.wait_for_function(
        "() => document.querySelector('[data-part=cameras-list] video[data-part=video]').currentTime > 0"
    )
    await until_seen(console, GREEN)  # the caller's
    await console.evaluate(AXE)
    assert await console.evaluate(AUDIT) == []

    await guest.get_by_role("button", name="Retirer").click()
    await expect(guest).to_contain_text("Filme")  # one click alone removes nobody
    await guest.get_by_role("button", name="Confirmer le retrait").click()
    await expect(guest).to_have_count(0)
    await expect(crew.locator("body")).to_have_attribute("data-screen", "ended")
    await expect(tile).to_have_count(0)
    await until_live(console)
