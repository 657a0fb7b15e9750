"""The whole way in, as a person walks it: second factor set up, centre picked, terms accepted."""

from __future__ import annotations

import time
from pathlib import Path

import pyotp
from playwright.async_api import Browser, Page, expect

from signaling.clock import SystemClock
from signaling.domain.policy import Policy, with_policy
from signaling.passwords import Argon2Passwords
from signaling.service.accounts import Accounts
from signaling.store.sql import SqlStore
from tests.e2e.desk import log_in
from tests.e2e.stage import PASSWORD, Product, product
from tests.e2e.test_console_screen import faults

EMAIL = "alice@samu54.test"


async def hire(database: Path) -> None:
    """Alice works in two centres, one of which asks for a strong second factor."""
    clock = SystemClock()
    store = SqlStore(f"sqlite:///{database}", clock)
    await store.open()
    accounts = Accounts(store, clock, Argon2Passwords())
    for name, policy in (("SAMU 54", Policy()), ("SAMU 75", Policy(second_factor="strong"))):
        centre = await accounts.add_centre(name)
        await accounts.add_user(centre.id, EMAIL, "Alice", "regulator", PASSWORD)
        await store.change_centre(centre.id, lambda row, policy=policy: with_policy(row, policy))  # type: ignore[misc]
    await store.close()


async def sign_in(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/login?next=/history")
    await page.fill("#email", EMAIL)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")


async def test_a_first_login_sets_up_the_factor_picks_the_centre_and_accepts_the_terms(
    tmp_path: Path, browser: Browser
) -> None:
    with product(tmp_path, {"DEMO": "0"}) as running:
        await hire(running.data / "visio.db")
        page = await browser.new_page(locale="fr-FR")
        await sign_in(page, running.origin)
        await expect(page.locator(".app-qr")).to_be_visible()
        found = await faults(page)
        await page.click("summary")
        app = pyotp.TOTP((await page.inner_text(".app-key")).replace(" ", ""))
        await page.fill("#app-code", app.at(int(time.time())))
        await page.keyboard.press("Enter")
        await expect(page.locator(".recovery-codes li")).to_have_count(8)
        paper = await page.inner_text(".recovery-codes li:first-child")
        found += await faults(page)
        await page.click(".login-card > .button")
        await page.click("text=SAMU 75")
        await expect(page.locator(".terms")).to_be_visible()
        found += await faults(page)
        await page.click("button.primary")
        await expect(page).to_have_url(f"{running.origin}/history")
        await page.goto(f"{running.origin}/account")
        await expect(page.locator("#app .badge.ok")).to_be_visible()
        found += await faults(page)
        await page.click("#centres button")  # the other centre
        await expect(page.locator("a.header-centre")).to_have_text("SAMU 54")

        await page.context.clear_cookies()
        await sign_in(page, running.origin)
        await page.click("summary")
        await page.fill("#code-recovery", paper)
        await page.keyboard.press("Enter")
        await expect(page.locator(".place")).to_have_count(2)
        assert found == []


async def test_a_forgotten_password_is_changed_by_the_link_and_the_address_bar_forgets_its_token(
    shared: Product, browser: Browser
) -> None:
    page = await browser.new_page(locale="fr-FR")
    await page.goto(f"{shared.origin}/login")
    await page.click(".login-forgotten")
    before = len(shared.outbox())
    await page.fill("#email", "superviseur@demo.test")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_be_visible()
    await page.goto(shared.message(before)["link"])
    await expect(page).to_have_url(f"{shared.origin}/login/reset")
    for field in ("#password", "#again"):
        await page.fill(field, PASSWORD)
    await page.keyboard.press("Enter")
    await page.click("text=Se connecter")
    await log_in(page, shared, "superviseur@demo.test")
