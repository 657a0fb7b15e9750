"""A call that is recorded, in two real browsers: told, made, kept, watched and saved."""

from __future__ import annotations

import io

import av
import pytest
from playwright.async_api import Browser, Page, expect

from signaling.clock import SystemClock
from signaling.domain.policy import Policy, with_policy
from signaling.store.sql import SqlStore
from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import end, invite, log_in, open_link, tap_start
from tests.e2e.picture import GREEN, until_seen
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(120)


async def test_a_caller_who_was_told_is_recorded_and_one_who_declines_is_only_seen(
    embedded: Product, browser: Browser
) -> None:
    await _records(embedded)
    console = await console_page(browser)
    await log_in(console, embedded)
    await _declines(console, await phone_page(browser), embedded)
    await console.goto(embedded.origin)
    await _is_recorded(console, await phone_page(browser), embedded)
    await _plays(console)
    _shows_green(await _saved(console))


async def _declines(console: Page, phone: Page, product: Product) -> None:
    await open_link(phone, (await invite(console, product))["link"])
    await phone.locator("[data-act=unrecorded]:visible").tap()
    await until_seen(console, GREEN)
    await _ends(console, product)
    await expect(console.locator(".timeline")).to_contain_text("a refusé l’enregistrement")
    await expect(console.locator("[data-part=film]")).to_have_count(0)
    assert not (product.data / "files").exists()


async def _is_recorded(console: Page, phone: Page, product: Product) -> None:
    await open_link(phone, (await invite(console, product))["link"])
    await expect(phone.locator("[data-when=ready]")).to_contain_text("sera enregistrée")
    await tap_start(phone)
    await until_seen(console, GREEN)
    await expect(console.locator("[data-part=taping]")).to_be_visible()
    await expect(phone.locator(".status .taped")).to_be_visible()
    await _until_some_seconds_are_written(product)
    await console.click("[data-part=taping-stop]")
    await expect(console.locator("[data-part=taping]")).to_be_hidden()
    await expect(phone.locator(".status .taped")).to_be_hidden()
    await until_seen(console, GREEN)
    await _ends(console, product)


async def _ends(console: Page, product: Product) -> None:
    """And its page in the history."""
    session = console.url.rpartition("/")[2]
    await end(console)
    await console.goto(f"{product.origin}/history/{session}")


async def _records(product: Product) -> None:
    store = SqlStore(f"sqlite:///{product.data / 'visio.db'}", SystemClock())
    await store.open()
    for centre in await store.centres():
        await store.change_centre(centre.id, lambda row: with_policy(row, Policy(recording=True)))
    await store.close()


async def _until_some_seconds_are_written(product: Product) -> None:
    def size() -> int:
        return sum(file.stat().st_size for file in (product.data / "files").rglob("*") if file.is_file())

    product.until("the film grows", lambda: size() > 300_000)


async def _plays(console: Page) -> None:
    await console.click("[data-part=film-show]")
    await console.wait_for_function("() => document.querySelector('video').currentTime > 1")


async def _saved(console: Page) -> bytes:
    async with console.expect_download() as downloading:
        await console.click(".films a[download]")
    return (await (await downloading.value).path()).read_bytes()


def _shows_green(film: bytes) -> None:
    with av.open(io.BytesIO(film), "r") as opened:
        pictures = [picture.to_ndarray(format="rgb24") for picture in opened.decode(video=0)]
    assert len(pictures) > 30
    for picture in (pictures[0], pictures[len(pictures) // 2], pictures[-1]):
        height = picture.shape[0]
        red, green, blue = picture[int(height * 0.7) : int(height * 0.95)].mean(axis=(0, 1))
        assert green > 90 > max(red, blue)
