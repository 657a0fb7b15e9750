"""The camera passes from one phone to another, in real browsers."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, invite, log_in, open_link, tap_start
from tests.e2e.picture import CORNER, GREEN, YELLOW, until_live, until_seen
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(180)


async def on_screen(phone: Page, name: str) -> None:
    await expect(phone.locator("body")).to_have_attribute("data-screen", name)


async def other_phone(browser: Browser) -> Page:
    """A phone whose picture has yellow corners: it films with its front camera."""
    phone = await phone_page(browser)
    await phone.context.add_init_script(
        """
        const { getUserMedia } = navigator.mediaDevices;
        navigator.mediaDevices.getUserMedia = ({ video }) =>
          getUserMedia.call(navigator.mediaDevices, { video: { ...video, facingMode: { exact: "user" } } });
        """
    )
    return phone


async def test_a_regulator_moves_the_camera_to_the_second_phone_that_opened_the_link(
    scaled: Product, browser: Browser
) -> None:
    console, first, second = (
        await console_page(browser),
        await phone_page(browser),
        await other_phone(browser),
    )
    await log_in(console, scaled)
    link = (await invite(console, scaled))["link"]
    await open_link(first, link)
    await tap_start(first)
    await until_seen(console, GREEN, CORNER)

    await second.goto(link)
    await on_screen(second, "claimed")
    await second.locator("[data-act=handover]").tap()
    await console.click("[data-part=handovers] [data-decision=move]")
    await until_seen(console, YELLOW, CORNER)
    await on_screen(second, "live")
    await on_screen(first, "replaced")
    assert await first.evaluate("document.querySelector('video').srcObject === null")

    await first.reload()  # it does not fight for the camera
    await on_screen(first, "replaced")
    await until_live(console)
    await until_seen(console, YELLOW, CORNER)


async def test_a_bystander_takes_the_camera_by_the_code_on_the_callers_screen_and_the_caller_films_on(
    shared: Product, browser: Browser
) -> None:
    console, first, second = (
        await console_page(browser),
        await phone_page(browser),
        await other_phone(browser),
    )
    await call(console, first, shared)
    async with first.expect_response("**/j/share") as answer:
        await first.locator("[data-act=share]:visible").tap()
    link = await (await answer.value).json()
    await expect(first.locator("[data-part=share-code]")).to_be_visible()

    await open_link(second, link["url"])
    await tap_start(second)
    await until_seen(console, YELLOW, CORNER)
    await on_screen(first, "replaced")

    await first.locator("[data-act=stay]").tap()
    await on_screen(first, "live")
    await expect(first.locator("[data-when=connected]:visible")).to_be_visible()
    await until_live(console)
    await until_seen(console, YELLOW, CORNER)  # the newest connection, and yet not the picture
