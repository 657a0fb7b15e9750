"""The camera can be stopped whatever happens; the page serves those who see, read or move with difficulty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import NewPhone, go_live, on_screen, tap, until
from tests.e2e.caller_page.server import Server
from tests.e2e.caller_page.states import DOCUMENT, TOURS, look_round
from tests.e2e.caller_page.test_screens import fits

Trouble = Callable[[Page, Server], Awaitable[object]]
LEFTMOST: Final = """
Math.min(...[...document.querySelectorAll(".bar button")].map((one) => one.getBoundingClientRect().left))
"""
FOR_EVER: Final = """
document.getAnimations().map((one) => one.effect.getComputedTiming())
  .filter(({ iterations }) => iterations === Infinity).map(({ duration }) => duration)
"""
ALL_DARK: Final = "phone.tracks.length && phone.tracks.every((track) => track.readyState === 'ended')"


# ---------------------------------------------------------------- stop
async def guidance(phone: Page, server: Server) -> None:
    await server.phone.command("g1", "guidance", "prop")


async def metronome(phone: Page, server: Server) -> None:
    await server.phone.command("m1", "metronome", "silent")


async def offline(phone: Page, server: Server) -> None:
    server.sockets_open = False
    assert server.phone.socket is not None
    await server.phone.socket.close(1012)
    await server.phone.hang_up()
    await phone.context.set_offline(True)
    await expect(phone.locator(".status .bad")).to_be_visible()


async def switch_under_way(phone: Page, server: Server) -> None:
    """The other camera takes its time to open."""
    await phone.evaluate("void (phone.silent = new Promise((resolve) => { phone.answer = resolve; }))")
    asked = await phone.evaluate("phone.asked")
    await tap(phone, "camera")
    await until(phone, f"phone.asked > {asked}")


async def still_pictures(phone: Page, server: Server) -> None:
    server.answers = False
    await server.phone.hang_up()
    await server.phone.frame("still")


async def new_document(phone: Page, server: Server) -> None:
    await server.phone.say({"type": "document", "document": DOCUMENT})
    await expect(phone.locator("[data-part=arrived]")).to_be_visible()


async def asked_for_position(phone: Page, server: Server) -> None:
    await phone.locator("[data-part=position]").wait_for(state="attached")
    await phone.evaluate("document.querySelector('[data-part=position]').hidden = false")


TROUBLES: Final[dict[str, Trouble]] = {
    "guidance": guidance,
    "metronome": metronome,
    "offline": offline,
    "switch": switch_under_way,
    "stills": still_pictures,
    "document": new_document,
    "position": asked_for_position,
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_the_stop_button_is_within_reach_and_works(phone: Page, server: Server, trouble: str) -> None:
    await go_live(phone, server)
    await TROUBLES[trouble](phone, server)
    await phone.locator(".bar [data-act=hangup]").tap()  # fails when anything lies over it
    await on_screen(phone, "hungup")
    await phone.evaluate("phone.answer?.()")
    await until(phone, ALL_DARK)
    assert await phone.evaluate("document.querySelector('video').srcObject") is None


@pytest.mark.parametrize("sheet", ["share", "documents"])
async def test_what_covers_the_picture_has_a_stop_button_of_its_own(
    phone: Page, server: Server, sheet: str
) -> None:
    await go_live(phone, server)
    await new_document(phone, server)
    await tap(phone, sheet)
    await tap(phone, "stop")
    await on_screen(phone, "hungup")
    await until(phone, ALL_DARK)
    await expect(phone.locator(f"[data-part={sheet}]")).to_be_hidden()


async def test_a_camera_that_is_granted_after_the_stop_is_closed_again(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await switch_under_way(phone, server)
    await tap(phone, "hangup")
    await on_screen(phone, "hungup")
    before = await phone.evaluate("phone.tracks.length")
    await phone.evaluate("phone.answer()")
    await until(phone, f"phone.tracks.length > {before} && {ALL_DARK}")
    await server.phone.frame("step", step="hung_up")


# ---------------------------------------------------------------- who asks, and what was shared
async def test_the_page_says_who_asks_and_the_word_before_the_camera_is_asked(
    phone: Page, server: Server
) -> None:
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    await expect(phone.locator("header [data-centre]")).to_have_text("SAMU 54")
    await expect(phone.locator("header [data-phone]")).to_have_text("03 83 85 85 85")
    await expect(phone.locator("[data-word]")).to_have_text("TULIPE")
    await expect(phone.locator("[data-when=ready]")).to_contain_text("sans le son")
    assert await phone.evaluate("phone.asked") == 0
    assert await phone.locator("a[href^='tel:']:visible").count() == 0  # the call goes on: none to start


@pytest.mark.parametrize("by", ["caller", "regulator"])
async def test_what_was_shared_is_shown_once_the_camera_is_off(phone: Page, server: Server, by: str) -> None:
    await go_live(phone, server)
    if by == "caller":
        await tap(phone, "hangup")
    else:
        await server.phone.say({"type": "ended"})
    await on_screen(phone, "hungup" if by == "caller" else "ended")
    article = phone.locator("[data-part=summary] article")
    await expect(article).to_be_visible()
    await expect(article).to_contain_text("Ce qui a été partagé")
    await expect(article).to_contain_text("Régulateurs du centre (2)")
    async with phone.expect_download() as saving:
        await phone.locator("[data-part=save]").tap()
    download = await saving.value
    assert download.suggested_filename == "visio.html"
    text = (await download.path()).read_text(encoding="utf-8")
    assert "Ce qui a été partagé" in text
    assert "SAMU 54" in text


async def test_the_summary_goes_when_the_camera_starts_again(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await tap(phone, "hangup")
    await expect(phone.locator("[data-part=summary]")).to_be_visible()
    await tap(phone, "start")
    await on_screen(phone, "live")
    await expect(phone.locator("[data-part=summary]")).to_be_hidden()


async def test_the_summary_is_printed_without_the_pages_own_furniture(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.say({"type": "ended"})
    await expect(phone.locator("[data-part=summary]")).to_be_visible()
    await phone.emulate_media(media="print")
    await expect(phone.locator("header")).to_be_hidden()
    await expect(phone.locator("[data-part=summary] article")).to_be_visible()


# ---------------------------------------------------------------- eyes, hands and screen readers
@pytest.mark.parametrize("tour", ["door", "call"])
async def test_twice_the_size_of_the_text_is_no_trouble(phone: Page, server: Server, tour: str) -> None:
    await phone.add_init_script(
        "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%'; })"
    )

    async def look(state: str) -> None:
        assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), state

    await look_round(TOURS[tour], phone, server, look)


async def test_the_picture_stays_visible_beside_its_buttons_on_a_lying_phone(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(viewport={"width": 640, "height": 360})
    await go_live(phone, server)
    await fits(phone, "live")
    box = await phone.locator("video").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (640, 360)
    assert await phone.evaluate(LEFTMOST) > 640 * 0.75


async def test_the_first_tab_leads_to_the_one_big_button(phone: Page, server: Server) -> None:
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    assert await phone.evaluate("document.activeElement.localName") == "h1"  # read aloud at once
    await phone.keyboard.press("Tab")
    assert await phone.evaluate("document.activeElement.dataset.act") == "start"
    await phone.keyboard.press("Enter")
    await on_screen(phone, "live")


async def test_nothing_turns_fast_for_those_who_asked_for_less_motion(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(reduced_motion="reduce")
    await phone.route("**/j/open", lambda route: route.abort())
    await phone.goto(server.link("good"))
    await expect(phone.locator("[data-when=slow]")).to_be_visible()
    assert await phone.evaluate(FOR_EVER) == [4000]  # ms
