"""Words without sound: what the regulator says fills the caller's screen, and the stop button stays."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from signaling.domain.controls import GUIDANCE
from tests.e2e.caller_page.conftest import NewPhone, go_live, on_screen, picture, tap, until
from tests.e2e.caller_page.server import Server

SHAKEN = "window.shaken = []; navigator.vibrate = (pattern) => { shaken.push(pattern); return true; };"


async def actual(server: Server, name: str, value: Any) -> None:
    """The phone says that this control is so."""
    await server.phone.until(
        lambda: (
            [f for f in server.phone.frames if f["type"] in {"hello", "state"}][-1]["actual"].get(name)
            == value
        )
    )


async def test_each_phrase_fills_the_screen_and_shakes_the_phone(phone: Page, server: Server) -> None:
    await phone.add_init_script(SHAKEN)
    await go_live(phone, server)
    for count, phrase in enumerate(GUIDANCE, 1):
        assert "error" not in await server.phone.command(f"g-{phrase}", "guidance", phrase)
        await expect(phone.locator(f"[data-phrase={phrase}]")).to_be_visible()
        assert await phone.locator("[data-phrase]:visible").count() == 1
        assert len(await phone.evaluate("shaken")) == count
    box = await phone.locator("[data-part=words]").bounding_box()
    assert box is not None
    assert box["width"] == 390
    assert box["height"] > 844 / 2
    await expect(phone.locator("[data-act=hangup]")).to_be_visible()


async def test_the_caller_puts_the_words_away_and_the_regulator_knows(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.command("g1", "guidance", "chest")
    await actual(server, "guidance", "chest")
    await tap(phone, "understood")
    await actual(server, "guidance", "")
    await expect(phone.locator("[data-part=words]")).to_be_hidden()
    await picture(server)


async def test_a_text_is_shown_as_text_in_place_of_the_phrase(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.command("g1", "guidance", "chest")
    text = "Ouvrez <b>la porte</b>\nL’ambulance est au 12"
    await server.phone.command("m1", "message", text)
    await expect(phone.locator("[data-phrase=message] b")).to_have_text(text)
    await expect(phone.locator("[data-phrase=chest]")).to_be_hidden()
    assert (await server.phone.command("m2", "message", "x" * 301))["error"] == "out_of_range"
    await server.phone.command("m3", "message", "")
    await expect(phone.locator("[data-part=words]")).to_be_hidden()


async def test_the_longest_text_can_be_read_to_its_end_on_a_small_phone(
    new_phone: NewPhone, server: Server
) -> None:
    phone = await new_phone(viewport={"width": 320, "height": 568})
    await go_live(phone, server)
    await server.phone.command("m1", "message", "Compressions " * 23)
    await expect(phone.locator("[data-phrase=message]")).to_be_visible()
    await until(phone, "document.querySelector('.said').scrollHeight > 0")
    assert await phone.evaluate("document.documentElement.scrollWidth") == 320
    top = await phone.evaluate("document.querySelector('.said p:not([hidden])').getBoundingClientRect().top")
    assert top >= 0  # what does not fit is scrolled to, not cut off above


async def test_a_ring_appears_where_the_regulator_points(phone: Page, server: Server) -> None:
    await phone.add_init_script(SHAKEN)
    await go_live(phone, server)
    assert "error" not in await server.phone.command("p1", "pointer", [0.25, 0.5])
    ring = phone.locator("[data-part=ring]")
    await expect(ring).to_be_visible()
    box = await ring.bounding_box()
    assert box is not None
    video = await phone.evaluate(
        "(({videoWidth: w, videoHeight: h}) => [w, h])(document.querySelector('video'))"
    )
    width = min(390, 844 * video[0] / video[1])
    assert abs(box["x"] + box["width"] / 2 - ((390 - width) / 2 + width / 4)) < 12  # it still shrinks
    assert len(await phone.evaluate("shaken")) == 1
    await expect(ring).to_be_hidden(timeout=10_000)


@pytest.mark.parametrize("value", [[0.5], [0.5, 1.5], ["a", 0], "0.5,0.5", [0.1, 0.2, 0.3]], ids=str)
async def test_a_pointer_beside_the_picture_is_refused(phone: Page, server: Server, value: Any) -> None:
    await go_live(phone, server)
    assert (await server.phone.command("p1", "pointer", value))["error"] == "out_of_range"
    await expect(phone.locator("[data-part=ring]")).to_be_hidden()


async def test_the_metronome_beats_on_while_the_network_is_cut(phone: Page, server: Server) -> None:
    await phone.add_init_script(SHAKEN)
    await go_live(phone, server)
    assert "error" not in await server.phone.command("b1", "metronome", "silent")
    await expect(phone.locator("[data-part=beat] span")).to_be_visible()
    await server.phone.hang_up()
    await phone.context.set_offline(True)
    before = len(await phone.evaluate("shaken"))
    await until(phone, f"shaken.length >= {before + 4}")
    animation = "getComputedStyle(document.querySelector('.beat'), '::before').animationDuration"
    assert abs(float((await phone.evaluate(animation)).removesuffix("s")) - 60 / 110) < 0.001
    await phone.context.set_offline(False)


async def test_rule_8_a_sound_that_wants_a_tap_says_so_and_one_large_button_gives_it(
    phone: Page, server: Server
) -> None:
    await phone.add_init_script(
        """(() => {
          let tapped = false;
          addEventListener("click", ({ target }) => { tapped = target.closest?.("[data-act=sound]"); }, true);
          const sound = AudioContext.prototype;
          const { resume } = sound;
          sound.resume = function () { return tapped ? resume.call(this) : new Promise(() => {}); };
          Object.defineProperty(sound, "state", { get: () => (tapped ? "running" : "suspended") });
        })()"""
    )
    await go_live(phone, server)
    assert (await server.phone.command("b1", "metronome", "sound"))["error"] == "needs_tap"
    await actual(server, "metronome", "silent")
    await tap(phone, "sound")
    await actual(server, "metronome", "sound")
    await expect(phone.locator("[data-act=sound]")).to_be_hidden()


async def test_the_end_of_the_visio_ends_the_words_and_the_beat(phone: Page, server: Server) -> None:
    await go_live(phone, server)
    await server.phone.command("b1", "metronome", "silent")
    await server.phone.command("g1", "guidance", "face")
    await server.phone.say({"type": "ended"})
    await on_screen(phone, "ended")
    await expect(phone.locator("[data-part=words]")).to_be_hidden()
    await expect(phone.locator("[data-part=beat]")).to_be_hidden()
