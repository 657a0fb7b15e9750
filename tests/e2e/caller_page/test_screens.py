"""Every screen on a small phone, upright and lying, light and dark: nothing cut off, nothing hard to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import NewPhone, go_live, on_screen, tap
from tests.e2e.caller_page.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = (Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
UPRIGHT = {"width": 360, "height": 640}
LYING = {"width": 640, "height": 360}


async def look(page: Page) -> None:
    """Nothing is wider than the screen, each button is a finger wide, and axe finds no fault."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in await page.locator("button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48
        await expect(button).to_be_in_viewport(ratio=1)
    await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate("axe.run()")
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [UPRIGHT, LYING], ids=["upright", "lying"])
async def test_every_screen_fits_and_can_be_read(
    new_phone: NewPhone, server: Server, viewport: dict[str, int], scheme: str
) -> None:
    phone = await new_phone(viewport=viewport, color_scheme=scheme)
    for state in ("expired", "revoked", "claimed", "unknown"):
        await phone.goto("about:blank")
        await phone.goto(server.link(state, state))
        await on_screen(phone, "unusable")
        await look(phone)
    await tap(phone, "code")
    await phone.locator("#digits").fill("000000")
    await expect(phone.locator(".fault")).not_to_be_empty()
    await look(phone)
    await phone.goto("about:blank")
    await go_live(phone, server)
    await look(phone)
    await tap(phone, "hangup")
    await on_screen(phone, "hungup")
    await look(phone)
    await server.phone.say({"type": "ended"})
    await on_screen(phone, "ended")
    await look(phone)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_refusal_fits_and_can_be_read(new_phone: NewPhone, server: Server, scheme: str) -> None:
    phone = await new_phone(viewport=UPRIGHT, color_scheme=scheme)
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    await look(phone)
    for name in ("NotAllowedError", "NotReadableError", "NotFoundError", "SecurityError", "OperationError"):
        await phone.evaluate(f"phone.fails.environment = {{ name: '{name}', message: '' }}")
        await tap(phone, "start")
        await on_screen(phone, "refused")
        await look(phone)


async def test_a_page_from_right_to_left_is_mirrored_without_a_flaw(phone: Page, server: Server) -> None:
    await phone.goto(server.link("good"))
    await phone.evaluate("document.documentElement.dir = 'rtl'")
    await on_screen(phone, "ready")
    await look(phone)
    logo, name = phone.locator(".logo"), phone.locator("header [data-centre]")
    right, left = await logo.bounding_box(), await name.bounding_box()
    assert right is not None
    assert left is not None
    assert right["x"] > left["x"]
