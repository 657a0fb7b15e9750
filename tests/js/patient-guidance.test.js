import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { place } from "../../patient_pwa/static/later/guidance.js";
import { BEAT, Metronome } from "../../patient_pwa/static/later/metronome.js";

const box = { left: 10, top: 100, width: 400, height: 800 };

test("a point of a wide picture lies within its letterbox", () => {
  assert.deepEqual(place([0, 0], box, [1600, 800]), { left: 10, top: 400 });
  assert.deepEqual(place([1, 1], box, [1600, 800]), { left: 410, top: 600 });
  assert.deepEqual(place([0.5, 0.5], box, [1600, 800]), { left: 210, top: 500 });
});

test("a point of an upright picture lies within its pillars", () => {
  assert.deepEqual(place([0, 0], box, [400, 1600]), { left: 110, top: 100 });
  assert.deepEqual(place([1, 0.5], box, [400, 1600]), { left: 310, top: 500 });
});

test("before its size is known, a picture fills its place", () => {
  assert.deepEqual(place([0.25, 0.5], box, [0, 0]), { left: 110, top: 500 });
});

/** @type {number[]} */
let buzzes = [];
/** @type {number[]} when each tone begins, s */
let tones = [];
/** @type {string} */
let allowed = "running";
let now = 0;

class Sound {
  state = "suspended";
  destination = {};
  async resume() {
    this.state = allowed;
  }
  async close() {}
  get currentTime() {
    return now / 1000;
  }
  createOscillator() {
    return { frequency: { value: 0 }, connect() {}, stop() {}, start: (/** @type {number} */ at) => tones.push(at) };
  }
}

/** @param {number} ms */
async function pass(ms) {
  for (let left = ms; left > 0; left -= 5) {
    now += 5;
    mock.timers.tick(5);
  }
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

const pulse = { hidden: true, style: { setProperty() {} } };

function metronome() {
  return new Metronome(/** @type {any} */ (pulse), { now: () => now, Sound: /** @type {any} */ (Sound), buzz: () => buzzes.push(now) });
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  Object.assign(globalThis, { document: { querySelector: () => null } });
  buzzes = [];
  tones = [];
  allowed = "running";
  now = 0;
});

test("110 beats a minute, counted from the first, whatever the timers", async () => {
  const made = metronome();
  await made.set("silent");
  await pass(60_010);
  assert.equal(buzzes.length, 111);
  assert.ok(buzzes.every((at, beat) => at - beat * BEAT >= 0 && at - beat * BEAT < 10));
  assert.equal(pulse.hidden, false);
  await made.set("off");
  await pass(2000);
  assert.equal(buzzes.length, 111);
  assert.equal(pulse.hidden, true);
});

test("the sound comes with the beats, laid ahead of them", async () => {
  const made = metronome();
  await made.set("silent");
  await pass(1000);
  assert.deepEqual(tones, []);
  assert.equal(await made.set("sound"), true);
  await pass(5000);
  assert.ok(tones.length > 9);
  assert.ok(tones.every((at, index) => Math.abs(at * 1000 - (index + 2) * BEAT) < 1));
  await made.set("silent");
  const before = tones.length;
  await pass(5000);
  assert.equal(tones.length, before);
});

test("where sound wants a tap, the beat goes on without", async () => {
  allowed = "suspended";
  const made = metronome();
  assert.equal(await made.set("sound"), false);
  assert.equal(made.mode, "silent");
  assert.equal(pulse.hidden, false);
});
