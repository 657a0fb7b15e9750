import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Quality } from "../../patient_pwa/static/later/profile.js";

/** @type {any[]} */
let tuned = [];
/** @type {any[]} */
let sent = [];
/** @type {any} */
let camera;
/** @type {Quality} */
let quality;

const track = (width = 1280, height = 720) => ({ getSettings: () => ({ width, height }) });

beforeEach(() => {
  tuned = [];
  sent = [];
  camera = { track: track(), tune: async (/** @type {any[]} */ ...how) => tuned.push(how) };
  quality = new Quality({ camera, send: (sending) => sent.push(sending) });
});

test("gestures keep the frames, details keep the sharpness and have a finer picture", async () => {
  await quality.set("motion");
  await quality.set("detail");
  assert.deepEqual(tuned.map(([hint]) => hint), ["motion", "detail"]);
  assert.deepEqual(sent.map((sending) => sending.degradationPreference), ["maintain-framerate", "maintain-resolution"]);
  assert.deepEqual([tuned[0][1], tuned[1][1].width], [undefined, { ideal: 1920 }]);
});

test("a weak line gets 320 pixels, few frames and 150 kbit/s, and the camera stays as it is", async () => {
  await quality.set("weak");
  const [{ maxBitrate, maxFramerate, scaleResolutionDownBy }] = sent;
  assert.deepEqual([maxBitrate, maxFramerate, scaleResolutionDownBy], [150_000, 10, 4]);
  assert.equal(tuned[0][1], undefined);
});

test("swap: what is sent is reckoned anew for the size of another camera, also held upright", async () => {
  await quality.set("weak");
  camera.track = track(480, 640);
  await quality.fit();
  await quality.fit();
  assert.deepEqual(sent.map((sending) => sending.scaleResolutionDownBy), [4, 2]);
});

test("a camera smaller than that is not made larger", async () => {
  camera.track = track(176, 144);
  await quality.set("weak");
  assert.equal(sent[0].scaleResolutionDownBy, 1);
});

test("a dark scene drops to 15 frames a second, and the brighter picture that follows does not take it back", async () => {
  await quality.see(20);
  assert.deepEqual(tuned, [["motion", { frameRate: { ideal: 15, max: 15 } }]]);
  await quality.see(45);
  assert.equal(tuned.length, 1);
  await quality.see(140);
  assert.deepEqual(tuned[1], ["motion", undefined]);
});

test("a dark scene does not overrule the regulator, and counts again once they leave it to the phone", async () => {
  await quality.set("motion");
  await quality.see(20);
  assert.equal(tuned.length, 1);
  await quality.set("auto");
  assert.deepEqual(tuned[1][1], { frameRate: { ideal: 15, max: 15 } });
});

test("without a camera a profile is kept for the next one", async () => {
  camera.track = null;
  await quality.set("weak");
  assert.equal(sent.length, 0);
  camera.track = track();
  await quality.fit();
  assert.equal(sent[0].maxBitrate, 150_000);
});
