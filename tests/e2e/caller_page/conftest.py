"""A phone's browser in front of the small server of these tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.browsers import NANCY, chromium
from tests.e2e.caller_page.server import WITHIN, Server, running

SCRIPT = Path(__file__).with_name("fake_phone.js")

NewPhone = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Server]:
    async with running() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def new_phone(browser: Browser) -> AsyncIterator[NewPhone]:
    """Phones that have allowed their camera before; an error in the page's scripts fails the test."""
    errors: list[str] = []
    contexts: list[BrowserContext] = []

    async def make(camera: bool = True, **options: Any) -> Page:
        made: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
        made |= {"locale": "fr-FR", "is_mobile": True, "has_touch": True, "geolocation": NANCY}
        made |= {"permissions": ["camera", "geolocation"] if camera else []}
        context = await browser.new_context(**{**made, **options})
        contexts.append(context)
        await context.add_init_script(path=SCRIPT)
        page = await context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        await context.close()
    assert errors == []


@pytest_asyncio.fixture(loop_scope="session")
async def phone(new_phone: NewPhone) -> Page:
    return await new_phone()


async def on_screen(page: Page, name: str) -> None:
    await expect(page.locator("body")).to_have_attribute("data-screen", name, timeout=20_000)


async def tap(page: Page, act: str) -> None:
    await page.locator(f"[data-act={act}]:visible").tap()


async def go_live(page: Page, server: Server) -> None:
    """Opens a link, taps the one button, and waits until the server sees the picture."""
    await page.goto(server.link("good"))
    await on_screen(page, "ready")
    await tap(page, "start")
    await picture(server)
    await expect(page.locator(".status [data-when=connected]")).to_be_visible(timeout=20_000)
    await server.phone.frame("hello", by="channel")


async def until(page: Page, expression: str) -> None:
    """Returns once a JavaScript expression is true. Playwright's own way to wait needs `unsafe-eval`."""
    wait = f"""() => new Promise((resolve) => {{
      const look = () => ({expression} ? resolve() : requestAnimationFrame(look));
      look();
    }})"""
    async with asyncio.timeout(WITHIN):
        await page.evaluate(wait)


async def picture(server: Server) -> None:
    """Some new frames of the camera were decoded."""
    target = server.phone.pictures + 3
    await server.phone.until(lambda: server.phone.pictures >= target)
