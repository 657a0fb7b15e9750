"""The figures in Chromium: chosen by keyboard, read, taken along as pictures, and live."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from signaling.domain.records import User
from signaling.store.sql import SqlStore
from tests.cast import Clock
from tests.e2e.browsers import console_page
from tests.e2e.desk import log_in
from tests.e2e.stage import Product
from tests.e2e.test_console_screen import faults
from tests.ended_sessions import ended

pytestmark = pytest.mark.timeout(60)

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
AUTUMN: Final = "period=own&from=2026-10-01&to=2026-11-30"


async def test_figures_are_chosen_read_taken_along_and_followed(
    embedded: Product, browser: Browser, tmp_path: Path
) -> None:
    clock = Clock()
    store = SqlStore(f"sqlite:///{embedded.data / 'visio.db'}", clock)
    [centre] = await store.centres()
    by = next(one for one in await store.users(centre.id) if one.role == "regulator")
    await autumn(store, clock, by)

    page = await console_page(browser, viewport={"width": 1280, "height": 720}, color_scheme="dark")
    await log_in(page, embedded, "superviseur@demo.test")
    await page.get_by_role("link", name="Chiffres", exact=True).click()
    await page.goto(f"{embedded.origin}/figures?{AUTUMN}")
    await page.get_by_label("Pas", exact=True).focus()
    await page.keyboard.type("Par mois")
    await page.get_by_label("Comparer", exact=True).focus()
    await page.keyboard.type("Opérateurs de SMS")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Afficher").press("Enter")
    await expect(page).to_have_url(re.compile("step=month&split=carrier"))
    # Whatever was not counted yet comes by itself
    await expect(page.locator("[data-chart=attempts] tbody tr").first).to_have_text(
        re.compile(r"ovh\s*2\s*1")
    )
    assert await table(page, "reached") == [["ovh", "66,7\u00a0%"], ["twilio", "50\u00a0%"]]
    assert await table(page, "attempts-over-time") == [["oct. 2026", "2", "0"], ["nov. 2026", "1", "2"]]

    await page.locator("[data-chart=reached] summary").press("Enter")
    await ended(store, clock, by, "2026-11-12", "twilio")
    await store.close()
    twilio = page.locator("[data-chart=attempts] tbody tr").nth(1)
    await expect(twilio).to_have_text(re.compile(r"twilio\s*2\s*1"))
    await expect(page.locator("[data-chart=reached] summary")).to_be_focused()
    await expect(page.locator("[data-chart=reached] td").first).to_be_visible()

    async with page.expect_download() as download:
        await page.locator("[data-chart=reached] [data-act=png]").press("Enter")
    assert (await download.value).suggested_filename == "reached-20261001-20261130.png"
    await (await download.value).save_as(tmp_path / "reached.png")
    await looks_like_its_drawing(page, tmp_path / "reached.png")

    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await faults(page) == []
    await page.go_back()
    await expect(page).to_have_url(f"{embedded.origin}/figures?{AUTUMN}")


async def autumn(store: SqlStore, clock: Clock, by: User) -> None:
    await ended(store, clock, by, "2026-10-05", "ovh")
    await ended(store, clock, by, "2026-10-31", "ovh", seen=False)
    await ended(store, clock, by, "2026-11-02", "twilio")
    await ended(store, clock, by, "2026-11-10", "ovh")
    await ended(store, clock, by, "2026-11-10", "twilio", seen=False)


async def table(page: Page, chart: str) -> list[list[str]]:
    rows = page.locator(f"[data-chart={chart}] tbody tr")
    found: Any = await rows.evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((c) => c.textContent))"
    )
    return [list(row) for row in found]


async def looks_like_its_drawing(page: Page, file: Path) -> None:
    """Twice as large as the drawing with its margins and title, white, and with the blue that is dark enough
    on it, though the page is dark."""
    drawn = await page.locator("[data-chart=reached] .chart-wide svg").get_attribute("viewBox")
    assert drawn is not None
    _, _, width, height = (int(number) for number in drawn.split())
    image = Image.open(BytesIO(file.read_bytes())).convert("RGB")
    assert image.size == (2 * (width + 48), 2 * (height + 48 + 60))
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert (11, 95, 165) in {colour for _, colour in image.getcolors(1 << 20) or []}
