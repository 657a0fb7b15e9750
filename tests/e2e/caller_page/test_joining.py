"""From the link to the picture, and all that can stand between."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.caller_page.conftest import NewPhone, go_live, on_screen, picture, tap, until
from tests.e2e.caller_page.server import Server

# The worker is ready before the page's files are all kept
KEPT = """(async () => {
  const { active } = await navigator.serviceWorker.ready;
  while (active.state !== "activated") {
    await new Promise((resolve) => active.addEventListener("statechange", resolve, { once: true }));
  }
})()"""


async def test_a_tap_leads_to_the_picture(phone: Page, server: Server) -> None:
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    await expect(phone.locator("h1:visible")).to_have_text(
        "Le SAMU 54 demande à voir par la caméra de votre téléphone."
    )
    assert server.door.claims == []
    await tap(phone, "start")
    await picture(server)
    await expect(phone.locator(".status [data-when=connected]")).to_have_text(
        "Le SAMU 54 vous voit, sans son"
    )
    assert [token for token, _, _ in server.door.claims] == ["good"]
    assert server.phone.said()[:2] == ["join", "camera.asked"]
    assert server.phone.said().index("camera.granted") < server.phone.said().index("offer")
    assert server.phone.offers == 1


async def test_the_offer_is_one_video_going_out_and_a_control_channel(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    sdp = (await server.phone.frame("offer"))["sdp"]
    assert sdp.count("m=video") == 1
    assert sdp.count("m=application") == 1
    assert "m=audio" not in sdp
    assert "a=sendonly" in sdp
    offered = {line.split()[1].split("/")[0] for line in sdp.splitlines() if line.startswith("a=rtpmap:")}
    assert offered == {"H264", "VP8", "VP9", "AV1", "rtx"}  # what the relay forwards, which chooses
    assert server.phone.channel is not None
    assert server.phone.channel.label == "control"


async def test_the_page_is_english_for_an_english_phone(new_phone: NewPhone, server: Server) -> None:
    phone = await new_phone(locale="en-GB")
    await phone.goto(server.link("good"))
    await expect(phone.locator("h1:visible")).to_have_text("SAMU 54 asks to see through your phone's camera.")


async def test_a_reload_goes_on_by_itself_as_a_new_page(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.reload()
    await server.phone.until(lambda: server.phone.offers == 2)
    await picture(server)
    assert len(server.door.claims) == 1
    assert len(set(server.joins)) == 2
    await server.phone.frame("hello", by="channel", epoch=2)


async def test_a_reload_that_needs_a_tap_falls_back_to_the_button(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.context.clear_permissions()
    await phone.reload()
    await on_screen(phone, "ready")
    await phone.context.grant_permissions(["camera"])
    await tap(phone, "start")
    await server.phone.until(lambda: server.phone.offers == 2)
    await picture(server)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("expired", "Ce lien est trop ancien"),
        ("revoked", "Ce lien a été remplacé"),
        ("unknown", "Ce lien est incomplet"),
    ],
)
async def test_a_link_that_is_no_good_says_what_to_do(
    phone: Page, server: Server, state: str, words: str
) -> None:
    await phone.goto(server.link("bad", state))
    await on_screen(phone, "unusable")
    await expect(phone.locator("h1:visible")).to_contain_text(words, use_inner_text=True)
    await expect(phone.locator("section:visible > p:visible")).to_have_count(1)
    await tap(phone, "code")
    await on_screen(phone, "code")


async def test_a_link_of_a_visio_that_is_over_shows_the_last_page(phone: Page, server: Server) -> None:
    await phone.goto(server.link("old", "ended"))
    await on_screen(phone, "ended")


async def test_a_link_that_another_phone_took_in_the_meantime_stops_the_camera(
    phone: Page, server: Server
) -> None:
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    server.door.holders["good"] = "somebody else"
    await tap(phone, "start")
    await on_screen(phone, "claimed")
    await until(phone, "phone.tracks.every((track) => track.readyState === 'ended')")
    assert server.joins == []


async def test_without_a_link_the_spoken_code_opens_the_door(phone: Page, server: Server) -> None:
    server.link("spoken")
    await phone.goto(f"{server.origin}/j")
    await on_screen(phone, "code")
    await phone.locator("#digits").press_sequentially("000000")
    await expect(phone.get_by_text("Ce code n’est pas le bon")).to_be_visible()
    await phone.locator("#digits").fill("999 999")
    await expect(phone.get_by_text("Attendez 13 secondes")).to_be_visible()
    await phone.locator("#digits").fill("123 456")
    await on_screen(phone, "ready")
    assert phone.url.endswith("/j#spoken")
    await tap(phone, "start")
    await picture(server)


async def test_a_network_that_fails_while_the_link_opens_is_tried_again(phone: Page, server: Server) -> None:
    failures = 2

    async def fail_twice(route: Route) -> None:
        nonlocal failures
        failures -= 1
        await (route.abort() if failures >= 0 else route.continue_())

    await phone.route("**/j/open", fail_twice)
    await phone.goto(server.link("good"))
    await expect(phone.locator("[data-when=slow]")).to_be_visible()
    await on_screen(phone, "ready")


async def test_a_full_stop_that_the_sms_took_into_the_link_does_no_harm(phone: Page, server: Server) -> None:
    await phone.goto(server.link("good") + ".")
    await on_screen(phone, "ready")


async def test_another_link_in_the_same_tab_is_another_visio(phone: Page, server: Server) -> None:
    await phone.goto(server.link("bad", "expired"))
    await on_screen(phone, "unusable")
    await phone.evaluate(f"location.href = '{server.link('good')}'")
    await on_screen(phone, "ready")


async def test_a_browser_inside_an_application_offers_the_link_to_copy(
    new_phone: NewPhone, server: Server
) -> None:
    agent = "Mozilla/5.0 (Linux; Android 14; wv) Version/4.0 Chrome/137.0 Mobile Safari/537.36 [FBAN/FB4A]"
    phone = await new_phone(user_agent=agent, permissions=["camera", "clipboard-read", "clipboard-write"])
    await phone.goto(server.link("good"))
    await on_screen(phone, "inapp")
    assert server.door.claims == []
    await tap(phone, "copy")
    await expect(phone.locator("[data-when=copied]:visible")).to_be_visible()
    assert await phone.evaluate("navigator.clipboard.readText()") == server.link("good")
    await tap(phone, "start")
    await picture(server)


async def test_a_phone_without_javascript_is_told_so(new_phone: NewPhone, server: Server) -> None:
    phone = await new_phone(java_script_enabled=False)
    await phone.goto(server.link("good"))
    await expect(phone.locator("noscript")).to_contain_text("JavaScript", use_inner_text=True)
    await expect(phone.locator("h1:visible")).to_have_count(0)


async def test_a_second_tab_takes_over_and_the_first_one_says_so(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    second = await phone.context.new_page()
    await second.goto(server.link("good"))
    await on_screen(phone, "moved")
    await server.phone.until(lambda: server.phone.offers == 2)
    await picture(server)
    assert await phone.evaluate("phone.tracks.every((track) => track.readyState === 'ended')")
    await tap(phone, "start")
    await on_screen(second, "moved")
    await picture(server)


async def test_a_reload_without_network_shows_our_page(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.evaluate(KEPT)
    await phone.context.set_offline(True)
    await phone.reload()
    await expect(phone.locator("[data-when=slow]")).to_be_visible()
    await phone.context.set_offline(False)
    await on_screen(phone, "live")
