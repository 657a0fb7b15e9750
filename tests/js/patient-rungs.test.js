import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Rungs } from "../../patient_pwa/static/later/rungs.js";

const GOOD = { bitrate: 900, frames: 30, isHeard: true, isSending: true };
/** @type {any} */
const LINE = { loss: 0, carries: 1_000_000 };

let rungs = new Rungs();
let away = 0;

/** So many looks at the same, a second apart. @param {number} seconds @param {object | null} [rate] @param {object} [line] */
function see(seconds, rate = {}, line = {}, isCamera = true) {
  for (let second = 0; second < seconds; second++) {
    away = rate ? 0 : away + 1000;
    const seen = rate && { rate: { ...GOOD, ...rate }, reading: { ...LINE, ...line } };
    rungs.look({ away, isCamera, isLinked: Boolean(seen), rate: null, reading: null, ...seen });
  }
  return rungs.isStills;
}

beforeEach(() => {
  rungs = new Rungs();
  away = 0;
});

test("without a connection stills begin after 5 s, and after 2.5 s where there was one", () => {
  assert.equal(see(4, null), false);
  assert.equal(see(1, null), true);
  rungs = new Rungs();
  see(1);
  assert.equal(see(2, null), false);
  assert.equal(see(1, null), true);
});

for (const [what, rate, line] of /** @type {[string, object, object][]} */ ([
  ["less than 2 frames a second leave", { frames: 1 }, {}],
  ["more than 40% is lost", {}, { loss: 0.45 }],
  ["the line carries less than 50 kbit/s", {}, { carries: 40_000 }],
])) {
  test(`stills begin once ${what} for 4 s`, () => {
    see(10);
    assert.equal(see(3, rate, line), false);
    see(1);
    assert.equal(see(3, rate, line), false);
    assert.equal(see(1, rate, line), true);
  });
}

test("stills begin after 2 s in which nothing comes back", () => {
  see(10);
  assert.equal(see(1, { isHeard: false }), false);
  assert.equal(see(1, { isHeard: false }), true);
});

test("once something comes back, video is tried at once, however often that happened", () => {
  for (let time = 0; time < 5; time++) {
    see(5);
    see(30, { isHeard: false });
    assert.deepEqual([rungs.isStills, rungs.isDeaf], [true, true]);
    see(1);
    assert.equal(rungs.isTrying, true);
    assert.equal(see(2), false);
  }
});

test("a cut within a trial is a cut and no bad trial: video is tried again as soon as something comes back", () => {
  see(5);
  see(4, { isHeard: false });
  for (let time = 0; time < 6; time++) {
    see(1, {}, { loss: 0.7 });
    assert.equal(rungs.isTrying, true);
    see(3, { isHeard: false }, { loss: 0.7 }); // told before the cut
    assert.deepEqual([rungs.isTrying, rungs.isDeaf, rungs.isStills], [false, true, true]);
    see(20, { isHeard: false }, { loss: 0.7 });
  }
  see(1);
  assert.equal(see(2), false);
});

test("a camera that gives nothing is no fault of the line", () => {
  see(10);
  assert.equal(see(60, { frames: 0, isSending: false, isHeard: false }, {}, false), false);
});

test("a browser that does not tell what its line carries is judged by its frames", () => {
  see(10);
  assert.equal(see(20, {}, { carries: null }), false);
});

test("a connection that comes back is tried at once, and has the picture after 2 s of good frames", () => {
  see(2);
  see(4, null);
  see(1);
  assert.deepEqual([rungs.isStills, rungs.isTrying], [true, true]);
  see(1);
  assert.equal(rungs.isStills, true);
  see(1);
  assert.deepEqual([rungs.isStills, rungs.isTrying], [false, false]);
});

test("a line that was bad is tried again, later and later, until it is good", () => {
  see(2);
  see(4, { frames: 0 });
  const begun = [];
  for (let second = 1; second <= 90; second++) {
    const before = rungs.isTrying;
    see(1, { frames: 0 });
    if (!before && rungs.isTrying) begun.push(second);
  }
  assert.deepEqual(begun, [10, 38, 86]);
  while (!rungs.isTrying) see(1, { frames: 0 });
  assert.equal(see(2), false);
});

test("video that has proved itself for half a minute is given its next trial soon", () => {
  see(2);
  see(4, { frames: 0 });
  while (rungs.isStills) see(1);
  see(31);
  see(4, { frames: 0 });
  see(9, { frames: 0 });
  assert.equal(rungs.isTrying, false);
  see(1, { frames: 0 });
  assert.equal(rungs.isTrying, true);
});
