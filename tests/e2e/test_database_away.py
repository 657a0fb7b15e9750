"""A live call goes on while PostgreSQL is away: frames are counted before, during and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from signaling.hub import REREAD_SECONDS
from tests import servers
from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, control, until_ready
from tests.e2e.picture import until_live
from tests.e2e.stage import product

pytestmark = pytest.mark.timeout(180)

_FRAMES = "document.querySelector('[data-part=picture]').getVideoPlaybackQuality().totalVideoFrames"


async def test_a_live_call_goes_on_while_the_database_is_away(tmp_path: Path, browser: Browser) -> None:
    with servers.postgres_server() as postgres:
        url = postgres.url(postgres.create_database())
        with product(tmp_path, {"DATABASE_URL": url}) as made:
            console, phone = await console_page(browser), await phone_page(browser)
            await call(console, phone, made)
            await until_live(console)
            postgres.stop()
            before = await console.evaluate(_FRAMES)
            refused = await console.request.post(
                f"{made.origin}/sessions", form={"address": "a@example.org"}, headers={"Origin": made.origin}
            )
            assert refused.status == 503
            for _ in range(int(REREAD_SECONDS) + 2):  # seconds: until both sides have asked it again
                await until_live(console)
            assert await console.evaluate(_FRAMES) > before
            postgres.start()
            await until_ready(console, "torch")
            await control(console, "torch").click()
            await expect(control(console, "torch")).to_have_attribute("aria-pressed", "true")
            await until_live(console)
