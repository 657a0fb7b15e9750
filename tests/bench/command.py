"""A regulator's click to the phone's answer on the console, through the whole product."""

from __future__ import annotations

from typing import Final

from playwright.async_api import expect

from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import rooms

FIRST: Final = 10  # clicks that nobody counts
CLICKS: Final = 120
GOAL: Final = 50.0  # ms

# Takes down each command as it leaves and each answer as it comes, by the command's id.
LISTEN = """
(() => {
  window.answered = new Map();
  window.commandId = "";
  const native = WebSocket.prototype.send;
  const heard = new WeakSet();
  const hear = ({ data }) => {
    const frame = JSON.parse(data);
    for (const { fact } of frame.events ?? []) {
      if (fact.type !== "command.answered") continue;
      window.answered.set(fact.command, { at: performance.now(), error: fact.error });
    }
  };
  WebSocket.prototype.send = function (data) {
    const frame = JSON.parse(data);
    if (frame.type === "command") window.commandId = frame.id;
    if (!heard.has(this)) this.addEventListener("message", hear);
    heard.add(this);
    native.call(this, data);
  };
})();
"""

# Closer, wider, closer ...: each click once the answer before it was painted. Milliseconds of each.
_DRIVE = """
async (times) => {
  const zoom = document.querySelector("[data-control=zoom]");
  const buttons = ["closer", "wider"].map((part) => zoom.querySelector(`[data-part=${part}]`));
  const pause = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const durations = [];
  for (let count = 0; count < times; count++) {
    await pause();
    const before = window.commandId;
    const clicked = performance.now();
    buttons[count % 2].click();
    if (window.commandId === before) throw new Error(`click ${count} sent no command`);
    while (!window.answered.has(window.commandId)) await pause();
    const { at, error } = window.answered.get(window.commandId);
    if (error) throw new Error(`click ${count}: ${error}`);
    durations.push(at - clicked);
  }
  return durations;
}
"""


async def run() -> Report:
    async with rooms() as stage:
        await stage.console.context.add_init_script(LISTEN)
        await stage.enter()
        await stage.tap()
        slider = stage.console.locator("[data-control=zoom] [data-part=slider]")
        await expect(slider).to_be_enabled()
        await stage.console.evaluate(_DRIVE, FIRST)
        durations = await stage.console.evaluate(_DRIVE, CLICKS)
    return _report(Sample(tuple(durations)))


def _report(trip: Sample) -> Report:
    row = Row(
        what=f"click on zoom to the phone's answer, median / p95 of {len(trip.values)}",
        here=str(trip),
        compared=f"p95 {trip.p95:.1f} ms",
        goal=f"p95 under {GOAL:.0f} ms",
        reached=trip.p95 < GOAL,
    )
    return Report([row], {"median_ms": trip.median, "p95_ms": trip.p95})
