import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Watch } from "../../patient_pwa/static/later/watch.js";

/** @typedef {{open: boolean, calm: number, track: any}} Held */

/** @type {any[]} */
let told = [];
let now = 0;
let encoded = 0;
/** @type {number | undefined} */
let shown = 0;
let reopened = 0;
let why = ""; // there is no fresh camera
/** @type {Held} */
let camera;
/** @type {{[sign: string]: any}} */
let is;
/** @type {Watch} */
let watch;

beforeEach(() => {
  told = [];
  now = encoded = shown = reopened = 0;
  why = "";
  camera = { open: true, calm: 0, track: { muted: false } };
  is = { wanted: true, asking: false, visible: true, linked: true, heard: true, permission: "granted" };
  watch = new Watch({
    camera: /** @type {any} */ (camera),
    now: () => now,
    emit: ({ reason }) => told.push(`screen ${reason}`),
    step: (step) => told.push(/** @type {any} */ (step)),
    capture: {
      refuse: (reason) => told.push(`refused ${reason}`),
      reopen: async () => {
        reopened++;
        if (!why) Object.assign(camera, { open: true, calm: now });
        return why;
      },
    },
    signs: {
      wanted: () => is["wanted"],
      asking: () => is["asking"],
      visible: () => is["visible"],
      linked: () => is["linked"],
      heard: () => is["heard"],
      encoded: async () => encoded,
      shown: () => shown,
      permission: async () => is["permission"],
    },
  });
});

/** @param {number} seconds @param {{encodes?: boolean, shows?: boolean}} [camera] */
async function pass(seconds, { encodes = false, shows = encodes } = {}) {
  for (let half = 0; half < seconds * 2; half++) {
    now += 500;
    if (encodes) encoded++;
    if (shows) shown = (shown ?? 0) + 1;
    await watch.look();
  }
}

const lives = { encodes: true };
const lost = (/** @type {string} */ cause) => ({ type: "step", step: "camera.lost", cause });
const BACK = { type: "step", step: "camera.back" };

test("a camera that gives frames is left alone", async () => {
  await pass(60, lives);
  assert.deepEqual([told, reopened], [[], 0]);
});

test("frames judge: a live track without a new frame for two seconds is opened afresh, and both ends are told", async () => {
  await pass(3, lives);
  await pass(1.5);
  assert.equal(reopened, 0);
  await pass(0.5);
  assert.equal(reopened, 1);
  await pass(1, lives);
  assert.deepEqual(told, [lost("frozen"), BACK]);
});

test("spurious mutes of iOS last about a second, and are waited out", async () => {
  await pass(3, lives);
  camera.track.muted = true;
  await pass(1.5);
  await pass(1, lives);
  assert.deepEqual([told, reopened], [[], 0]);
});

test("an interruption that mutes the camera for longer is told as another app, and the camera opened afresh", async () => {
  await pass(3, lives);
  camera.track.muted = true;
  await pass(2);
  assert.deepEqual([told, reopened], [[lost("taken")], 1]);
});

test("a camera that ends is opened afresh at once", async () => {
  await pass(3, lives);
  camera.open = false;
  await pass(0.5);
  assert.deepEqual([told, reopened], [[lost("taken")], 1]);
});

test("a camera that another app holds is asked for again and again, and told once", async () => {
  await pass(3, lives);
  camera.open = false;
  why = "busy";
  await pass(30);
  assert.ok(reopened > 3 && reopened < 10);
  assert.deepEqual(new Set(told.slice(1)), new Set(["screen busy"]));
  why = "";
  await pass(10);
  await pass(1, lives);
  assert.deepEqual([told[0], told[told.length - 1]], [lost("taken"), BACK]);
});

test("a permission that was withdrawn is told, and only the caller's finger asks again", async () => {
  await pass(3, lives);
  camera.open = false;
  is["permission"] = "prompt";
  await pass(10);
  assert.deepEqual([told, reopened], [[lost("withdrawn"), "screen withdrawn"], 0]);
  is["asking"] = true;
  await pass(2);
  Object.assign(is, { asking: false, permission: "granted" });
  camera.open = true;
  await pass(1, lives);
  assert.deepEqual(told.slice(2), [BACK]);
});

test("a permission that iOS gave for once, and calls a prompt, is none that was withdrawn", async () => {
  is["permission"] = "prompt";
  await pass(3, lives);
  camera.open = false;
  await pass(0.5);
  assert.deepEqual([told, reopened], [[lost("taken")], 1]);
});

test("a phone that refuses a fresh camera has withdrawn it, and is left to its caller", async () => {
  await pass(3, lives);
  camera.open = false;
  why = "denied";
  await pass(20);
  assert.deepEqual([told.slice(1), reopened], [[lost("withdrawn"), "refused denied"], 1]);
});

test("a hidden page is told as hidden, and its camera not opened: phones give none then", async () => {
  await pass(3, lives);
  is["visible"] = false;
  await pass(10);
  assert.deepEqual([told, reopened], [[lost("hidden")], 0]);
  is["visible"] = true;
  camera.calm = now;
  await pass(1, lives);
  assert.deepEqual(told.slice(1), [BACK]);
});

test("a camera that stays dead after the page came back is opened afresh", async () => {
  await pass(3, lives);
  is["visible"] = false;
  await pass(10);
  is["visible"] = true;
  camera.calm = now;
  await pass(2);
  assert.equal(reopened, 1);
});

test("a page that is put to sleep says so with its last word", async () => {
  await pass(1, lives);
  watch.sleep();
  assert.deepEqual(told, [lost("locked")]);
});

test("a picture that the caller sees and the line does not take is the network's fault, and the camera is left alone", async () => {
  await pass(3, lives);
  await pass(4, { shows: true });
  assert.deepEqual([told, reopened], [[lost("network")], 0]);
  await pass(1, lives);
  assert.deepEqual(told.slice(1), [BACK]);
});

test("an encoder that never comes back gets a fresh camera", async () => {
  await pass(3, lives);
  await pass(7, { shows: true });
  assert.equal(reopened, 1);
});

test("while there is no connection the caller's own picture tells whether the camera lives", async () => {
  await pass(3, lives);
  is["linked"] = false;
  await pass(10, { shows: true });
  assert.deepEqual([told, reopened], [[], 0]);
  await pass(2);
  assert.deepEqual([told, reopened], [[lost("frozen")], 1]);
});

test("a new connection has two seconds for its first frame", async () => {
  is["linked"] = false;
  await pass(10, { shows: true });
  is["linked"] = true;
  await pass(1.5);
  assert.equal(reopened, 0);
});

test("the preview gap of a photo on Android is no dead camera", async () => {
  await pass(3, lives);
  camera.calm = now + 5000;
  await pass(6);
  assert.equal(reopened, 0);
});

test("tries come less and less often", async () => {
  await pass(1, lives);
  await pass(60);
  assert.ok(reopened > 5 && reopened < 12, String(reopened));
  assert.deepEqual(told, [lost("frozen")]);
});

test("a caller who stopped, or who was never filmed, is not filmed", async () => {
  is["wanted"] = false;
  camera.open = false;
  await pass(10);
  Object.assign(is, { wanted: true, permission: "denied" });
  camera.track = null;
  await pass(10);
  assert.deepEqual([told, reopened], [[], 0]);
});

test("a prompt that waits for ever does not blind the watch", async () => {
  await pass(1, lives);
  camera.open = false;
  /** @type {any} */ (watch)._options.capture.reopen = () => new Promise(() => reopened++);
  await pass(20);
  assert.ok(reopened > 1);
});
