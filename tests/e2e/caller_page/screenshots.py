"""Pictures of every state of the caller's page: `scripts/screenshots FOLDER`. For eyes, not for the suite."""

from __future__ import annotations

import argparse
import asyncio
from itertools import product
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser

from tests.e2e.browsers import NANCY, chromium
from tests.e2e.caller_page.conftest import SCRIPT
from tests.e2e.caller_page.server import running
from tests.e2e.caller_page.states import TOURS, look_round

SIZES: Final = {"360x640": (360, 640), "390x844": (390, 844), "844x390": (844, 390)}


async def picture(browser: Browser, folder: Path, tour: str, size: str, scheme: str, language: str) -> None:
    width, height = SIZES[size]
    options: dict[str, Any] = {"is_mobile": True, "has_touch": True, "device_scale_factor": 1}
    options |= {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    options |= {"locale": language, "permissions": ["camera", "geolocation"], "geolocation": NANCY}
    context = await browser.new_context(**options)
    await context.add_init_script(path=SCRIPT)
    page = await context.new_page()

    async def look(state: str) -> None:
        await page.screenshot(path=folder / f"{language}-{size}-{scheme}-{state}.png", full_page=True)

    async with running() as server:
        await look_round(TOURS[tour], page, server, look)
    await context.close()


async def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--language", nargs="+", default=["fr", "ar", "de"])
    parser.add_argument("--size", nargs="+", default=list(SIZES), choices=SIZES)
    parser.add_argument("--scheme", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--tour", nargs="+", default=list(TOURS), choices=TOURS)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        for tour, size, scheme, language in product(given.tour, given.size, given.scheme, given.language):
            await picture(browser, given.folder, tour, size, scheme, language)


if __name__ == "__main__":
    asyncio.run(main())
