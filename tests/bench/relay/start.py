"""How soon a phone sends a picture worth looking at: Chromium's size and bitrate in its second second."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from tests.bench import clip
from tests.bench.report import Report, Row
from tests.bench.rooms import rooms

TURNS: Final = 5
WIDTH_GOAL, BITRATE_GOAL = 1280, 1_000_000  # pixels, bit/s

# Watches what leaves: from the first packet on, for two seconds.
_SENDING: Final = """
async () => {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const sending = async () => {
    for (const connection of window.connections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === "outbound-rtp" && report.packetsSent) return report;
      }
    }
  };
  let first = null;
  while (!(first = await sending())) await pause(5);
  await pause(1000);
  const middle = await sending();
  await pause(1000);
  const last = await sending();
  const seconds = (last.timestamp - middle.timestamp) / 1000;
  return {
    width: last.frameWidth,
    bitrate: (8 * (last.bytesSent - middle.bytesSent)) / seconds,
    target: last.targetBitrate ?? 0,
  };
}
"""


class Sending(msgspec.Struct, frozen=True):
    """Two seconds after the first packet."""

    width: int  # pixels
    bitrate: float  # bit/s of payload, over the last second
    target: float  # what the encoder aims at, bit/s


async def run() -> Report:
    found = []
    with TemporaryDirectory() as folder:
        film = Path(folder) / "film.y4m"
        clip.write_film(film)
        async with rooms(flags=(f"--use-file-for-fake-video-capture={film}",)) as stage:
            for _ in range(TURNS):
                await stage.enter()
                await stage.phone.locator("[data-act=start]:visible").tap()
                found.append(msgspec.convert(await stage.phone.evaluate(_SENDING), Sending, strict=False))
    return _report(found)


def _report(found: list[Sending]) -> Report:
    width, bitrate = min(one.width for one in found), median(one.bitrate for one in found)
    target = median(one.target for one in found)
    row = Row(
        what=f"Chromium 2 s after its first packet: least width, median bitrate of {len(found)}",
        here=f"{width} px, {bitrate / 1e6:.2f} Mbit/s",
        beside=f"{target / 1e6:.2f} Mbit/s aimed at",
        goal=f"{WIDTH_GOAL} px and {BITRATE_GOAL / 1e6:.0f} Mbit/s",
        reached=width >= WIDTH_GOAL and bitrate >= BITRATE_GOAL,
    )
    return Report([row], {"width": width, "bitrate": bitrate, "target": target})
