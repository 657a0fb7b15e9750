"""What phones do to a camera: Chromium made to behave as each row of docs/phones.md says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import NewPhone, go_live, on_screen, picture, tap, until
from tests.e2e.caller_page.server import Frame, Phone, Server

# A camera that can freeze, mute and go dark, and a page that can be hidden.
DRAWN = "phone.drawn = true"
SHOW = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
PIXEL_CAMERAS = ["camera2 0, facing back", "camera2 1, facing front", "camera2 2, facing back"]


async def go_live_drawn(page: Page, server: Server) -> None:
    await page.add_init_script(DRAWN)
    await go_live(page, server)
    await until(page, "document.querySelector('[data-part=photo]') !== null")  # the later part is here


def losses(phone: Phone) -> list[str]:
    """The causes that the regulator was told, and the returns."""
    return [
        frame.get("cause") or "back"
        for frame in phone.frames
        if frame.get("step") in {"camera.lost", "camera.back"}
    ]


async def newest_state(phone: Phone, control: str, value: object) -> Frame:
    """Once the phone says that this control has this value."""

    def found() -> list[Frame]:
        return [one for one in phone.frames if one["type"] == "state" and one["actual"].get(control) == value]

    await phone.until(lambda: bool(found()))
    return found()[-1]


# ---------------------------------------------------------------- camera and phone call
async def test_a_phone_call_is_running_so_the_microphone_is_never_asked_for(
    phone: Page, server: Server
) -> None:
    await phone.add_init_script(
        "const real = navigator.mediaDevices.getUserMedia; globalThis.wishes = [];"
        "navigator.mediaDevices.getUserMedia = (wish) => (wishes.push(Object.keys(wish).join()), real(wish));"
    )
    await go_live(phone, server)
    await server.phone.command("c1", "camera", "user")
    assert set(await phone.evaluate("wishes")) == {"video"}
    assert await phone.evaluate("document.querySelector('video').muted") is True
    assert await phone.evaluate("document.querySelector('video').srcObject.getAudioTracks().length") == 0


async def test_an_interruption_a_live_track_without_frames_is_opened_afresh_and_told(
    phone: Page, server: Server
) -> None:
    await go_live_drawn(phone, server)
    await phone.evaluate("phone.frozen = true")
    await server.phone.frame("step", step="camera.lost", cause="frozen")
    assert await phone.evaluate("phone.tracks[0].readyState === 'ended' || phone.tracks.length === 1")
    await phone.evaluate("phone.frozen = false")
    await server.phone.frame("step", step="camera.back")
    await picture(server)
    assert await phone.evaluate("phone.mostLive") == 1
    assert server.phone.offers == 1
    assert losses(server.phone) == ["frozen", "back"]


async def test_spurious_mutes_a_second_without_frames_is_nothing(phone: Page, server: Server) -> None:
    await go_live_drawn(phone, server)
    await phone.evaluate(
        "new Promise((done) => { phone.frozen = true; setTimeout(() => done(phone.frozen = false), 1000) })"
    )
    await picture(server)
    assert losses(server.phone) == []
    assert await phone.evaluate("phone.tracks.length") == 1


async def test_page_hidden_the_regulator_is_told_and_the_same_camera_goes_on(
    phone: Page, server: Server
) -> None:
    await go_live_drawn(phone, server)
    await phone.evaluate(f"({SHOW})('hidden'); phone.frozen = true")
    await server.phone.frame("step", step="page.hidden")
    await server.phone.frame("step", step="camera.lost", cause="hidden")
    await phone.evaluate(f"phone.frozen = false; ({SHOW})('visible')")
    await server.phone.frame("step", step="camera.back")
    assert await phone.evaluate("phone.tracks.length") == 1


async def test_the_phone_is_locked_its_last_word_says_so(phone: Page, server: Server) -> None:
    await go_live_drawn(phone, server)
    await phone.evaluate("document.dispatchEvent(new Event('freeze'))")
    await server.phone.frame("step", step="camera.lost", cause="locked")
    await server.phone.frame("step", step="camera.back")


async def test_a_permission_that_is_withdrawn_in_the_call_is_told_and_one_button_asks_again(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await until(phone, "document.querySelector('[data-part=photo]') !== null")
    await picture(server)
    await phone.context.clear_permissions()
    await server.phone.frame("step", step="camera.lost", cause="withdrawn")
    await on_screen(phone, "refused")
    await expect(phone.locator("h1:visible")).to_have_text(
        "La caméra n’est plus autorisée", use_inner_text=True
    )
    await phone.context.grant_permissions(["camera"])
    assert await phone.evaluate("phone.tracks.length") == 1, "only a tap asks again"
    await tap(phone, "start")
    await server.phone.frame("step", step="camera.back")
    await on_screen(phone, "live")
    await picture(server)


async def test_another_application_that_takes_the_camera_is_told_and_the_picture_comes_back_by_itself(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await until(phone, "document.querySelector('[data-part=photo]') !== null")
    await phone.evaluate("phone.fails.environment = { name: 'NotReadableError' }; phone.tracks[0].stop()")
    await server.phone.frame("step", step="camera.lost", cause="taken")
    await on_screen(phone, "refused")
    await expect(phone.locator("h1:visible")).to_have_text(
        "Une autre application utilise la caméra", use_inner_text=True
    )
    await phone.evaluate("delete phone.fails.environment")
    await server.phone.frame("step", step="camera.back")
    await on_screen(phone, "live")
    await picture(server)


async def test_autoplay_a_preview_that_the_phone_paused_plays_again_when_the_page_is_back(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await phone.evaluate(f"document.querySelector('video').pause(); ({SHOW})('visible')")
    await until(phone, "!document.querySelector('video').paused")
    assert await phone.evaluate("document.querySelector('video').autoplay") is False


async def test_torch_lost_it_is_lit_again_on_the_way_back_from_the_front_camera(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await server.phone.command("c1", "torch", True)
    await server.phone.command("c2", "camera", "user")
    await server.phone.command("c3", "camera", "environment")
    await until(phone, "phone.torch")
    state = await newest_state(server.phone, "torch", True)
    assert state["wanted"]["torch"] is True


async def test_several_lenses_android_are_listed_and_the_regulator_opens_one_by_its_name(
    phone: Page, server: Server
) -> None:
    await phone.add_init_script(f"phone.labels = {PIXEL_CAMERAS}")
    await go_live(phone, server)
    await server.phone.until(lambda: _lenses(server.phone) == ["l1", "l2"])
    assert "error" not in await server.phone.command("c1", "lens", "l2")
    state = await newest_state(server.phone, "lens", "l2")
    labels = [lens["label"] for lens in state["capabilities"]["lenses"]]
    assert labels == ["camera2 0, facing back", "camera2 2, facing back"]
    assert (await server.phone.command("c2", "lens", "l9"))["error"] == "out_of_range"
    await picture(server)
    assert await phone.evaluate("phone.mostLive") == 1
    assert server.phone.offers == 1


def _lenses(phone: Phone) -> list[str]:
    told: list[dict[str, Any]] = [one["capabilities"] for one in phone.frames if "capabilities" in one]
    return [lens["id"] for lens in told[-1].get("lenses", [])] if told else []


async def test_a_dark_scene_drops_to_fifteen_frames_a_second(phone: Page, server: Server) -> None:
    await go_live_drawn(phone, server)
    await phone.evaluate("phone.dark = true")
    await until(phone, "phone.applied.some(({ frameRate }) => frameRate?.max === 15)")
    await phone.evaluate("phone.dark = false")
    await until(phone, "phone.applied.some(({ frameRate }) => frameRate?.max === 30)")


async def test_take_photo_the_caller_is_told_and_the_file_is_announced_with_its_command(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await server.phone.command("c1", "torch", True)
    await until(phone, "document.querySelector('[data-part=photo]') !== null")
    assert "error" not in await server.phone.command("c2", "photo", True)
    await expect(phone.locator("[data-part=photo]")).to_be_visible()
    await expect(phone.locator("[data-part=photo]")).to_have_text("Une photo est prise. Ne bougez pas.")
    file = await server.phone.frame("file", kind="photo", command="c2")
    assert file["media_type"] in {"image/jpeg", "image/png"}
    assert file["size"] > 1000
    await expect(phone.locator("[data-part=photo]")).to_be_hidden()
    await picture(server)
    assert losses(server.phone) == []
    assert await phone.evaluate("phone.applied.at(-1).advanced[0].torch") is True


async def test_take_photo_that_fails_becomes_a_whole_frame_of_the_video(phone: Page, server: Server) -> None:
    await phone.add_init_script(
        "ImageCapture.prototype.takePhoto = () => Promise.reject(new Error('the camera is busy'));"
        "const real = HTMLCanvasElement.prototype.toBlob; globalThis.drawn = [];"
        "HTMLCanvasElement.prototype.toBlob = function (...how) {"
        "  drawn.push(`${this.width}x${this.height} ${how[1]} ${how[2]}`); return real.apply(this, how) }"
    )
    await go_live(phone, server)
    assert "error" not in await server.phone.command("c1", "photo", True)
    file = await server.phone.frame("file", kind="photo", command="c1")
    assert file["media_type"] == "image/jpeg"
    assert "1280x720 image/jpeg 0.92" in await phone.evaluate("drawn")


@pytest.mark.parametrize(
    ("profile", "preference", "bitrate", "scale"),
    [
        ("motion", "maintain-framerate", 2_500_000, 1),
        ("detail", "maintain-resolution", 2_500_000, 1),
        ("weak", "maintain-framerate", 150_000, 4),
    ],
)
async def test_a_quality_profile_shapes_what_is_sent(
    phone: Page, server: Server, profile: str, preference: str, bitrate: int, scale: float
) -> None:
    await phone.add_init_script(
        "const real = RTCRtpSender.prototype.setParameters; globalThis.sent = [];"
        "RTCRtpSender.prototype.setParameters = function (to) {"
        "  sent.push(structuredClone(to)); return real.call(this, to) }"
    )
    await go_live(phone, server)
    assert "error" not in await server.phone.command("c1", "profile", profile)
    last = await phone.evaluate("sent.at(-1)")
    [encoding] = last["encodings"]
    found = (last["degradationPreference"], encoding["maxBitrate"], encoding["scaleResolutionDownBy"])
    assert found == (preference, bitrate, scale)
    await newest_state(server.phone, "profile", profile)
    await picture(server)


async def test_a_position_that_was_refused_needs_a_tap_and_one_large_button_asks_for_it(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(permissions=["camera"])
    await go_live(phone, server)
    await server.phone.command("c1", "position", True)
    await server.phone.frame("position_error", reason="denied")
    assert (await server.phone.command("c2", "position", True))["error"] == "needs_tap"
    await phone.context.grant_permissions(["camera", "geolocation"])
    await tap(phone, "position")
    found = await server.phone.frame("position")
    assert found["accuracy"] == 12.0
    await expect(phone.locator("[data-part=position]")).to_be_hidden()


# ---------------------------------------------------------------- the remote control
async def test_rule_1_a_command_takes_the_socket_where_no_channel_opens(phone: Page, server: Server) -> None:
    await phone.add_init_script(
        "Object.defineProperty(RTCDataChannel.prototype, 'readyState', { get: () => 'connecting' })"
    )
    await phone.goto(server.link("good"))
    await tap(phone, "start")
    await picture(server)
    await server.phone.say({"type": "command", "id": "c1", "epoch": 1, "name": "torch", "value": True})
    assert "error" not in await server.phone.frame("result", id="c1", by="socket")
    assert await phone.evaluate("phone.torch") is True


async def test_rule_2_a_repeated_id_returns_the_stored_result(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.command("c1", "torch", True)
    await server.phone.command("c2", "torch", False)
    await server.phone.say({"type": "command", "id": "c1", "epoch": 1, "name": "torch", "value": True})
    await server.phone.until(lambda: len([f for f in server.phone.frames if f.get("id") == "c1"]) == 2)
    assert await phone.evaluate("phone.torch") is False


async def test_rule_3_camera_operations_run_one_at_a_time(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await phone.evaluate("void (phone.slow = new Promise((done) => { phone.go = done }))")
    for id_, value in (("c1", True), ("c2", False), ("c3", True)):
        command = {"type": "command", "id": id_, "epoch": 1, "name": "torch", "value": value}
        assert server.phone.channel is not None
        await server.phone.say(command)
    assert (await server.phone.frame("result", id="c2"))["error"] == "replaced"
    assert await phone.evaluate("phone.applied.length") == 1
    await phone.evaluate("phone.go()")
    await server.phone.frame("result", id="c3")
    assert await phone.evaluate("phone.torch") is True


async def test_rule_4_a_torch_that_stays_dark_is_told_as_wanted_and_not_actual(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await phone.evaluate("phone.stuck = true")
    await server.phone.command("c1", "torch", True)

    def told() -> bool:
        states = [one for one in server.phone.frames if one["type"] == "state"]
        return any(one["wanted"]["torch"] and not one["actual"]["torch"] for one in states)

    await server.phone.until(told)


async def test_rule_5_and_6_a_reloaded_page_says_hello_in_a_new_epoch_and_refuses_commands_of_the_old_one(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await phone.reload()
    hello = await server.phone.frame("hello", epoch=2, by="channel")
    assert hello["actual"]["camera"] == "environment"
    assert (await server.phone.command("c1", "torch", True, epoch=1))["error"] == "stale_epoch"
    assert "error" not in await server.phone.command("c2", "torch", True, epoch=2)


async def test_rule_7_what_the_other_camera_can_do_is_told_after_the_switch(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await server.phone.command("c1", "camera", "user")
    state = await newest_state(server.phone, "camera", "user")
    assert state["capabilities"]["torch"] is False


async def test_rule_8_a_camera_that_was_stopped_needs_a_tap_and_the_page_shows_one_button(
    phone: Page, server: Server
) -> None:
    await go_live(phone, server)
    await tap(phone, "hangup")
    await server.phone.say({"type": "command", "id": "c1", "epoch": 1, "name": "torch", "value": True})
    assert (await server.phone.frame("result", id="c1"))["error"] == "needs_tap"
    await expect(phone.locator("button.big:visible")).to_have_count(1)
    assert await phone.evaluate("phone.asked") == 1
