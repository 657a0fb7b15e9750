"""The key of a screen capture to the picture stored at the server, and shown in the panel."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench import clip
from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import rooms

FIRST: Final = 3  # captures that nobody counts
TIMES: Final = 40
GOAL: Final = 300.0  # ms

# When the server's answer was there, and when the panel showed one more that is stored.
_TAKE: Final = """
async (times) => {
  const strip = document.querySelector("[data-part=strip]");
  const tiles = () => strip.querySelectorAll("[data-status=stored]").length;
  const native = window.fetch;
  let storedAt = 0;
  window.fetch = async (...request) => {
    const answer = await native(...request);
    if (request[1]?.method === "POST" && answer.ok) storedAt = performance.now();
    return answer;
  };
  const found = [];
  for (let count = 0; count < times; count++) {
    const before = tiles();
    storedAt = 0;
    const pressed = performance.now();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "s", code: "KeyS", bubbles: true }));
    while (!storedAt || tiles() === before) await new Promise((resolve) => requestAnimationFrame(resolve));
    const { videoWidth } = document.querySelector("[data-part=picture]");
    found.push([storedAt - pressed, performance.now() - pressed, videoWidth]);
  }
  window.fetch = native;
  return found;
}
"""


async def run() -> Report:
    with TemporaryDirectory() as folder:
        film = Path(folder) / "film.y4m"  # a flat picture would be compressed in no time
        clip.write_film(film)
        async with rooms(flags=(f"--use-file-for-fake-video-capture={film}",)) as stage:
            await stage.enter()
            await stage.tap()
            await stage.console.evaluate(_TAKE, FIRST)
            found = await stage.console.evaluate(_TAKE, TIMES)
    stored, shown = (Sample(tuple(one[at] for one in found)) for at in (0, 1))
    return _report(stored, shown, min(one[2] for one in found))


def _report(stored: Sample, shown: Sample, width: float) -> Report:
    """`width`: of the smallest picture, pixels: a busy phone sends less than 1280."""
    row = Row(
        what=f"key S to a capture of {width:.0f} px or more stored, median / p95 of {len(stored.values)}",
        here=str(stored),
        beside=f"{shown} (shown)",
        goal=f"p95 under {GOAL:.0f} ms",
        reached=stored.p95 < GOAL and shown.p95 < GOAL,
    )
    numbers = {"width": width, "stored_median_ms": stored.median, "stored_p95_ms": stored.p95}
    return Report([row], {**numbers, "shown_median_ms": shown.median, "shown_p95_ms": shown.p95})
