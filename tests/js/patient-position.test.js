import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Position } from "../../patient_pwa/static/later/position.js";

/** @type {any[]} */
let told = [];
/** @type {any[][]} */
let watches = [];
/** @type {number[]} */
let cleared = [];

function position(visible = true) {
  return new Position({
    visible: () => visible,
    tell: (frame) => told.push(frame),
    onChange: () => told.push("change"),
    geolocation: /** @type {any} */ ({
      watchPosition: (/** @type {any[]} */ ...watch) => watches.push(watch) - 1,
      clearWatch: (/** @type {number} */ id) => cleared.push(id),
    }),
  });
}

beforeEach(() => {
  told = [];
  watches = [];
  cleared = [];
});

test("each fix is told as the phone found it, unrounded", () => {
  const made = position();
  made.set(true);
  watches[0][0]({ coords: { latitude: 48.69205412345, longitude: 6.18441712345, accuracy: 4.2, altitude: 1 } });
  assert.deepEqual(told, [{ type: "position", latitude: 48.69205412345, longitude: 6.18441712345, accuracy: 4.2 }]);
  assert.deepEqual(watches[0][2], { enableHighAccuracy: true, timeout: 10_000, maximumAge: 0 });
});

test("a page that closes is refused its position, and says nothing of it", () => {
  const made = position(false);
  made.set(true);
  watches[0][1]({ code: 1 });
  assert.deepEqual(told, []);
  assert.equal(made.watching, true);
});

test("a caller who refuses is told, and no longer watched", () => {
  const made = position();
  made.set(true);
  watches[0][1]({ code: 1 });
  assert.deepEqual(told, [{ type: "position_error", reason: "denied" }, "change"]);
  assert.deepEqual([made.denied, made.watching], [true, false]);
});

test("a position that is slow or not to be had is told, and still waited for", () => {
  const made = position();
  made.set(true);
  watches[0][1]({ code: 3 });
  watches[0][1]({ code: 2 });
  assert.deepEqual(told.filter(({ type }) => type).map(({ reason }) => reason), ["timeout", "unavailable"]);
  assert.deepEqual([made.denied, made.watching], [false, true]);
});

test("asking again after a refusal asks the phone again", () => {
  const made = position();
  made.set(true);
  watches[0][1]({ code: 1 });
  made.set(true);
  assert.equal(watches.length, 2);
  assert.deepEqual([made.denied, made.watching], [false, true]);
});

test("a cellar that says the same every ten seconds is told once, until it is found again", () => {
  const made = position();
  made.set(true);
  watches[0][1]({ code: 3 });
  watches[0][1]({ code: 3 });
  watches[0][0]({ coords: { latitude: 1, longitude: 2, accuracy: 3 } });
  watches[0][1]({ code: 3 });
  const types = told.filter(({ type }) => type).map(({ type }) => type);
  assert.deepEqual(types, ["position_error", "position", "position_error"]);
});

test("stopping ends the watch", () => {
  const made = position();
  made.set(true);
  made.set(false);
  assert.deepEqual(cleared, [0]);
  assert.equal(made.watching, false);
});

test("a phone without it is not asked", () => {
  const made = new Position({ tell() {}, onChange() {}, geolocation: undefined });
  made.set(true);
  assert.deepEqual([made.available, made.watching], [false, false]);
});
