"""A passkey of Chromium's virtual authenticator: made, then shown in place of the password."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, expect

from tests.e2e.stage import PASSWORD, product
from tests.e2e.test_console_screen import faults

EMAIL: Final = "regulateur@demo.test"
INSIDE_THE_TELEPHONE: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def sign_in(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/login")
    await page.fill("#email", EMAIL)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")


async def test_a_passkey_is_made_and_then_opens_by_itself(tmp_path: Path, browser: Browser) -> None:
    with product(
        tmp_path, {"HOST": "localhost"}
    ) as running:  # no passkey belongs to an address like 127.0.0.1
        origin = f"http://localhost:{running.port}"
        page = await (await browser.new_context(locale="fr-FR")).new_page()
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": INSIDE_THE_TELEPHONE})
        await sign_in(page, origin)
        await expect(page).to_have_url(f"{origin}/")
        await page.goto(f"{origin}/account")
        await page.fill("#passkey-name", "Mon téléphone")
        await page.fill("#passkey-password", "wrong password")
        await page.click("#passkeys form[data-passkey] button")
        await expect(page.locator("#passkeys [data-part=said]")).to_be_visible()
        await page.fill("#passkey-password", PASSWORD)
        await page.click("#passkeys form[data-passkey] button")
        await expect(page.locator("#passkeys .places b")).to_have_text("Mon téléphone")
        found = await faults(page)

        await page.click("form[action='/logout'] button")
        found += await faults(page)
        await page.click("form[action='/login/passkey'] button")
        await expect(page).to_have_url(f"{origin}/")

        await page.click("form[action='/logout'] button")
        await sign_in(page, origin)
        await page.click("form[action='/login/factor/passkey'] button")
        await expect(page).to_have_url(f"{origin}/")
        assert found == []
