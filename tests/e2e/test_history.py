"""Two real calls, found again by whatever a regulator remembers of them, opened, taken along, and erased."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from playwright.async_api import Browser, Page, expect

from signaling.clock import SystemClock
from signaling.domain import facts
from signaling.domain.room import Change
from signaling.service.history import PAGE
from signaling.store.sql import SqlStore
from tests import cast
from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, control, end, invite, log_in, until_ready
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(180)

PARIS: Final = ZoneInfo("Europe/Paris")


async def test_calls_are_found_by_whatever_is_remembered_opened_taken_along_and_erased(
    embedded: Product, browser: Browser, tmp_path: Path
) -> None:
    console = await console_page(browser)
    began = datetime.now(PARIS)
    seen, unseen = await two_calls(console, browser, embedded)
    await remembered(console, embedded, seen)
    both = [unseen, seen]
    for typed, found in (
        ("56 78", [seen]), ("5432", [unseen]), ("32", [unseen]), ("06 12 34 56 78", [seen]), ("1234", [seen]),
        (f"{began:%d/%m}", both), (f"{began:%d/%m} {began:%H:%M}", both), ("aujourd'hui", both),
        ("hier", []), ("régulation", both), ("0815", [seen]), ("brulure", [seen]), ("stanislas", [seen]),
        ("nancy bras", [seen]),
        ("à débriefer", [seen]), ("introuvable", []),
    ):  # fmt: skip
        assert await sought(console, embedded, found, q=typed) == found, typed
    for filters, found in (
        ({"outcome": "picture"}, [seen]), ({"outcome": "never_opened"}, [unseen]), ({"debrief": "1"}, [seen]),
        ({"from": f"{began:%Y-%m-%d}"}, both), ({"to": "2020-01-01"}, []), ({"running": "1"}, []),
    ):  # fmt: skip
        assert await sought(console, embedded, found, **filters) == found, filters

    await taken_along(console, embedded, tmp_path, seen, unseen)
    picture = await console.locator("img[src^='/captures/']").first.get_attribute("src")
    capture = (picture or "").rpartition("/")[2]
    assert named(embedded, capture)
    await erased(browser, embedded, seen)
    for typed in ("56 78", "0815", "brulure", "stanislas"):
        assert await sought(console, embedded, [], q=typed) == []
    await console.goto(f"{embedded.origin}/history/{seen}")
    page = await console.content()
    assert not any(told in page for told in ("56 78", "2026-0815", "Brûlure", "Stanislas", "/captures/"))
    embedded.until("its picture is gone", lambda: not named(embedded, capture))


async def test_numbers_are_shown_by_a_key_and_stay_so_from_page_to_page_without_a_reload(
    embedded: Product, browser: Browser
) -> None:
    await many_calls(embedded)
    console = await console_page(browser)
    await log_in(console, embedded)
    await console.goto(f"{embedded.origin}/history")
    await console.evaluate("window.stayed = true")
    rows, whole = console.locator(".meetings [data-row]"), "06 12 34 56 78"
    await expect(rows.first).to_have_text("+33 6 •• •• •• 78")
    await console.keyboard.press("ArrowDown")
    await console.keyboard.press("n")
    await expect(rows.first).to_have_text(whole)
    await expect(rows.first).to_be_focused()
    await console.click("text=Plus anciennes")
    await expect(rows).to_have_text([whole] * 2)
    await console.go_back()
    await expect(rows).to_have_text([whole] * PAGE)
    await console.click("text=Masquer les numéros")
    await expect(rows.first).to_have_text("+33 6 •• •• •• 78")
    await expect(console.locator("[data-part=numbers]")).to_be_focused()
    await expect(console).to_have_url(f"{embedded.origin}/history")
    assert await console.evaluate("window.stayed")


async def many_calls(product: Product) -> None:
    """More than a page of them, which are over."""
    store = SqlStore(f"sqlite:///{next(product.data.rglob('*.db'))}", SystemClock())
    [demo] = await store.centres()
    [regulator] = [one for one in await store.users(demo.id) if one.role == "regulator"]
    for number in range(PAGE + 2):
        session = cast.session(regulator, cast.NOW + number, address="+33612345678")
        over = facts.SessionEnded(by=regulator.id)
        await store.start(session, Change(records=(cast.invitation(session),), facts=(over,)))
    await store.close()


async def two_calls(console: Page, browser: Browser, product: Product) -> tuple[str, str]:
    """One that was seen, with a position and a capture, and one that nobody answered. A colleague's list
    follows both without a reload."""
    phone, follower = await phone_page(browser), await console_page(browser)
    await log_in(follower, product)
    await follower.goto(f"{product.origin}/history")
    await call(console, phone, product)
    await expect(follower.locator(".running-meetings a")).to_contain_text("Image reçue")
    await control(console, "position").click()
    await expect(console.locator("[data-part=address]")).to_contain_text("1 Place Stanislas")
    await until_ready(console, "capture")
    await console.keyboard.press("s")
    await expect(console.locator("[data-part=captures] li")).to_have_count(1)
    await end(console)
    seen = console.url.rpartition("/")[2]
    await console.goto(product.origin)
    await invite(console, product, "06 98 76 54 32")
    await end(console)
    await expect(follower.locator(".meetings [data-row]")).to_have_count(2)
    return seen, console.url.rpartition("/")[2]


async def remembered(console: Page, product: Product, session: str) -> None:
    """What a regulator writes down."""
    await console.goto(f"{product.origin}/history/{session}")
    await console.fill("[data-part=note]", "Brûlure au bras")
    await console.fill("[data-part=reference]", "2026-0815")
    await console.keyboard.press("Tab")
    saved = re.compile("enregistr", re.IGNORECASE)
    await expect(console.locator("[data-part=closing-said]")).to_contain_text(saved)
    await console.click("[data-part=mark]")
    await expect(console.locator("[data-part=mark]")).to_have_attribute("aria-pressed", "true")


async def taken_along(console: Page, product: Product, folder: Path, seen: str, unseen: str) -> None:
    """The list as each kind of file, then the meeting's report; the page of the meeting stays open."""
    await search(console, product, "brulure")
    table = await downloaded(console, "CSV", folder)
    [row] = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines())
    assert (row["Réunion"], row["Numéro"], row["Résultat"]) == (seen, "06 12 34 56 78", "Image reçue")
    with ZipFile(await downloaded(console, "XLSX", folder)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert all(value in sheet for value in row.values() if value and not value.replace(".", "").isdigit())
    assert unseen not in sheet
    assert "06 12 34 56 78" in text_of(await downloaded(console, "PDF", folder))

    await console.keyboard.press("ArrowDown")
    await console.keyboard.press("Enter")
    await expect(console).to_have_url(f"{product.origin}/history/{seen}")
    await expect(console.locator(".band-legend")).to_contain_text("Image en direct")
    async with console.expect_download() as download:
        await console.click("a[href$='report.pdf']")
    await (await download.value).save_as(folder / "report.pdf")
    report = text_of(folder / "report.pdf")
    for told in ("06 12 34 56 78", "2026-0815", "Brûlure au bras", "1 Place Stanislas", "Dr Démo Régulation"):
        assert told in report


async def erased(browser: Browser, product: Product, session: str) -> None:
    """By the supervisor, as they do it."""
    sophie = await console_page(browser)
    await log_in(sophie, product, "superviseur@demo.test")
    await sophie.goto(f"{product.origin}/history/{session}")
    await sophie.get_by_text("Effacer cette visio").click()
    await sophie.get_by_label(re.compile("irréversible")).check()
    await sophie.get_by_role("button", name="Effacer définitivement").click()
    await expect(sophie.locator(".notice").first).to_contain_text("Effacé")


def named(product: Product, id_: str) -> list[Path]:
    """Files of that id."""
    return [file for file in product.data.rglob("*") if id_ and id_ in file.name]


async def search(console: Page, product: Product, typed: str) -> None:
    """From the keyboard alone."""
    await console.goto(f"{product.origin}/history")
    await console.keyboard.press("/")
    await console.keyboard.type(typed)
    await console.keyboard.press("Enter")
    await expect(console).to_have_url(re.compile(r"[?&]q="))


async def sought(console: Page, product: Product, wanted: list[str], **asked: str) -> list[str]:
    """The meetings of that list, once they are `wanted`: what was written may be under way."""
    found: list[str] = []
    for _ in range(20):
        await console.goto(f"{product.origin}/history?{urlencode(asked)}")
        rows = await console.locator(".meetings [data-row]").all()
        found = [(await row.get_attribute("href") or "").rpartition("/")[2] for row in rows]
        if found == wanted:
            break
    return found


async def downloaded(console: Page, kind: str, folder: Path) -> Path:
    async with console.expect_download() as download:
        await console.click(f".exports a:has-text('{kind}')")
    file = folder / f"history.{kind.lower()}"
    await (await download.value).save_as(file)
    return file


def text_of(file: Path) -> str:
    with pypdfium2.PdfDocument(file) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
