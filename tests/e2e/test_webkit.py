"""WebKit, the engine of every browser on an iPhone, as a caller's phone: its own cameras, and no WebRTC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from tests.e2e.caller_page.server import Frame, Server, running
from tests.e2e.webkit import WebKit, webkit

pytestmark = pytest.mark.timeout(180)

TRACK = "document.querySelector('video').srcObject.getVideoTracks()[0]"
SCREEN = "document.body.dataset.screen"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def safari() -> AsyncIterator[WebKit]:
    async with webkit() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Server]:
    """Another one, and so another origin, for each test."""
    async with running() as made:
        yield made


async def go_live(safari: WebKit, server: Server) -> None:
    """Taps the one button, and waits until the rest of the page is here."""
    await safari.goto(server.link("good"))
    await safari.until(f"{SCREEN} === 'ready'")
    await safari.click("[data-act=start]")
    await safari.until(f"{SCREEN} === 'live' && document.querySelector('[data-part=photo]')")
    await server.phone.frame("step", step="camera.granted")


async def drive(server: Server, id_: str, name: str, value: object) -> Frame:
    """By the WebSocket, since no data channel opens; the result."""
    await server.phone.say({"type": "command", "id": id_, "epoch": 1, "name": name, "value": value})
    return await server.phone.frame("result", id=id_)


async def actual(server: Server, **values: Any) -> Frame:
    """The phone's state, once its controls have these values."""

    def found() -> list[Frame]:
        states = [one for one in server.phone.frames if one["type"] in {"hello", "state"}]
        return [one for one in states if values.items() <= one["actual"].items()]

    await server.phone.until(lambda: bool(found()))
    return found()[-1]


async def test_capture_opens_the_back_camera_and_plays_without_a_sound_in_the_page(
    safari: WebKit, server: Server
) -> None:
    await go_live(safari, server)
    await safari.until("document.querySelector('video').videoWidth > 0")
    state = await actual(server, camera="environment")
    assert state["capabilities"]["facing"] == ["environment", "user"]
    settings = await safari.evaluate(f"{TRACK}.getSettings()")
    assert (settings["facingMode"], settings["width"], settings["height"]) == ("environment", 1280, 720)
    video = "document.querySelector('video')"
    found = await safari.evaluate(
        f"(({{muted, playsInline, autoplay}}) => [muted, playsInline, autoplay])({video})"
    )
    assert found == [True, True, False]
    await safari.until(f"!{video}.paused")
    # As in an iPhone's lockdown mode: where there is no WebRTC, stills show the picture.
    still = await server.phone.frame("still")
    assert still["jpeg"].startswith(b"\xff\xd8")
    assert server.phone.offers == 0


async def test_torch_and_zoom_are_what_the_camera_says_and_the_zoom_keeps_the_torch(
    safari: WebKit, server: Server
) -> None:
    await go_live(safari, server)
    state = await actual(server, camera="environment")
    assert state["capabilities"]["torch"] is True
    assert state["capabilities"]["zoom"][:2] == [1, 4]
    assert "error" not in await drive(server, "c1", "torch", True)
    assert "error" not in await drive(server, "c2", "zoom", 2)
    await actual(server, torch=True, zoom=2)
    settings = await safari.evaluate(f"{TRACK}.getSettings()")
    assert (settings["torch"], settings["zoom"]) == (True, 2)
    assert (await drive(server, "c3", "zoom", 5))["error"] == "out_of_range"


async def test_the_torch_outlives_a_switch_a_photo_and_a_camera_that_the_system_ends(
    safari: WebKit, server: Server
) -> None:
    await go_live(safari, server)
    await drive(server, "c1", "torch", True)
    assert "error" not in await drive(server, "c2", "camera", "user")
    state = await actual(server, camera="user")
    assert (state["capabilities"].get("torch", False), state["reasons"]["torch"]) == (False, "lens")
    assert (await drive(server, "c3", "torch", True))["error"] == "unsupported"
    assert "error" not in await drive(server, "c4", "camera", "environment")
    await actual(server, camera="environment", torch=True)
    # A photo, and a fresh camera in place of one that the system ended, leave it lit.
    assert "error" not in await drive(server, "c5", "photo", True)
    file = await server.phone.frame("file", kind="photo", command="c5")
    assert file["media_type"] in {"image/jpeg", "image/png"}
    assert file["size"] > 5000
    assert await safari.evaluate(f"{TRACK}.getSettings().torch") is True
    await safari.evaluate(
        f"void (window.first = {TRACK}, first.stop(), first.dispatchEvent(new Event('ended')))"
    )
    await server.phone.frame("step", step="camera.back")
    await safari.until(f"{TRACK} !== first && {TRACK}.getSettings().torch")


async def test_layout_nothing_is_cut_off_and_the_buttons_are_on_the_screen(
    safari: WebKit, server: Server
) -> None:
    await safari.goto(server.link("good"))
    await safari.until(f"{SCREEN} === 'ready'")
    await nothing_is_cut_off(safari)
    await safari.click("[data-act=start]")
    await safari.until(f"{SCREEN} === 'live'")
    await nothing_is_cut_off(safari)


async def nothing_is_cut_off(safari: WebKit) -> None:
    for width, height in (460, 900), (460, 700), (900, 460):
        await safari.resize(width, height)
        await safari.until(f"Math.abs(innerWidth - {width}) < 80 && Math.abs(innerHeight - {height}) < 120")
        assert await safari.evaluate(CUT_OFF) == []


# Buttons that are shown and lie outside of the window, and a page that is wider than it.
CUT_OFF = """[...document.querySelectorAll("button, html")].filter((one) => {
  const { left, right, bottom } = one.getBoundingClientRect();
  const beyond = right > innerWidth + 1 || bottom > innerHeight + 1;
  const wide = one.localName === "html" ? one.scrollWidth > innerWidth : beyond;
  return one.checkVisibility() && (left < -1 || wide);
}).map((one) => one.textContent.trim())"""


async def test_the_service_worker_keeps_the_page_for_a_network_that_dies(
    safari: WebKit, server: Server
) -> None:
    await go_live(safari, server)
    await safari.until("await caches.match('/j', { ignoreVary: true })")
    kept = await safari.evaluate("caches.match('/j', { ignoreVary: true }).then((page) => page.text())")
    assert "data-version" in kept
    await safari.until("await caches.match(document.body.dataset.later)")


async def test_the_file_input_takes_a_photo_and_announces_it(
    safari: WebKit, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "IMG_0001.jpg"
    Image.new("RGB", (640, 480), "teal").save(path)
    await go_live(safari, server)
    await safari.choose("input[type=file][multiple]", path)
    file = await server.phone.frame("file", kind="document")
    assert (file["media_type"], file["size"]) == ("image/jpeg", path.stat().st_size)
