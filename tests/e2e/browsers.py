"""Real Chromium, as a regulator's console and as a caller's phone.

Fake cameras (Chromium's `fake_video_capture_device`): the first draws a clock, and a zoom into it; the third
has yellow corners instead. The second gives 16-bit depth, which no video encoder takes. They know no facing
and no torch: an init script adds both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
)
# Software encodes and decodes what the cameras take, which is most of what an end-to-end test costs; where
# frames are counted, more are asked for.
FRAMES: Final = 15  # a second
NANCY: Final = {"latitude": 48.692054, "longitude": 6.184417, "accuracy": 12.0}

# A phone: `environment` is device 0, `user` is device 2; the back camera has a torch, whose light the test
# reads from `window.torchIsLit`. Zoom and denial stay Chromium's own.
PHONE_SCRIPT: Final = """
(() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const native = devices.getUserMedia.bind(devices);
  const facings = new WeakMap();
  const wanted = (value) => (typeof value === "string" ? value : value?.exact ?? value?.ideal);
  window.torchIsLit = false;
  devices.getUserMedia = async (constraints) => {
    const video = constraints?.video;
    if (!video || video === true) return native(constraints);
    const facing = wanted(video.facingMode) ?? "environment";
    const cameras = (await devices.enumerateDevices()).filter((device) => device.kind === "videoinput");
    const { facingMode, ...rest } = video;
    const at = facing === "user" ? 2 : 0;
    const chosen = cameras[at]?.deviceId ? { deviceId: { exact: cameras[at].deviceId } } : {};
    const zoom = window.zoomIsAllowed ? { zoom: true } : {};
    const stream = await native({ ...constraints, video: { ...rest, ...chosen, ...zoom } });
    for (const track of stream.getVideoTracks()) {
      const id = track.getSettings().deviceId;
      const all = (await devices.enumerateDevices()).filter((device) => device.kind === "videoinput");
      facings.set(track, all.findIndex((device) => device.deviceId === id) === 2 ? "user" : "environment");
    }
    return stream;
  };
  const prototype = MediaStreamTrack.prototype;
  const { getCapabilities, getSettings, applyConstraints } = prototype;
  const lit = new WeakMap();
  prototype.getCapabilities = function () {
    const facing = facings.get(this);
    if (!facing) return getCapabilities.call(this);
    const light = facing === "environment" ? { torch: true } : {};
    return { ...getCapabilities.call(this), facingMode: [facing], ...light };
  };
  prototype.getSettings = function () {
    const facing = facings.get(this);
    if (!facing) return getSettings.call(this);
    return { ...getSettings.call(this), facingMode: facing, torch: lit.get(this) ?? false };
  };
  prototype.applyConstraints = async function (constraints) {
    const rest = [];
    for (const { torch, ...others } of constraints?.advanced ?? []) {
      if (torch !== undefined) {
        if (facings.get(this) !== "environment") throw new DOMException("no torch", "OverconstrainedError");
        lit.set(this, torch);
        window.torchIsLit = torch;
      }
      if (Object.keys(others).length) rest.push(others);
    }
    if (!constraints?.advanced || rest.length) {
      const others = constraints?.advanced ? { ...constraints, advanced: rest } : constraints;
      await applyConstraints.call(this, others);
    }
  };
})();
"""


@asynccontextmanager
async def chromium(
    *flags: str, executable: str = CHROMIUM, frames: int = FRAMES, cameras: int = 3
) -> AsyncIterator[Browser]:
    """`frames`: a second, of each fake camera."""
    fake = f"--use-fake-device-for-media-stream=device-count={cameras},fps={frames}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=[*FLAGS, fake, *flags])
        try:
            yield browser
        finally:
            await browser.close()


async def console_page(browser: Browser, **options: Any) -> Page:
    """A regulator's window."""
    made: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "fr-FR"}
    context = await browser.new_context(**{**made, "accept_downloads": True, **options})
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    return await context.new_page()


async def phone_page(browser: Browser, *, camera: bool = True, **options: Any) -> Page:
    """A caller's phone that has been asked for its camera before, or that says no."""
    permissions = ["camera", "geolocation"] if camera else []
    made: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR"}
    made |= {"device_scale_factor": 2, "has_touch": True, "is_mobile": True, "geolocation": NANCY}
    context = await browser.new_context(**{**made, "permissions": permissions, **options})
    await context.add_init_script(PHONE_SCRIPT)
    page = await context.new_page()
    if camera:
        await context.add_init_script("window.zoomIsAllowed = true")
        await _allow_zoom(browser, page)
    return page


async def _allow_zoom(browser: Browser, page: Page) -> None:
    """Chromium offers zoom once pan, tilt and zoom are granted; the session must stay open."""
    session = await browser.new_browser_cdp_session()
    await page.goto("about:blank#find-me")
    targets = await session.send("Target.getTargets")
    [context] = [t["browserContextId"] for t in targets["targetInfos"] if t["url"] == "about:blank#find-me"]
    await page.goto("about:blank")
    permission = {"name": "camera", "panTiltZoom": True}
    await session.send(
        "Browser.setPermission",
        {"permission": permission, "setting": "granted", "browserContextId": context},
    )
    setattr(page.context, "_zoom_session", session)  # noqa: B010 - kept alive with its context
