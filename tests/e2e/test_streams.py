"""What is shown beside the caller's picture: a regulator's window, seen by a colleague, large and small."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from signaling.files.pdf import without_active_content
from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.desk import call, control, invite, log_in, open_link, tap_start, until_ready
from tests.e2e.picture import GREEN, until_seen
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import faults
from tests.e2e.test_guest import enter, invite_guest
from tests.hostile_files import pdf

pytestmark = pytest.mark.timeout(180)

# A tab of this title is what the browser "chooses"; its colour changes all the time.
SHOWN: Final = """data:text/html,<title>Protocole</title><style>
@keyframes turn { from { background: rgb(0 0 255) } to { background: rgb(0 40 200) } }
body { animation: turn 0.3s infinite alternate }</style>"""
BLUE: Final = """(name) => {
  const video = document.querySelector(name);
  if (!video) return false;
  const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 8, 8);
  const [red, green, blue] = context.getImageData(4, 4, 1, 1).data;
  return blue > 120 && red < 80 && green < 90;
}"""
LARGE: Final = "[data-part=large]"
TILE: Final = "[data-part=cameras-list] video"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[Browser]:
    async with chromium("--auto-select-tab-capture-source-by-title=Protocole") as made:
        yield made


async def is_blue(page: Page, name: str) -> None:
    await page.wait_for_function(f"(name) => ({BLUE})(name)", arg=name, timeout=30_000)


async def test_a_window_is_shared_swapped_with_the_callers_picture_and_gone(
    shared: Product, desk: Browser, browser: Browser
) -> None:
    shown = await desk.new_page()
    await shown.goto(SHOWN)
    sophie, rene, phone = await console_page(desk), await console_page(browser), await phone_page(browser)
    await log_in(sophie, shared, "superviseur@demo.test")
    await open_link(phone, (await invite(sophie, shared))["link"])
    await tap_start(phone)
    await until_seen(sophie, GREEN)
    await log_in(rene, shared)
    await rene.goto(sophie.url)
    await until_seen(rene, GREEN)

    await sophie.get_by_label("Partager l’écran avec").select_option("l’appelant et les invités")
    await sophie.get_by_role("button", name="Mon écran").click()
    await expect(sophie.get_by_text("Vous partagez avec l’appelant et les invités")).to_be_visible()
    await is_blue(rene, TILE)
    await expect(sophie.locator("[data-part=cameras]")).to_be_hidden()  # nobody needs their own window back
    assert await faults(sophie) == []
    assert await faults(rene) == []

    await is_blue(phone, "[data-part=shown] video")
    await phone.get_by_role("button", name="Retour à la vidéo").tap()
    await expect(phone.locator("[data-part=shown]")).to_be_hidden()
    await phone.locator("[data-part=shown-again]").tap()
    await is_blue(phone, "[data-part=shown] video")

    await rene.get_by_role("button", name="Écran de Démo Supervision : voir en grand").click()
    await is_blue(rene, LARGE)
    await expect(rene.locator("[data-part=large-note]")).to_contain_text("Écran de Démo Supervision")
    await until_seen(rene, GREEN)  # the caller's goes on
    await expect(rene.locator("[data-part=mirror]")).to_be_visible()
    await rene.keyboard.press("Escape")
    await expect(rene.locator(LARGE)).to_be_hidden()
    await rene.keyboard.press("*")
    await is_blue(rene, LARGE)

    await sophie.keyboard.press(".")
    await expect(rene.locator("[data-part=cameras]")).to_be_hidden()
    await expect(rene.locator(LARGE)).to_be_hidden()
    await expect(phone.locator("[data-part=shown]")).to_be_hidden()
    await until_ready(sophie, "torch")
    await sophie.keyboard.press("l")
    await expect(control(rene, "torch")).to_have_attribute("aria-pressed", "true")


async def test_a_caller_two_regulators_and_a_guest_at_once_see_what_is_shown_and_sent(
    shared: Product, desk: Browser, browser: Browser
) -> None:
    shown = await desk.new_page()
    await shown.goto(SHOWN)
    sophie, rene = await console_page(desk), await console_page(browser)
    phone, guest = await phone_page(browser), await console_page(browser)
    await call(sophie, phone, shared)
    link = (await invite_guest(sophie, shared, "Regarder seulement"))["link"]
    await enter(guest, link)
    await until_seen(guest, GREEN)
    await log_in(rene, shared, "superviseur@demo.test")
    await rene.goto(sophie.url)
    await until_seen(rene, GREEN)
    await expect(phone.get_by_text("Regardent en ce moment : 3")).to_be_visible()

    await sophie.get_by_label("Partager l’écran avec").select_option("les invités")
    await sophie.keyboard.press(".")
    await is_blue(guest, "[data-part=shots] [data-part=video]")
    await expect(phone.locator("[data-part=shown]")).to_be_hidden()  # it is not for the caller
    await rene.set_input_files(
        "[data-part=document-file]",
        {"name": "bilan.pdf", "mimeType": "application/pdf", "buffer": pdf(2)},
    )
    paper = guest.get_by_role("list", name="Documents").get_by_role("link")
    await expect(paper).to_be_visible()
    answer = await guest.request.get(f"{shared.origin}{await paper.get_attribute('href')}")
    assert await answer.body() == without_active_content(pdf(2))
    await expect(phone.locator("[data-part=arrived]")).to_be_visible()


async def test_ones_own_camera_is_off_until_it_is_wanted_and_ends_with_a_reload(
    shared: Product, browser: Browser
) -> None:
    sophie, rene = await console_page(browser, permissions=["camera"]), await console_page(browser)
    await log_in(sophie, shared, "superviseur@demo.test")
    await invite(sophie, shared)
    await log_in(rene, shared)
    await rene.goto(sophie.url)
    await expect(sophie.locator("[data-part=own]")).to_be_hidden()
    await sophie.keyboard.press("_")
    await expect(
        rene.get_by_role("button", name="Caméra de Démo Supervision : voir en grand")
    ).to_be_visible()
    await rene.wait_for_function(
        "(tile) => document.querySelector(tile).videoWidth > 0", arg=TILE, timeout=30_000
    )
    await expect(sophie.locator("[data-part=own]")).to_be_visible()
    await sophie.reload()
    await expect(rene.locator("[data-part=cameras]")).to_be_hidden()


async def test_without_a_camera_the_workstation_says_so_and_the_picture_goes_on(shared: Product) -> None:
    async with chromium(cameras=0) as browser:
        page = await console_page(browser)
        await log_in(page, shared)
        await invite(page, shared)
        await expect(page.locator("[data-part=bar]")).to_be_visible()
        await page.keyboard.press("_")
        await expect(page.get_by_text("Ce poste n’a pas de caméra.")).to_be_visible()
