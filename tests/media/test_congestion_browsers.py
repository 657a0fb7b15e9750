"""A real browser's phone and consoles, with the clients that callers and regulators get, on narrow lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route

from media.layers import TOP
from media.relay import EmbeddedRelay
from tests.e2e.browsers import chromium
from tests.media.lossy import Line
from tests.media.peers import LOOPBACK, Ear, until

ROOT = Path(__file__).parents[2]
ORIGIN = "http://localhost"  # where a browser gives a page its camera
NARROW = 300_000  # bit/s; the camera's picture takes 800,000

PUBLISH = """
async () => {
  const { Publisher } = await import("/media/client/publisher.js");
  const video = { width: 1280, height: 720 };
  const stream = await navigator.mediaDevices.getUserMedia({ video });
  const publisher = new Publisher({ negotiate, onLink() {}, onOpen() {}, onMessage() {} });
  window.frames = () => publisher.frames();
  await publisher.send(stream.getVideoTracks()[0]);
}
"""
VIEW = """
async () => {
  const { Viewer } = await import("/media/client/viewer.js");
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  let peer;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) { super(configuration); peer = this; }
  };
  new Viewer({ video, negotiate, onFrame() {}, backoff: () => 1000 }).open([]);
  window.frames = async () => {
    const stats = [...(await peer.getStats()).values()];
    return stats.find(({ type }) => type === "inbound-rtp")?.framesDecoded ?? 0;
  };
}
"""


@pytest.fixture
async def relay(ear: Ear) -> AsyncIterator[EmbeddedRelay]:
    made = EmbeddedRelay(addresses=(LOOPBACK,), video_codecs=("VP8",))
    await made.open(ear)
    yield made
    await made.close()


async def page(browser: Browser, relay: EmbeddedRelay, name: str, line: Line | None = None) -> Page:
    """One that can ask the relay, and gets our modules."""
    context = await browser.new_context(permissions=["camera"])
    await context.route(f"{ORIGIN}/**", serve)
    made = await context.new_page()

    async def negotiate(offer: str) -> str:
        asked = relay.publish if name == "phone" else relay.view
        if line is None:
            return await asked("visio", name, offer)
        return line.through(await asked("visio", name, line.hidden(offer)))

    await made.expose_function("negotiate", negotiate)
    await made.goto(ORIGIN)
    await made.evaluate(PUBLISH if name == "phone" else VIEW)
    return made


async def serve(route: Route) -> None:
    path = route.request.url.removeprefix(f"{ORIGIN}/")
    if path.endswith(".js"):
        await route.fulfill(path=ROOT / path, content_type="text/javascript")
    else:
        await route.fulfill(body="<!doctype html><title>line</title>", content_type="text/html")


async def frames(shown: Page) -> int:
    return int(await shown.evaluate("frames()"))


async def goes_on(shown: Page, count: int) -> None:
    """Returns when so many frames more were decoded there."""
    enough = await frames(shown) + count
    while await frames(shown) < enough:
        await shown.wait_for_timeout(100)


async def shares(shown: list[Page], of: Page) -> list[float]:
    """What of the next frames there is decoded by each."""
    here = [await frames(one) for one in shown]
    await goes_on(of, 60)
    return [(await frames(one) - before) / 60 for one, before in zip(shown, here, strict=True)]


async def test_a_console_on_a_narrow_line_gets_fewer_frames_and_the_other_one_all(
    relay: EmbeddedRelay,
) -> None:
    async with Line() as line, chromium(frames=30) as browser:
        regulator = await page(browser, relay, "regulator")
        guest = await page(browser, relay, "guest", line)
        phone = await page(browser, relay, "phone")
        await goes_on(guest, 10)
        downlinks = {viewer.participant: viewer.line for viewer in relay._sessions["visio"]._viewers()}

        line.down.rate = NARROW
        await until(lambda: downlinks["guest"].layer < TOP)
        most = few = asked = 0.0
        while not (most > 0.9 and 0.15 < few < 0.9 and asked == 0):  # and nobody begins anew for it
            asked = -relay.stats().counters.keyframes_asked
            most, few = await shares([regulator, guest], phone)
            asked += relay.stats().counters.keyframes_asked
        assert downlinks["regulator"].layer == TOP


async def test_a_console_that_is_alone_on_a_narrow_line_gets_every_frame_at_its_bitrate(
    relay: EmbeddedRelay,
) -> None:
    async with Line() as line, chromium(frames=30) as browser:
        regulator = await page(browser, relay, "regulator", line)
        phone = await page(browser, relay, "phone")
        await goes_on(regulator, 10)
        (viewer,) = relay._sessions["visio"]._viewers()
        line.down.rate = NARROW
        await until(lambda: viewer.line.is_narrow)
        most = 0.0
        while most < 0.9:  # until the phone has learned of it
            (most,) = await shares([regulator], phone)
        assert viewer.line.layer == TOP
