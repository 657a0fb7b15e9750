"""The camera passes to another phone, as either phone's page lives it."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, expect

from signaling.domain.errors import NotAllowed
from tests.e2e.caller_page.conftest import go_live, on_screen, picture, tap, until
from tests.e2e.caller_page.server import WITHIN, Server

# The page's own wait between two questions, shortened
HURRY = """
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (work, ms) => later(work, ms === 2000 ? 50 : ms);
"""


async def on_second_phone(phone: Page, server: Server) -> None:
    """Another phone holds the link that this one opened."""
    await phone.add_init_script(HURRY)
    link = server.link("good")
    server.door.holders["good"] = "the-first-phones"
    await phone.goto(link)
    await on_screen(phone, "claimed")


async def replaced(phone: Page, server: Server) -> None:
    """A call whose camera has just passed to another phone."""
    await go_live(phone, server)
    server.link("good", "replaced")
    await server.phone.say({"type": "replaced"})
    await on_screen(phone, "replaced")


# ---------------------------------------------------------------- the second phone
async def test_a_second_phone_waits_for_the_regulator_and_then_films(phone: Page, server: Server) -> None:
    await on_second_phone(phone, server)
    await expect(phone.locator("h1:visible")).to_contain_text("Ce lien est déjà utilisé", use_inner_text=True)
    await tap(phone, "handover")
    await expect(phone.locator("h1:visible")).to_have_text(
        "Un instant : nous demandons au médecin", use_inner_text=True
    )
    await expect(phone.locator("h1:visible")).to_be_focused()
    async with asyncio.timeout(WITHIN):
        while len(server.door.asks) < 3:
            await phone.wait_for_event("requestfinished")
    assert len(set(server.door.asks)) == 1  # it is one and the same request
    server.door.decision = "ready"
    await picture(server)
    await on_screen(phone, "live")


async def test_a_second_phone_that_is_refused_is_told_kindly(phone: Page, server: Server) -> None:
    await on_second_phone(phone, server)
    server.door.decision = "refused"
    await tap(phone, "handover")
    await expect(phone.locator("h1:visible")).to_have_text(
        "Continuez avec l’autre téléphone", use_inner_text=True
    )
    await expect(phone.locator("section:visible button:visible")).to_have_count(0)


async def test_a_second_phone_goes_on_asking_while_the_network_is_away(phone: Page, server: Server) -> None:
    await on_second_phone(phone, server)
    await phone.route("**/j/handover", lambda route: route.abort())
    await tap(phone, "handover")
    await expect(phone.locator("[data-when=slow]:visible")).to_be_visible()
    server.door.decision = "ready"
    await phone.unroute("**/j/handover")
    await picture(server)


async def test_a_second_phone_that_comes_too_late_sees_why(phone: Page, server: Server) -> None:
    await on_second_phone(phone, server)
    server.link("good", "expired")
    await tap(phone, "handover")
    await on_screen(phone, "unusable")
    await expect(phone.locator("h1:visible")).to_have_text("Ce lien est trop ancien", use_inner_text=True)


# ---------------------------------------------------------------- the first phone
async def test_a_phone_that_is_replaced_stops_its_camera_and_says_so(phone: Page, server: Server) -> None:
    await replaced(phone, server)
    await expect(phone.locator("h1:visible")).to_have_text(
        "La caméra est maintenant sur l’autre téléphone", use_inner_text=True
    )
    assert await phone.evaluate("phone.tracks.every((track) => track.readyState === 'ended')")
    await tap(phone, "leave")
    await expect(phone.locator("section:visible button:visible")).to_have_count(0)
    await expect(phone.locator("section:visible [role=status]:visible")).to_have_text(
        "Vous pouvez fermer cette page."
    )


async def test_a_phone_that_was_replaced_does_not_fight_when_its_page_is_loaded_again(
    phone: Page, server: Server
) -> None:
    await replaced(phone, server)
    await phone.reload()
    await on_screen(phone, "replaced")
    assert await phone.evaluate("phone.tracks.length") == 0
    assert (len(server.joins), server.phone.offers) == (1, 1)


async def test_a_phone_that_was_replaced_stays_as_a_second_camera(phone: Page, server: Server) -> None:
    await replaced(phone, server)
    await tap(phone, "stay")
    await on_screen(phone, "live")
    await picture(server)
    assert server.phone.offers == 2


# ---------------------------------------------------------------- a code for the phone beside it
async def test_a_caller_shows_a_code_to_the_phone_beside_theirs_and_films_on(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await tap(phone, "share")
    await expect(phone.locator("[data-part=share-code]")).to_be_visible()
    assert await phone.evaluate("document.querySelector('.qr').viewBox.baseVal.width") == 29
    assert await phone.evaluate("document.querySelector('.qr path').getTotalLength()") > 400
    await picture(server)
    await tap(phone, "close-share")
    await expect(phone.locator("[data-part=share]")).to_be_hidden()


async def test_the_code_goes_away_once_the_other_phone_has_the_camera(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await tap(phone, "share")
    await expect(phone.locator("[data-part=share-code]")).to_be_visible()
    await server.phone.say({"type": "replaced"})
    await on_screen(phone, "replaced")
    await expect(phone.locator("[data-part=share]")).to_be_hidden()


async def test_a_code_that_cannot_be_had_is_said_and_can_be_asked_for_again(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    server.door.share_refusal = NotAllowed("another phone is the camera")
    await tap(phone, "share")
    await expect(phone.locator("[data-part=share-fault]")).to_be_visible()
    await until(phone, "document.querySelector('[data-part=share-code]').hasAttribute('hidden')")
    await tap(phone, "close-share")
    server.door.share_refusal = None
    await tap(phone, "share")
    await expect(phone.locator("[data-part=share-code]")).to_be_visible()
