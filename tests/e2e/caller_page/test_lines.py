"""Lines that break and come back, and the regulator's last word."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import go_live, on_screen, picture
from tests.e2e.caller_page.server import Server

SHOW = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_the_picture_goes_on_while_the_socket_is_away(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert server.phone.socket is not None
    await server.phone.socket.close(1012)
    await server.phone.until(lambda: len(server.joins) == 2)
    await picture(server)
    assert server.phone.offers == 1
    assert len(set(server.joins)) == 1
    await expect(phone.locator(".status [data-when=connected]")).to_be_visible()


async def test_a_relay_that_goes_away_gets_a_new_offer(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.hang_up()
    await server.phone.until(lambda: server.phone.offers == 2)
    await picture(server)
    await expect(phone.locator(".status [data-when=connected]")).to_be_visible()
    hellos = [f for f in server.phone.frames if f["type"] == "hello" and f["by"] == "channel"]
    assert len(hellos) == 2


async def test_a_server_that_is_away_is_tried_until_it_is_back(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    server.sockets_open = False
    assert server.phone.socket is not None
    await server.phone.socket.close(1012)
    await server.phone.hang_up()
    await expect(phone.locator(".status .bad")).to_be_visible()
    await expect(phone.locator(".status .bad")).to_have_text("Réseau perdu, nouvelle tentative…")
    server.sockets_open = True
    await server.phone.until(lambda: server.phone.offers == 2)
    await picture(server)
    await expect(phone.locator(".status [data-when=connected]")).to_be_visible()


async def test_commands_take_the_socket_while_no_channel_is_open(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.say({"type": "command", "id": "c1", "epoch": 1, "name": "torch", "value": True})
    assert "error" not in await server.phone.frame("result", id="c1")
    assert await phone.evaluate("phone.torch") is True


async def test_a_caller_who_leaves_the_page_and_comes_back_is_told(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.evaluate(SHOW, "hidden")
    await server.phone.frame("step", step="page.hidden")
    await phone.evaluate(SHOW, "visible")
    await server.phone.frame("step", step="page.shown")
    await picture(server)
    assert server.phone.offers == 1


async def test_the_end_clears_the_screen_and_closes_the_camera(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.say({"type": "ended"})
    await on_screen(phone, "ended")
    assert await phone.evaluate("phone.tracks.every((track) => track.readyState === 'ended')")
    assert await phone.evaluate("document.querySelector('video').srcObject") is None
    await expect(phone.locator("h1:visible")).to_have_text("La vidéo est terminée")
    await expect(phone.locator("main button:visible")).to_have_count(0)


async def test_the_end_comes_by_the_data_channel_too(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert server.phone.channel is not None
    server.phone.channel.send('{"type":"ended"}')
    await on_screen(phone, "ended")


async def test_the_end_is_understood_from_the_close_code_alone(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert server.phone.socket is not None
    await server.phone.socket.close(4410)
    await on_screen(phone, "ended")
    assert await phone.evaluate("phone.tracks.every((track) => track.readyState === 'ended')")


async def test_a_phone_that_is_no_longer_known_looks_at_its_link_again(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    server.link("good", "revoked")
    assert server.phone.socket is not None
    await server.phone.socket.close(4401)
    await on_screen(phone, "unusable")
    await expect(phone.locator("h1:visible")).to_have_text("Ce lien a été remplacé", use_inner_text=True)
    assert await phone.evaluate("phone.tracks.every((track) => track.readyState === 'ended')")
