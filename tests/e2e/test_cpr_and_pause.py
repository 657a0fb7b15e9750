"""CPR as a regulator counts it, and a picture that is held back, through the pages and with two consoles."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, control, until_ready
from tests.e2e.picture import GREEN, until_seen
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(180)

FRAMES = """() => document.querySelector("[data-part=picture]").getVideoPlaybackQuality().totalVideoFrames"""

TRACK = """() => document.querySelector("video").srcObject.getTracks()[0].id"""


async def metronome(page: Page, value: str) -> None:
    pressed = page.locator(f"[data-choice=metronome] [data-value={value}]")
    await expect(pressed).to_have_attribute("aria-pressed", "true")


async def test_cpr_begins_stands_still_and_ends_on_both_screens(shared: Product, browser: Browser) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, shared)
    await until_ready(console, "pause")
    await console.keyboard.press("b")
    card = console.get_by_role("region", name="RCP")
    await expect(card.get_by_role("timer")).to_have_text(re.compile(r"0:0[1-9]"))
    await metronome(console, "silent")
    await expect(phone.locator("[data-part=beat]")).to_be_visible()
    colleague = await console.context.new_page()
    await colleague.goto(console.url)
    await expect(colleague.locator("[data-part=cpr-phase]")).to_have_text("Massage")
    await colleague.get_by_role("button", name="Pause du massage").click()
    await expect(console.locator("[data-part=cpr-phase]")).to_have_text("Massage interrompu")
    await colleague.close()
    await console.get_by_role("button", name="Fin de la RCP").click()
    await expect(card).to_be_hidden()
    await expect(phone.locator("[data-part=beat]")).to_be_hidden()


async def test_a_paused_picture_is_no_trouble_and_comes_back(shared: Product, browser: Browser) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, shared)
    await until_ready(console, "pause")
    camera = await phone.evaluate(TRACK)
    await console.keyboard.press(",")
    await expect(control(console, "pause")).to_have_attribute("aria-pressed", "true")
    await expect(phone.locator("[data-part=paused]")).to_be_visible()
    await expect(console.locator("[data-part=overlay-title]")).to_have_text("Image en pause")
    # Long enough for the relay to miss the picture and for the phone to doubt its camera: neither is said.
    since = console.locator("[data-part=overlay-since]")
    await expect(since).to_have_text(re.compile(r"^([2-9]|\d\d)"))
    before = await console.evaluate(FRAMES)
    await expect(since).to_have_text(re.compile(r"^([7-9]|\d\d)"))
    assert await console.evaluate(FRAMES) == before
    await expect(console.locator("[data-part=overlay-title]")).to_have_text("Image en pause")
    assert await phone.evaluate(TRACK) == camera
    await control(console, "pause").click()
    await expect(phone.locator("[data-part=paused]")).to_be_hidden()
    await console.wait_for_function(f"(before) => ({FRAMES})() > before + 5", arg=before)
    await until_seen(console, GREEN)
    await expect(console.locator("[data-part=overlay]")).to_be_hidden()
