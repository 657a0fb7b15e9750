"""Two real calls, found again by what a regulator remembers of them, opened and taken along."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, end, invite
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(120)


async def test_calls_are_found_opened_and_taken_along(
    embedded: Product, browser: Browser, tmp_path: Path
) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, embedded)
    await end(console)
    seen = console.url.rpartition("/")[2]
    await console.goto(embedded.origin)
    await invite(console, embedded, "06 98 76 54 32")
    await end(console)
    unseen = console.url.rpartition("/")[2]

    await console.goto(f"{embedded.origin}/history/{seen}")
    await console.fill("[data-part=note]", "Brûlure au bras")
    await console.fill("[data-part=reference]", "2026-0815")
    await console.keyboard.press("Tab")
    await expect(console.locator("[data-part=closing-said]")).to_contain_text(
        re.compile("enregistr", re.IGNORECASE)
    )
    for typed, found in (
        ("56 78", [seen]), ("5432", [unseen]), ("0815", [seen]), ("brulure", [seen]), ("introuvable", []),
    ):  # fmt: skip
        await search(console, embedded, typed)
        while await console.locator(".meetings [data-row]").count() != len(
            found
        ):  # note or file number under way
            await search(console, embedded, typed)
        assert [await href(console, n) for n in range(len(found))] == [f"/history/{one}" for one in found]

    await search(console, embedded, "brulure")
    async with console.expect_download() as download:
        await console.click(".exports a:has-text('CSV')")
    file = tmp_path / "history.csv"
    await (await download.value).save_as(file)
    [row] = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    assert (row["Réunion"], row["Numéro"], row["Résultat"]) == (seen, "06 12 34 56 78", "Image reçue")

    await console.keyboard.press("ArrowDown")
    await console.keyboard.press("Enter")
    await expect(console).to_have_url(f"{embedded.origin}/history/{seen}")
    await expect(console.locator(".band-legend")).to_contain_text("Image en direct")


async def search(console: Page, product: Product, typed: str) -> None:
    """From the keyboard alone."""
    await console.goto(f"{product.origin}/history")
    await console.keyboard.press("/")
    await console.keyboard.type(typed)
    await console.keyboard.press("Enter")
    await expect(console).to_have_url(re.compile(r"[?&]q="))


async def href(console: Page, row: int) -> str | None:
    return await console.locator(".meetings [data-row]").nth(row).get_attribute("href")
