"""A supervisor follows a real call on the wall, and helps its regulator without entering the room."""

from __future__ import annotations

import re
from typing import Final

from playwright.async_api import Browser, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import invite, log_in, open_link, tap_start
from tests.e2e.picture import GREEN, until_seen
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import PHONE, WORKSTATION, faults

# How much of the still's middle is green
GREENNESS: Final = """(image) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.drawImage(image, image.naturalWidth / 2, image.naturalHeight / 2, 8, 8, 0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return image.naturalWidth > 0 && green > red + 40 && green > blue + 40;
}"""


async def test_a_supervisor_sees_a_call_advance_on_the_wall_and_helps_its_regulator(
    shared: Product, browser: Browser
) -> None:
    sophie, rene = await console_page(browser), await console_page(browser)
    phone = await phone_page(browser)
    await log_in(sophie, shared, "superviseur@demo.test")
    await sophie.get_by_role("link", name="Supervision", exact=True).click()
    await log_in(rene, shared)
    link = (await invite(rene, shared, "06 12 99 12 34"))["link"]
    tile = sophie.get_by_role("listitem").filter(has_text="06 12 99 12 34").first
    await expect(tile).to_contain_text("En attente")
    await expect(tile).to_contain_text("Dr Démo Régulation")

    await open_link(phone, link)
    await expect(tile).to_contain_text("Lien ouvert")
    await tap_start(phone)
    await until_seen(rene, GREEN)
    await expect(tile).to_contain_text("En direct")
    await tile.scroll_into_view_if_needed()  # other tests' calls may fill the window
    still = tile.locator("[data-part=still]")
    await expect(still).to_be_visible()
    assert await still.evaluate(GREENNESS)

    await rene.keyboard.press("<")
    await expect(tile).to_contain_text("Le régulateur demande de l’aide")
    assert await faults(sophie) == []
    await tile.get_by_label("Aide au régulateur").fill("Le SMUR est à deux minutes")
    await sophie.keyboard.press("Enter")
    help_ = rene.locator("[data-part=help-said]")
    await expect(help_).to_contain_text("Démo Supervision")
    await expect(help_).to_contain_text("Le SMUR est à deux minutes")
    await expect(tile).to_contain_text("pas encore lue")
    await help_.get_by_role("button", name="Lu").click()
    await expect(help_).to_be_hidden()
    await expect(tile).to_contain_text("Votre aide a été lue")

    await tile.get_by_role("button", name="Vu").click()
    await expect(tile.get_by_role("button", name="Vu")).to_be_hidden()
    await tile.get_by_role("link").focus()
    await sophie.keyboard.press("Enter")  # joins silently
    await expect(sophie).to_have_url(re.compile(r"/sessions/[0-9a-f]{32}$"))
    await until_seen(sophie, GREEN)
    await sophie.go_back()
    await rene.click("[data-part=end]")
    await rene.click("[data-part=confirm]")
    await expect(tile).to_be_hidden()
    for size in (WORKSTATION, PHONE):
        await sophie.set_viewport_size(size)
        assert await faults(sophie) == []
