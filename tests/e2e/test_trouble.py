"""What goes wrong in real calls: the regulator sees it, the caller knows what to do, nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, expect
from pytest_httpserver import HTTPServer
from twilio.request_validator import RequestValidator

from tests.carriers import ACCOUNT, AUTH_TOKEN, LocalMail, LocalTwilio
from tests.e2e.browsers import console_page, phone_page
from tests.e2e.desk import call, end, invite, log_in, open_link, rung, tap_start
from tests.e2e.picture import GREEN, until_live, until_seen
from tests.e2e.stage import Product, product

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("bonjour", "pas complet ou pas valide"),
        ("08 99 12 34 56", "surtaxé"),
        ("+999 123 456", "indicatif"),
        ("jean@", "adresse e-mail"),
        ("15", "pas complet ou pas valide"),
    ],
)
async def test_what_is_no_address_is_told_beside_the_field_and_nothing_is_sent(
    embedded: Product, browser: Browser, typed: str, sentence: str
) -> None:
    console = await console_page(browser)
    await log_in(console, embedded)
    await console.fill("#address", typed)
    await console.keyboard.press("Enter")
    await expect(console.locator("#address-help")).to_contain_text(re.compile(sentence, re.IGNORECASE))
    await expect(console.locator("#address")).to_have_value(typed)
    assert embedded.outbox() == []
    await expect(console.locator("[data-part=running] li")).to_have_count(0)


async def test_a_landline_is_warned_about_and_its_caller_comes_by_the_spoken_code(
    embedded: Product, browser: Browser
) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await log_in(console, embedded)
    await invite(console, embedded, "03 83 12 34 56")
    await expect(console.locator("[data-part=landline]")).to_be_visible()
    shown = console.locator("[data-part=code]")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_text(re.compile(r"^\d{3}\D?\d{3}$"))
    code = await shown.inner_text()
    await phone.goto(f"{embedded.origin}/j")
    await phone.fill("#digits", re.sub(r"\D", "", code))
    await expect(phone.locator("body")).to_have_attribute("data-screen", "ready")
    await tap_start(phone)
    await until_seen(console, GREEN)


async def test_a_refused_camera_is_explained_on_both_screens_and_can_be_tried_again(
    embedded: Product, browser: Browser
) -> None:
    console, phone = await console_page(browser), await phone_page(browser, camera=False)
    await log_in(console, embedded)
    message = await invite(console, embedded)
    await open_link(phone, message["link"])
    await tap_start(phone)
    await expect(phone.locator("body")).to_have_attribute("data-screen", "refused")
    await rung(console, "granted", "failed")
    await expect(console.locator("[data-part=sheet-advice]")).not_to_be_empty()
    await phone.context.grant_permissions(["camera"])
    await tap_start(phone)
    await until_seen(console, GREEN)
    await rung(console, "granted")


async def test_the_phones_reload_brings_the_picture_back_by_itself(either: Product, browser: Browser) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, either)
    await phone.reload()
    await expect(phone.locator("body")).to_have_attribute("data-screen", "live")
    await until_live(console)
    await expect(phone.locator("[data-when=connected]")).to_be_visible()


async def test_several_watch_and_each_reload_shows_the_picture_again(
    either: Product, browser: Browser
) -> None:
    alice, bob, phone = (
        await console_page(browser),
        await console_page(browser),
        await phone_page(browser),
    )
    await call(alice, phone, either)
    await log_in(bob, either, "superviseur@demo.test")
    await bob.click("[data-part=running] a")
    await until_seen(bob, GREEN)
    await alice.reload()
    await until_seen(alice, GREEN)
    for console in (alice, bob):
        await until_live(console)


async def test_hanging_up_is_said_and_can_be_undone(embedded: Product, browser: Browser) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, embedded)
    await phone.locator("[data-act=hangup]").tap()
    await expect(phone.locator("body")).to_have_attribute("data-screen", "hungup")
    await expect(console.locator("[data-part=overlay]")).to_be_visible()
    await tap_start(phone)
    await expect(console.locator("[data-part=overlay]")).to_be_hidden()
    await until_live(console)


async def test_after_kill_9_both_ends_find_the_picture_again_by_themselves(
    either: Product, browser: Browser
) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, either)
    either.kill()
    either.start()
    await until_live(console)
    await expect(phone.locator("[data-when=connected]")).to_be_visible()
    await end(console)
    await expect(phone.locator("body")).to_have_attribute("data-screen", "ended")


async def test_when_a_media_node_dies_both_ends_find_another_by_themselves(
    scaled: Product, browser: Browser
) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await call(console, phone, scaled)
    scaled.replace_media()
    await until_live(console)
    await expect(phone.locator("[data-when=connected]")).to_be_visible()


async def test_a_carrier_that_is_down_is_seen_and_the_message_leaves_when_it_is_back(
    tmp_path: Path, httpserver: HTTPServer, browser: Browser
) -> None:
    twilio = LocalTwilio(httpserver)
    twilio.status = 503
    settings = {
        "SMS_PROVIDER": "twilio",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": "+33939010101",
        "TWILIO_API_URL": httpserver.url_for(""),
    }
    with product(tmp_path, settings) as made:
        console = await console_page(browser)
        await log_in(console, made)
        await console.fill("#address", "0612345678")
        await console.keyboard.press("Enter")
        await expect(console.locator("[data-part=failure]")).to_be_visible()
        await expect(console.locator("[data-part=code]")).to_be_visible()  # the way round it, to read aloud
        twilio.status = 201
        await console.click("[data-part=resend-button]")
        await rung(console, "accepted")
        message = twilio.requests[-1]
        assert message["To"] == "+33612345678"
        assert len(message["Body"]) <= 160
        assert report(message, "delivered") == 204
        await rung(console, "delivered")
        assert report(message, "delivered") == 204  # a duplicate is harmless
        assert report(message, "failed", signed_with="another token") == 403


def report(message: dict[str, str], status: str, signed_with: str = AUTH_TOKEN) -> int:
    """Twilio's call-back for a message that it took. Returns the HTTP status that it got."""
    url = message["StatusCallback"]
    form = {"MessageSid": "SM1", "MessageStatus": status}
    signature = RequestValidator(signed_with).compute_signature(url, form)
    return httpx2.post(url, data=form, headers={"X-Twilio-Signature": signature}).status_code


