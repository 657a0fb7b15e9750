"""The ladder where it takes minutes. `scripts/test-long` runs this; the suite does not collect it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.far_call import far_call, on_rung, until_stills
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import Product

pytestmark = pytest.mark.timeout(300)


async def test_after_a_cut_of_a_minute_the_picture_is_back_by_itself(
    embedded: Product, browser: Browser
) -> None:
    async with far_call(embedded, browser) as (console, phone, network):
        await until_seen(console, GREEN)
        async with network.cut_for(60):
            await expect(console.locator("[data-part=overlay]")).to_be_visible()
            await expect(phone.locator("[data-when=connected]")).to_be_hidden()
        await until_live(console)
        await expect(console.locator("[data-part=overlay]")).to_be_hidden()
        await on_rung(console, "direct", "Direct")


async def test_a_network_that_comes_and_goes_loses_nothing(embedded: Product, browser: Browser) -> None:
    async with far_call(embedded, browser) as (console, phone, network):
        for seconds in (1, 3, 6, 2, 9, 4):
            await until_live(console)
            async with network.cut_for(seconds):
                pass
        await until_live(console)
        await on_rung(console, "direct", "Direct")
        await expect(phone.locator("[data-when=connected]")).to_be_visible()


async def test_a_line_that_loses_half_is_left_for_stills_and_taken_again_once_it_is_good(
    embedded: Product, browser: Browser
) -> None:
    async with far_call(embedded, browser) as (console, _, network):
        await until_seen(console, GREEN)
        network.udp.up.loss = 0.6
        await until_stills(console, 10)
        await on_rung(console, "stills", "Images fixes")
        network.udp.up.loss = 0.0
        # the trials come later and later, up to 40 s apart
        await expect(console.locator("[data-part=stage]")).to_have_attribute(
            "data-way", "direct", timeout=90_000
        )
        await until_live(console)


async def test_stills_come_over_a_line_of_30_kbits_that_has_no_udp(
    embedded: Product, browser: Browser
) -> None:
    async with far_call(embedded, browser) as (console, _, network):
        await until_seen(console, GREEN)
        network.block_udp()
        network.rate = 30_000
        await until_stills(console, 12)
        await on_rung(console, "stills", "Images fixes")
