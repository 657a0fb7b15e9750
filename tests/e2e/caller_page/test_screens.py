"""Every state on a small phone, upright and lying, light and dark: nothing cut off, nothing hard to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import NewPhone
from tests.e2e.caller_page.server import Server
from tests.e2e.caller_page.states import TOURS, look_round

AXE = (Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
SHAPES: dict[str, dict[str, Any]] = {
    "upright-light-fr": {"viewport": {"width": 360, "height": 640}, "color_scheme": "light"},
    "lying-dark-fr": {"viewport": {"width": 640, "height": 360}, "color_scheme": "dark"},
    "narrow-dark-ar": {
        "viewport": {"width": 320, "height": 568},
        "color_scheme": "dark",
        "locale": "ar",
    },
}
BUTTONS = "main > section:visible > footer button:visible, .bar button:visible"
# Over the edge of its box and out of sight: words that nobody can read
CUT_OFF = """
() => [...document.querySelectorAll("h1, h2, p, li, button, a, label, dt, dd")]
  .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1 && part.clientWidth)
  .filter((part) => getComputedStyle(part).display !== "inline")
  .map((part) => part.outerHTML)
"""


async def fits(page: Page, state: str) -> None:
    """Nothing is wider than the screen, nothing is cut off, and each button is a finger wide."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    assert await page.evaluate(CUT_OFF) == [], state
    for button in await page.locator("button:visible").all():
        box = await button.bounding_box()
        assert box is not None, state
        assert min(box["width"], box["height"]) >= 44, (state, await button.text_content())
    # Help against a refusal is long: its buttons follow the last step, and the page scrolls
    buttons = ".bar button:visible" if state.startswith("refused") else BUTTONS
    for button in await page.locator(buttons).all():
        await expect(button).to_be_in_viewport(ratio=1)


async def has_no_fault(page: Page, state: str) -> None:
    """As axe finds them: contrast, names for screen readers, landmarks."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate("axe.run()")
    assert [(state, fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tour", TOURS)
async def test_every_state_fits_and_can_be_read(
    new_phone: NewPhone, server: Server, tour: str, shape: str
) -> None:
    phone = await new_phone(**SHAPES[shape])

    async def look(state: str) -> None:
        await fits(phone, state)
        await has_no_fault(phone, state)

    await look_round(TOURS[tour], phone, server, look)


async def test_a_page_from_right_to_left_is_mirrored(new_phone: NewPhone, server: Server) -> None:
    phone = await new_phone(locale="ar")
    await phone.goto(server.link("good"))
    await expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    logo, name = phone.locator(".logo"), phone.locator("header [data-centre]")
    right, left = await logo.bounding_box(), await name.bounding_box()
    assert right is not None
    assert left is not None
    assert right["x"] > left["x"]