async def test_an_invitation_by_mail_arrives_and_opens_the_call(tmp_path: Path, browser: Browser) -> None:
    mail = LocalMail()
    await mail.start()
    settings = {
        "MAIL_PROVIDER": "smtp",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail.port),
        "SMTP_FROM": mail.sender,
        "SMTP_SECURITY": "none",
    }
    try:
        with product(tmp_path, settings) as made:
            console, phone = await console_page(browser), await phone_page(browser)
            await log_in(console, made)
            await console.fill("#address", "famille@example.org")
            await console.keyboard.press("Enter")
            await rung(console, "accepted")
            [received] = mail.received()
            [link] = set(re.findall(rf"{made.origin}/j#[\w-]+", received.text))
            await open_link(phone, link)
            await tap_start(phone)
            await until_seen(console, GREEN)
    finally:
        await mail.close()


async def test_an_sms_to_another_number_replaces_the_link(embedded: Product, browser: Browser) -> None:
    console, first, second = (
        await console_page(browser),
        await phone_page(browser),
        await phone_page(browser),
    )
    await log_in(console, embedded)
    message = await invite(console, embedded)
    await console.fill("[data-part=resend-to]", "06 98 76 54 32")
    await console.click("[data-part=resend-button]")
    other = embedded.message(1)
    assert other["to"] == "+33698765432"
    await first.goto(message["link"])
    await expect(first.locator("body")).to_have_attribute("data-screen", "unusable")
    await open_link(second, other["link"])
    await tap_start(second)
    await until_seen(console, GREEN)


async def test_the_link_of_a_visio_that_is_over_says_so(embedded: Product, browser: Browser) -> None:
    console, phone = await console_page(browser), await phone_page(browser)
    await log_in(console, embedded)
    message = await invite(console, embedded)
    await end(console)
    await phone.goto(message["link"])
    await expect(phone.locator("body")).to_have_attribute("data-screen", "ended")
