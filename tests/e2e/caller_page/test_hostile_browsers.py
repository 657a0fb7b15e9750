"""In-app browsers, old ones, and those without scripts: a working call, or one sentence with the way out."""

from __future__ import annotations

from playwright.async_api import Page, Route, expect

from tests.e2e.caller_page.conftest import NewPhone, on_screen, picture, tap
from tests.e2e.caller_page.server import Server

IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
VIEW = (
    "Mozilla/5.0 (Linux; Android 14; SM-A546B; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/137.0.0.0 Mobile Safari/537.36"
)
FACEBOOK = f"{VIEW} [FB_IAB/FB4A;FBAV/517.0.0.43.77;]"
INSTAGRAM_IOS = f"{IOS} Mobile/15E148 Instagram 382.0.0.33.84 (iPhone15,2; iOS 18_5)"
OUTLOOK_IOS = f"{IOS} Mobile/15E148 Safari/605.1.15 Outlook-iOS/723.3.0"


async def test_in_app_browsers_of_android_offer_the_real_one_before_anything_is_spent(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(user_agent=FACEBOOK)
    await phone.goto(server.link("good"))
    await on_screen(phone, "inapp")
    out = phone.locator("[data-open=browser]:visible")
    await expect(out).to_have_text("Ouvrir dans le navigateur")
    host = server.origin.partition("://")[2]
    assert await out.get_attribute("href") == (
        f"intent://{host}/j#good#Intent;scheme=http;action=android.intent.action.VIEW;"
        "category=android.intent.category.BROWSABLE;end"
    )
    await expect(phone.locator("[data-out=dots]:visible")).to_contain_text("⋮")
    assert await phone.locator(".link:visible").input_value() == server.link("good")
    assert server.door.claims == []
    await tap(phone, "start")
    await picture(server)


async def test_in_app_browsers_of_ios_are_tried_first_and_lead_out_when_refused(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(camera=False, user_agent=INSTAGRAM_IOS)
    await phone.goto(server.link("good"))
    await tap(phone, "start")
    await on_screen(phone, "refused")
    await expect(phone.locator("[data-out=dots]:visible")).to_contain_text("Ouvrir dans le navigateur")
    await expect(phone.locator("[data-open=browser]:visible")).to_have_count(0)
    assert await phone.locator(".link:visible").input_value() == server.link("good")
    await expect(phone.locator("ol:visible")).to_have_count(0)


async def test_a_mail_application_of_ios_is_left_by_the_compass(new_phone: NewPhone, server: Server) -> None:
    phone = await new_phone(camera=False, user_agent=OUTLOOK_IOS, locale="de-DE")
    await phone.goto(server.link("good"))
    await tap(phone, "start")
    await on_screen(phone, "refused")
    await expect(phone.locator("[data-out=compass]:visible")).to_contain_text("Kompass")


async def test_an_in_app_browser_without_a_camera_in_its_pages_says_where_to_go(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(user_agent=f"{IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/300.0]")
    await phone.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    await phone.goto(server.link("good"))
    await tap(phone, "start")
    await on_screen(phone, "refused")
    await server.phone.frame("step", step="camera.refused", reason="insecure")
    await expect(phone.locator("[data-out=dots]:visible")).to_be_visible()
    await expect(phone.locator("[data-act=copy]:visible")).to_have_text("Copier le lien")


async def that_runs_no_module(new_phone: NewPhone, **options: str) -> Page:
    async def skip(route: Route) -> None:
        reply = await route.fetch()
        text = (await reply.text()).replace('<script type="module">', '<script type="unheard">')
        await route.fulfill(response=reply, body=text)

    phone = await new_phone(service_workers="block", **options)
    await phone.route("**/j", skip)
    return phone


async def test_a_browser_too_old_for_modules_gets_a_sentence_with_the_way_out(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await that_runs_no_module(new_phone, locale="ar")
    await phone.add_init_script("delete HTMLScriptElement.prototype.noModule")
    await phone.goto(server.link("good"))
    host = server.origin.partition("://")[2]
    await expect(phone.locator("#old")).to_contain_text(f"{host}/j")
    await expect(phone.locator("#old")).to_contain_text("متصفح آخر")


async def test_a_browser_too_old_for_the_syntax_gets_the_same_sentence(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await that_runs_no_module(new_phone)
    await phone.goto(server.link("good"))
    await expect(phone.locator("#old")).to_be_hidden()
    await phone.evaluate("void dispatchEvent(new ErrorEvent('error', { error: new SyntaxError() }))")
    await expect(phone.locator("#old")).to_be_visible()


async def test_without_scripts_the_page_says_what_to_do(new_phone: NewPhone, server: Server) -> None:
    phone = await new_phone(java_script_enabled=False, locale="de-DE")
    await phone.goto(server.link("good"))
    await expect(phone.locator("noscript")).to_be_visible()
    assert f"{server.origin.partition('://')[2]}/j</bdi> in einem anderen Browser" in await phone.content()
    await expect(phone.locator("button:visible")).to_have_count(0)
