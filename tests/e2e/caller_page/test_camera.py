"""A camera that is refused, driven, lost, stopped."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import NewPhone, go_live, on_screen, picture, tap, until
from tests.e2e.caller_page.server import Server

SAMSUNG = "Mozilla/5.0 (Linux; Android 14) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"


# The page's own long wait for a camera prompt, 20 s, shortened.
HURRY = """
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (work, ms) => later(work, ms === 20_000 ? 500 : ms);
"""


async def test_a_refused_camera_shows_the_way_and_can_be_tried_again(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(camera=False, user_agent=SAMSUNG)
    await phone.goto(server.link("good"))
    await tap(phone, "start")
    await on_screen(phone, "refused")
    await server.phone.frame("step", step="camera.refused", reason="denied")
    await expect(phone.locator("h1:visible")).to_have_text(
        "La caméra est bloquée pour cette page", use_inner_text=True
    )
    assert [item[:21] for item in await phone.locator("li:visible").all_inner_texts()] == [
        "Touchez le cadenas à ",
        "Touchez «\N{NO-BREAK SPACE}Autorisatio",
        "Revenez ici et touche",
    ]
    await phone.context.grant_permissions(["camera"])
    await tap(phone, "start")
    await picture(server)
    assert len(server.door.claims) == 1


@pytest.mark.parametrize(
    ("name", "message", "reason", "words"),
    [
        ("NotReadableError", "in use", "busy", "Une autre application utilise la caméra"),
        ("NotFoundError", "", "absent", "Aucune caméra trouvée"),
        ("NotAllowedError", "Permission denied by system", "system", "Votre téléphone interdit"),
        ("NotAllowedError", "Permission dismissed", "dismissed", "La caméra n’a pas été autorisée"),
        ("SecurityError", "", "insecure", "Ce navigateur ne peut pas ouvrir la caméra ici"),
        ("OperationError", "", "other", "La caméra n’a pas démarré"),
    ],
)
async def test_each_refusal_is_named_to_the_caller_and_to_the_regulator(
    phone: Page, server: Server, name: str, message: str, reason: str, words: str
) -> None:
    await phone.goto(server.link("good"))
    await phone.evaluate(f"phone.fails.environment = {{ name: '{name}', message: '{message}' }}")
    await tap(phone, "start")
    await on_screen(phone, "refused")
    await server.phone.frame("step", step="camera.refused", reason=reason)
    await expect(phone.locator("h1:visible")).to_contain_text(words, use_inner_text=True)
    await expect(phone.locator("[data-act=start]:visible")).to_be_visible()


async def test_a_prompt_that_never_answers_is_told_and_still_counts_when_it_does(
    phone: Page, server: Server
) -> None:
    await phone.add_init_script(HURRY)
    await phone.goto(server.link("good"))
    await on_screen(phone, "ready")
    await phone.evaluate("void (phone.silent = new Promise((resolve) => { phone.answer = resolve }))")
    await tap(phone, "start")
    await on_screen(phone, "asking")
    await on_screen(phone, "refused")
    await server.phone.frame("step", step="camera.refused", reason="timeout")
    await phone.evaluate("phone.answer()")
    await picture(server)
    await on_screen(phone, "live")


async def test_the_regulator_lights_the_torch(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert "error" not in await server.phone.command("c1", "torch", True)
    assert await phone.evaluate("phone.torch") is True
    await expect(phone.locator("[data-act=torch]")).to_have_attribute("aria-pressed", "true")
    newest = [frame for frame in server.phone.frames if frame["type"] == "state"][-1]
    assert newest["actual"]["torch"] is True


async def test_the_regulator_switches_the_camera_without_a_new_connection(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    assert "error" not in await server.phone.command("c1", "camera", "user")
    await picture(server)
    assert server.phone.offers == 1
    assert await phone.evaluate("phone.mostLive") == 1
    assert (await server.phone.command("c2", "torch", True))["error"] == "unsupported"
    await expect(phone.locator("[data-act=torch]")).to_be_hidden()
    await expect(phone.locator("video").first).to_have_class("mirror")
    newest = [frame for frame in server.phone.frames if frame["type"] == "state"][-1]
    assert newest["actual"]["camera"] == "user"
    assert newest["reasons"]["torch"] == "lens"


async def test_a_switch_that_fails_keeps_the_picture(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.evaluate("phone.fails.user = { name: 'NotReadableError' }")
    assert (await server.phone.command("c1", "camera", "user"))["error"] == "failed"
    await picture(server)
    newest = [frame for frame in server.phone.frames if frame["type"] == "state"][-1]
    assert (newest["wanted"]["camera"], newest["actual"]["camera"]) == ("environment", "environment")


async def test_a_command_of_an_earlier_page_is_refused(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert (await server.phone.command("c1", "torch", True, epoch=7))["error"] == "stale_epoch"
    assert await phone.evaluate("phone.torch") is False


async def test_garbage_on_the_channel_harms_nothing(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert server.phone.channel is not None
    for text in ("", "{", "[]", "null", '{"type":7}', '{"type":"command"}', '{"type":"rumour"}'):
        server.phone.channel.send(text)
    assert (await server.phone.command("c1", "siren", True))["error"] == "unsupported"
    assert (await server.phone.command("c2", "torch", "on"))["error"] == "out_of_range"
    await picture(server)


async def test_the_caller_uses_the_same_controls_and_the_regulator_sees_it(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await tap(phone, "torch")
    await server.phone.until(
        lambda: any(f["type"] == "state" and f["actual"]["torch"] is True for f in server.phone.frames)
    )
    await tap(phone, "camera")
    await server.phone.until(
        lambda: any(f["type"] == "state" and f["actual"]["camera"] == "user" for f in server.phone.frames)
    )
    assert [frame for frame in server.phone.frames if frame["type"] == "result"] == []


async def test_what_the_phone_cannot_do_is_not_shown(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await expect(phone.locator("#zoom")).to_be_hidden()
    assert (await server.phone.command("c1", "zoom", 2))["error"] == "unsupported"


async def test_the_regulator_asks_where_the_phone_is(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    assert "error" not in await server.phone.command("c1", "position", True)
    found = await server.phone.frame("position")
    assert (found["latitude"], found["longitude"], found["accuracy"]) == (48.692054, 6.184417, 12.0)
    await server.phone.until(
        lambda: any(f["type"] == "state" and f["actual"].get("position") for f in server.phone.frames)
    )


async def test_a_caller_who_keeps_the_position_is_told_from_one_who_has_none(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(permissions=["camera"])
    await go_live(phone, server)
    await server.phone.command("c1", "position", True)
    await server.phone.frame("position_error", reason="denied")
    await server.phone.until(
        lambda: any(
            f["type"] == "state" and f["reasons"].get("position") == "denied" for f in server.phone.frames
        )
    )


async def test_hanging_up_turns_the_camera_off_and_can_be_taken_back(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await tap(phone, "hangup")
    await on_screen(phone, "hungup")
    await server.phone.frame("step", step="hung_up")
    assert await phone.evaluate("phone.tracks.every((track) => track.readyState === 'ended')")
    assert await phone.evaluate("document.querySelector('video').srcObject") is None
    await tap(phone, "start")
    await server.phone.until(lambda: server.phone.offers == 2)
    await picture(server)
    assert len(server.joins) == 1


async def test_a_reload_after_hanging_up_does_not_start_the_camera(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await tap(phone, "hangup")
    await phone.reload()
    await on_screen(phone, "hungup")
    assert await phone.evaluate("phone.asked") == 0


async def test_a_command_after_hanging_up_needs_a_tap(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await tap(phone, "hangup")
    await server.phone.frame("state", by="socket")
    await server.phone.say({"type": "command", "id": "c1", "epoch": 1, "name": "camera", "value": "user"})
    answer = await server.phone.frame("result", id="c1")
    assert answer["error"] in {"needs_tap", "unsupported"}
    assert await phone.evaluate("phone.asked") == 1


async def test_a_camera_that_the_system_takes_away_is_opened_afresh(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.evaluate("phone.tracks[0].stop(); phone.tracks[0].dispatchEvent(new Event('ended'))")
    await until(phone, "phone.tracks.length === 2 && phone.tracks[1].readyState === 'live'")
    await picture(server)
    assert server.phone.offers == 1


async def test_the_screen_stays_on_while_the_picture_is_sent(new_phone: NewPhone, server: Server) -> None:
    phone = await new_phone(permissions=["camera", "screen-wake-lock"])
    await phone.add_init_script(
        "const ask = navigator.wakeLock.request.bind(navigator.wakeLock); globalThis.locks = [];"
        "navigator.wakeLock.request = (kind) => ask(kind).then((lock) => (locks.push(lock), lock));"
    )
    await go_live(phone, server)
    await until(phone, "locks.length === 1 && !locks[0].released")
    await tap(phone, "hangup")
    await until(phone, "locks[0].released")
