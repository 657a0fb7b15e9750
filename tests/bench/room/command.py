"""A regulator's click on the light to the phone's word that it is lit; beside it over a line of 50 ms."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page

from tests.bench.command import LISTEN
from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import rooms
from tests.e2e.bad_network import bad_network
from tests.e2e.desk import invite, open_link, tap_start, until_ready

FIRST: Final = 10  # clicks that nobody counts
CLICKS: Final = 100
FAR_CLICKS: Final = 40
GOAL: Final = 50.0  # ms
FAR: Final = 0.05  # seconds added each way between the phone and the relay

# On, off, on ...: each click once the answer before it was painted. Milliseconds until the answer that tells
# the state, and until the button shows it.
_DRIVE: Final = """
async (times) => {
  const button = document.querySelector("[data-control=torch] [data-part=button]");
  const pause = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const found = [];
  for (let count = 0; count < times; count++) {
    await pause();
    const [before, pressed] = [window.commandId, button.getAttribute("aria-pressed")];
    const clicked = performance.now();
    button.click();
    if (window.commandId === before) throw new Error(`click ${count} sent no command`);
    while (!window.answered.has(window.commandId)) await pause();
    while (button.getAttribute("aria-pressed") === pressed) await pause();
    const { at, error } = window.answered.get(window.commandId);
    if (error) throw new Error(`click ${count}: ${error}`);
    found.push([at - clicked, performance.now() - clicked]);
  }
  return found;
}
"""


async def run() -> Report:
    near, shown = await _near()
    return _report(near, shown, await _far())


async def _near() -> tuple[Sample, Sample]:
    """Until the phone's word is there, and until it is on the screen."""
    async with rooms() as stage:
        await stage.console.context.add_init_script(LISTEN)
        await stage.enter()
        await stage.tap()
        found = await _driven(stage.console, CLICKS)
    return Sample(tuple(one[0] for one in found)), Sample(tuple(one[1] for one in found))


async def _far() -> Sample:
    """The same until the word is there; the phone's UDP takes its time, once its picture is there."""
    async with rooms() as stage, bad_network(stage.product) as network:
        await network.carry(stage.phone)
        await stage.console.context.add_init_script(LISTEN)
        await stage.console.goto(stage.product.origin)
        link = (await invite(stage.console, stage.product))["link"]
        await open_link(stage.phone, network.seen_from_there(link))
        await tap_start(stage.phone)
        await stage.console.wait_for_function("() => window.pictureAt")
        network.udp.up.delay = network.udp.down.delay = FAR
        found = await _driven(stage.console, FAR_CLICKS)
    return Sample(tuple(one[0] for one in found))


async def _driven(console: Page, clicks: int) -> list[tuple[float, float]]:
    await until_ready(console, "torch")
    await console.evaluate(_DRIVE, FIRST)
    found: list[tuple[float, float]] = await console.evaluate(_DRIVE, clicks)
    return found


def _report(near: Sample, shown: Sample, far: Sample) -> Report:
    added = far.median - near.median
    rows = [
        Row(
            what=f"click on the light to the phone's actual state, median / p95 of {len(near.values)}",
            here=str(near),
            beside=f"{shown} (on the screen)",
            compared=f"p95 {near.p95:.1f} ms",
            goal=f"p95 under {GOAL:.0f} ms",
            reached=near.p95 < GOAL,
        ),
        Row(
            what=f"the same, {FAR * 1000:.0f} ms added each way to the phone, of {len(far.values)}",
            here=str(far),
            compared=f"{added:.0f} ms more; the line's own are {2 * FAR * 1000:.0f}",
        ),
    ]
    numbers = {"median_ms": near.median, "p95_ms": near.p95, "shown_p95_ms": shown.p95}
    return Report(rows, {**numbers, "far_median_ms": far.median, "far_p95_ms": far.p95})
