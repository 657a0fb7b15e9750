"""The page in the caller's language, and in another one while the call goes on."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import NewPhone, go_live, on_screen, picture, tap
from tests.e2e.caller_page.server import Server

KEPT = "navigator.serviceWorker.ready.then(() => caches.match('/j')).then((kept) => kept?.text())"


async def language(page: Page) -> tuple[str | None, str | None]:
    html = page.locator("html")
    return await html.get_attribute("lang"), await html.get_attribute("dir")


async def test_the_regulator_puts_the_page_into_arabic_and_the_picture_goes_on(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await phone.evaluate("void (globalThis.marked = document.querySelector('video').srcObject)")
    assert "error" not in await server.phone.command("c1", "language", "ar")
    assert await language(phone) == ("ar", "rtl")
    await expect(phone.locator("[data-when=connected]")).to_have_text("SAMU 54 يراك، بلا صوت")
    await expect(phone.locator("[data-act=hangup]:visible")).to_have_text("إيقاف")
    await expect(phone.locator("#zoom")).to_have_attribute("aria-label", "تكبير")
    assert await phone.title() == "فيديو الطوارئ"
    await picture(server)
    assert server.phone.offers == 1
    assert await phone.evaluate("marked === document.querySelector('video').srcObject")
    assert await phone.evaluate("phone.asked") == 1
    newest = [frame for frame in server.phone.frames if frame["type"] == "state"][-1]
    assert newest["actual"]["language"] == "ar"
    await server.phone.say({"type": "ended"})
    await expect(phone.locator("h1:visible")).to_have_text("انتهى الفيديو")


async def test_the_language_goes_there_and_back_and_nothing_is_left_of_the_other(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await server.phone.command("c0", "language", "fr")
    before = await phone.evaluate("document.body.innerHTML")
    for number, one in enumerate(["de", "zh", "ar", "fr"]):
        assert "error" not in await server.phone.command(f"c{number + 1}", "language", one)
    assert plain(await phone.evaluate("document.body.innerHTML")) == plain(before)


def plain(html: str) -> str:
    """Without the white space that no eye sees: that around elements, and all of it as one."""
    return re.sub(r"[ \n]*([<>])[ \n]*", r"\1", html)


async def test_a_reload_stays_in_the_chosen_language_and_so_does_the_kept_page(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    assert "error" not in await server.phone.command("c1", "language", "tr")
    await until_kept(phone, 'lang="tr"')
    await phone.reload()
    await on_screen(phone, "live")
    assert await language(phone) == ("tr", "ltr")
    cookies = {cookie["name"]: cookie["value"] for cookie in await phone.context.cookies()}
    assert cookies["visio-language"] == "tr"


async def until_kept(page: Page, words: str) -> None:
    """Returns once the service worker keeps the page with these words."""
    await page.evaluate(f"""async () => {{
      while (!(await {KEPT})?.includes({words!r})) await new Promise(requestAnimationFrame);
    }}""")


async def test_a_language_that_is_none_is_refused(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert (await server.phone.command("c1", "language", "klingon"))["error"] == "out_of_range"
    assert await language(phone) == ("fr", "ltr")


async def test_without_a_network_the_words_stay_as_they_were(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.route("**/first.*", lambda route: route.abort())
    assert (await server.phone.command("c1", "language", "ar"))["error"] == "failed"
    assert await language(phone) == ("fr", "ltr")
    await expect(phone.locator("[data-act=hangup]:visible")).to_have_text("Couper")


async def test_a_person_finds_their_language_by_a_tap_before_anything_else(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(locale="fr-FR")
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    await tap(phone, "languages")
    await phone.locator("[data-language=uk]").tap()
    await expect(phone.locator("h1:visible")).to_have_text(
        "SAMU 54 просить подивитися через камеру вашого телефона."
    )
    await expect(phone.locator("[data-part=languages]")).to_be_hidden()
    assert await language(phone) == ("uk", "ltr")
    await tap(phone, "start")
    await picture(server)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("ar-MA", "يطلب SAMU 54 أن يرى عبر كاميرا هاتفك."),
        ("zh-Hant-TW", "SAMU 54 请求通过您的手机摄像头查看现场。"),
        ("pt-BR", "SAMU 54 pede para ver pela câmara do seu telefone."),
    ],
)
async def test_the_phone_of_a_foreigner_is_spoken_to_in_its_language(
    new_phone: NewPhone, server: Server, locale: str, words: str
) -> None:
    phone = await new_phone(locale=locale)
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    await expect(phone.locator("h1:visible")).to_have_text(words)
