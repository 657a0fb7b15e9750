"""What the room costs its workstation: an update in a long session, half an hour of them, and nothing."""

from __future__ import annotations

from typing import Any, Final

from playwright.async_api import CDPSession

from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import rooms
from tests.e2e.desk import invite

EVENTS: Final = 5_000  # of the session, before the updates
UPDATES: Final = 300
MINUTES: Final = 30  # of events, one after the other as fast as they can be shown
GOAL: Final = 16.0  # ms: a frame of the screen
HEAP: Final = 5.0  # MB that half an hour may leave
IDLE_FOR: Final = 10  # seconds

# Frames that seem to come from the server. `update`: milliseconds of script for the message, and of script,
# style and layout for the screen.
_WATCH: Final = """
(() => {
  window.WebSocket = class extends WebSocket {
    constructor(...options) {
      super(...options);
      window.line = this;
    }
  };
  window.hear = (frame) => {
    window.line.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  };
  window.update = (frame) => new Promise((resolve) => {
    let began = 0;
    requestAnimationFrame(() => (began = performance.now()));
    const heard = performance.now();
    window.hear(frame);
    const folded = performance.now() - heard;
    requestAnimationFrame(() => {
      document.body.getBoundingClientRect().height;
      resolve([folded, performance.now() - began]);
    });
  });
})();
"""
# A phone that walks about, and a regulator who drives it: what fills a session.
_CALL: Final = """
(() => {
  const participant = "0193a1b2c3d5bbbbbbbbbbbbbbbbbbbb";
  const controls = { camera: "environment", torch: false, zoom: 1, position: true };
  const capabilities = { facing: ["environment", "user"], torch: true, zoom: [1, 8, 0.1], position: true };
  let version = 1000;
  const event = (fact) => ({ version: ++version, at: Date.now(), fact: { participant, ...fact } });
  const state = (zoom) => {
    const now = { ...controls, zoom };
    const both = { wanted: now, actual: now };
    return event({ type: "phone.state", epoch: 1, revision: version, capabilities, ...both, reasons: {} });
  };
  const fix = (count) => {
    const [latitude, longitude] = [48.69 + count / 1e5, 6.18 + count / 1e5];
    const position = `fix-${version + 1}`;
    return event({ type: "position.fixed", position, latitude, longitude, accuracy: 12 });
  };
  const zoom = (count) => 1 + (count % 70) / 10;
  const sent = (count) => {
    return { type: "command.sent", command: `c-${count}`, by: "u", name: "zoom", value: zoom(count) };
  };
  const address = (count) => `${count} Place Stanislas, 54000 Nancy`;
  const kinds = [
    (count) => event(sent(count)),
    (count) => state(zoom(count)),
    (count) => event({ type: "command.answered", command: `c-${count - 2}`, error: null }),
    (count) => fix(count),
    (count) => event({ type: "position.addressed", position: `fix-${version}`, address: address(count) }),
  ];
  window.joins = () => [
    event({ type: "link.claimed", invitation: "i", browser: "Safari 18, iOS", language: "fr" }),
    event({ type: "camera.granted" }),
    event({ type: "media.connected" }),
    state(1),
    event({ type: "picture.first" }),
  ];
  window.next = (count) => kinds[count % kinds.length](count);
  window.quality = (count) => ({
    type: "quality", participant, bitrate: 900 + (count % 300), frames: 28 + (count % 3),
    width: 1280, height: 720, loss: 0.01, round_trip: 60 + (count % 20),
  });
})();
"""
_OPEN: Final = """
async (events) => {
  const frame = { type: "events", events: [...window.joins()] };
  for (let count = 0; count < events; count++) frame.events.push(window.next(count));
  return await window.update(frame);
}
"""
_UPDATE: Final = """
async (times) => {
  const found = [];
  for (let count = 0; count < times; count++) {
    const isFact = count % 2;
    found.push(await window.update(
      isFact ? { type: "events", events: [window.next(count)] } : window.quality(count),
    ));
  }
  return found;
}
"""
# What a session of so many minutes hears: each second its quality, each two seconds a fact.
_LIVE: Final = """
async (minutes) => {
  for (let second = 0; second < minutes * 60; second++) {
    window.hear(window.quality(second));
    if (second % 2) window.hear({ type: "events", events: [window.next(second)] });
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
"""


async def run() -> Report:
    async with rooms() as stage:
        await stage.console.context.add_init_script(_WATCH)
        await stage.console.context.add_init_script(_CALL)
        await stage.console.goto(stage.product.origin)
        await invite(stage.console, stage.product)
        await stage.console.wait_for_function("() => window.line?.readyState === 1")
        devtools = await stage.console.context.new_cdp_session(stage.console)
        await devtools.send("Performance.enable")
        opened = await stage.console.evaluate(_OPEN, EVENTS)
        found = await stage.console.evaluate(_UPDATE, UPDATES)
        before = await _heap(devtools)
        await stage.console.evaluate(_LIVE, MINUTES)
        grown = await _heap(devtools) - before
        busy = await _metric(devtools, "TaskDuration")
        await stage.console.wait_for_timeout(IDLE_FOR * 1000)
        idle = (await _metric(devtools, "TaskDuration") - busy) / IDLE_FOR * 100
    folded, painted = (Sample(tuple(one[at] for one in found)) for at in (0, 1))
    return _report(opened, folded, painted, grown, before, idle)


async def _heap(devtools: CDPSession) -> float:
    """MB of JavaScript that is still in use."""
    await devtools.send("HeapProfiler.collectGarbage")
    return await _metric(devtools, "JSHeapUsedSize") / 1e6


async def _metric(devtools: CDPSession, name: str) -> float:
    found: dict[str, Any] = await devtools.send("Performance.getMetrics")
    return float(next(one["value"] for one in found["metrics"] if one["name"] == name))


def _report(
    opened: list[float], folded: Sample, painted: Sample, grown: float, heap: float, idle: float
) -> Report:
    rows = [
        Row(
            what=f"script, style and layout of an update after {EVENTS} events, median / p95 of {UPDATES}",
            here=str(painted),
            beside=f"{folded} (message alone)",
            goal=f"p95 under {GOAL:.0f} ms",
            reached=painted.p95 < GOAL,
        ),
        Row(
            what=f"the {EVENTS} events of a session that is entered",
            here=f"{opened[0]:.0f} ms, {opened[1]:.0f} ms to show",
        ),
        Row(
            what=f"memory of scripts that {MINUTES} minutes of events leave",
            here=f"{grown:.1f} MB",
            beside=f"{heap:.1f} MB (before)",
            goal=f"at most {HEAP:.0f} MB",
            reached=grown <= HEAP,
        ),
        Row(what="main thread of a room in which nothing happens", here=f"{idle:.1f} % of a core"),
    ]
    numbers = {"update_median_ms": painted.median, "update_p95_ms": painted.p95, "enter_ms": sum(opened)}
    return Report(rows, {**numbers, "heap_grown_mb": grown, "heap_mb": heap, "idle_percent": idle})
