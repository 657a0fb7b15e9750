import assert from "node:assert/strict";
import { test } from "node:test";

import { clocks, nextPhase, reading } from "../../console/static/room/cpr.js";
import { NOW, after, at, withPhone } from "./console-room.js";

/** The room after these changes of CPR, each [seconds since NOW, state]. @param {[number, string][]} changes */
function room(...changes) {
  const start = withPhone();
  const events = changes.map(([seconds, state], index) => ({
    version: start.call.version + 1 + index,
    at: NOW + seconds * 1000,
    fact: { type: "cpr.changed", by: "alice", state },
  }));
  return after(start, { type: "events", events });
}

test("the clocks run from the facts: since the beginning, in this phase, and hands on", () => {
  const now = clocks(at(room([0, "compressions"], [90, "pause"], [100, "compressions"]), 120_000));
  assert.deepEqual(now, { phase: "compressions", total: 120_000, inPhase: 20_000, handsOn: 110 / 120, isTiring: false, isLong: false });
});

test("who says again what is so already moves no clock", () => {
  const now = clocks(at(room([0, "compressions"], [30, "compressions"]), 60_000));
  assert.deepEqual([now?.total, now?.inPhase, now?.handsOn], [60_000, 60_000, 1]);
});

test("every two minutes of compressions rescuers change", () => {
  const pressing = room([0, "compressions"]);
  const tiring = [119_000, 120_000, 139_000, 141_000, 240_000].map((ms) => clocks(at(pressing, ms))?.isTiring);
  assert.deepEqual(tiring, [false, true, true, false, true]);
});

test("hands off for more than ten seconds is too long", () => {
  const still = room([0, "compressions"], [60, "pause"]);
  assert.deepEqual([69_000, 71_000].map((ms) => clocks(at(still, ms))?.isLong), [false, true]);
});

test("once it is over there is no clock, and the next CPR begins anew", () => {
  assert.equal(clocks(room([0, "compressions"], [60, "off"])), null);
  assert.equal(clocks(at(room([0, "compressions"], [60, "off"], [90, "compressions"]), 100_000))?.total, 10_000);
});

test("one key begins, stands still and goes on", () => {
  const phases = [room(), room([0, "compressions"]), room([0, "compressions"], [9, "pause"])].map(nextPhase);
  assert.deepEqual(phases, ["compressions", "pause", "compressions"]);
});

test("a clock is read as minutes and seconds", () => {
  assert.deepEqual([0, 7_900, 750_000].map(reading), ["0:00", "0:07", "12:30"]);
});
