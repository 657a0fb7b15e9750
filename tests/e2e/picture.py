"""Reading what a console really shows: the pixels of its video, not its attributes."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page

WITHIN: Final = 20_000  # ms; a shared machine may be slow, a picture comes in about one second

_MEAN = """
(function (video, [left, top, right, bottom]) {
  if (!video || video.readyState < 2 || !video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 64;
  canvas.height = 36;
  const context = canvas.getContext("2d");
  const { videoWidth: w, videoHeight: h } = video;
  context.drawImage(video, left * w, top * h, (right - left) * w, (bottom - top) * h, 0, 0, 64, 36);
  const data = context.getImageData(0, 0, 64, 36).data;
  const sum = [0, 0, 0];
  let bright = 0;
  for (let i = 0; i < data.length; i += 4) {
    for (let c = 0; c < 3; c++) sum[c] += data[i + c];
    if (data[i + 1] > 190) bright += 1;
  }
  return { mean: sum.map((value) => value / 2304), bright: bright / 2304 };
})
"""

# The fake cameras of Chromium: green both, the back one with green corners, the front one with yellow ones.
GREEN: Final = "mean[1] > 90 && mean[0] < 60 && mean[2] < 60"
DARK_GREEN: Final = "mean[1] > 60 && mean[0] < 40 && mean[2] < 40"  # to who does not know VP9's color space
YELLOW: Final = "mean[1] > 90 && mean[0] > 120 && mean[2] < 90"
# That of Firefox: one strong colour after the other.
COLOURED: Final = "Math.max(...mean) - Math.min(...mean) > 60"
# Zoomed, the camera's clock is three times as large and reaches where there was nothing before.
ZOOMED: Final = "bright > 0.04"
NOT_ZOOMED: Final = "bright < 0.01"

CORNER: Final = (0.95, 0.02, 0.99, 0.09)
PLAIN: Final = (0.1, 0.7, 0.9, 0.95)  # below disc and clock: only the camera's colour
CLOCK: Final = (0.3, 0.13, 0.76, 0.27)


def shows(condition: str, area: tuple[float, float, float, float] = PLAIN) -> str:
    """A JavaScript expression: that part of the console's picture (left, top, right, bottom in shares) is as
    said."""
    return f"""(() => {{
      const seen = {_MEAN}(document.querySelector("[data-part=picture]"), {list(area)});
      if (!seen) return false;
      const {{ mean, bright }} = seen;
      return {condition};
    }})()"""


async def until_seen(page: Page, condition: str, area: tuple[float, float, float, float] = PLAIN) -> None:
    """Waits until that part of the console's picture is as said."""
    await page.wait_for_function(f"() => {shows(condition, area)}", timeout=WITHIN)


async def until_live(page: Page) -> None:
    """Waits until new frames keep coming: a second of video, more than any buffer holds. They are counted one
    by one: the element's own count starts anew when it gets another connection's stream."""
    await page.evaluate(
        """() => {
          const video = document.querySelector("[data-part=picture]");
          let left = 30;
          window.isLive = false;
          const count = () => {
            left -= 1;
            if (left > 0) video.requestVideoFrameCallback(count);
            else window.isLive = true;
          };
          video.requestVideoFrameCallback(count);
        }"""
    )
    await page.wait_for_function("() => window.isLive", timeout=WITHIN)
