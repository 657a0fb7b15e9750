import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Ladder } from "../../patient_pwa/static/later/ladder.js";
import { Lookout } from "../../patient_pwa/static/later/lookout.js";

/** @type {any[]} */
let told = [];
/** @type {any[]} */
let emitted = [];
/** @type {any[]} */
let silences = [];
/** @type {any} */
let state;
/** @type {any} */
let stills;
let isLookingOut = false;
let isVisible = true;
let clock = 0;
let away = 0;
let isSocketOpen = true;
/** @type {any} */
let line;
/** @type {any} */
let host;
/** @type {Ladder} */
let ladder;

function statistics() {
  return new Map(
    Object.entries({
      T: { type: "transport", selectedCandidatePairId: "P" },
      P: { type: "candidate-pair", localCandidateId: "L", bytesReceived: line.heard, responsesReceived: 0 },
      L: { type: "local-candidate", candidateType: "relay", relayProtocol: "tcp" },
      O: { type: "outbound-rtp", bytesSent: line.sent * 1000, framesEncoded: line.frames, packetsSent: line.sent, frameWidth: 640, frameHeight: 360 },
    }),
  );
}

/** A second each, in which the line does as said. @param {number} seconds @param {{frames?: number, isDeaf?: boolean}} [flow] */
async function look(seconds = 1, { frames = 30, isDeaf = false } = {}) {
  for (let second = 0; second < seconds; second++) {
    clock += 1000;
    const isFlowing = state.link === "connected" && silences[silences.length - 1] == null;
    line.frames += isFlowing ? frames : 0;
    line.sent += isFlowing ? frames : 0;
    line.heard += isDeaf ? 0 : 1;
    away = state.link === "connected" ? 0 : away + 1000;
    await ladder.look();
  }
}

const ways = () => told.filter(({ type }) => type === "way").map(({ way }) => way);

beforeEach(() => {
  mock.timers.reset();
  told = [];
  emitted = [];
  silences = [];
  state = { screen: "live", link: "connected", socket: "open", stills: false };
  stills = { on: false, modest: false, last: null, start: () => (stills.on = true), stop: () => (stills.on = false), arrived: () => {}, again: () => (stills.again_ = true), quality: () => ({ bitrate: 80, frames: 1, width: 320, height: 180, round_trip: 300 }) };
  isVisible = isSocketOpen = true;
  isLookingOut = false;
  clock = away = 0;
  line = { frames: 0, sent: 0, heard: 0 };
  host = {
    state: () => state,
    camera: { open: true },
    publisher: {
      stats: async () => statistics(),
      silence: async (/** @type {any} */ count) => silences.push(count),
      get away() {
        return away;
      },
    },
    socket: { send: (/** @type {any} */ frame) => isSocketOpen && told.push(frame) > 0, quiet: 100 },
    tell: () => false,
    emit: (/** @type {any} */ message) => {
      emitted.push(message);
      state.stills = message.stills;
    },
  };
  const frames = () => (clock / 1000) * 30;
  ladder = new Ladder(host, {
    stills,
    frames,
    lookout: /** @type {any} */ ({ watch: (/** @type {boolean} */ isLost) => (isLookingOut = isLost) }),
    isVisible: () => isVisible,
    battery: () => 0.5,
    now: () => clock,
  });
});

test("the way is told once, and again to a server that may have missed it", async () => {
  await look(10);
  assert.deepEqual(ways(), ["turn_tcp"]);
  ladder.again();
  await look();
  assert.deepEqual(ways(), ["turn_tcp", "turn_tcp"]);
});

test("what leaves is told every two seconds", async () => {
  await look(6);
  const measured = told.filter(({ type }) => type === "quality");
  assert.deepEqual(measured[1], { type: "quality", bitrate: 240, frames: 30, width: 640, height: 360, loss: 0, round_trip: null, battery: 0.5 });
  assert.equal(measured.length, 2);
});

test("when nothing comes back stills begin, and are the way once one has arrived", async () => {
  await look(5);
  await look(2, { isDeaf: true });
  assert.equal(stills.on, true);
  assert.deepEqual(ways(), ["turn_tcp"]);
  assert.deepEqual(silences, []);
  ladder.arrived(1);
  assert.deepEqual(ways(), ["turn_tcp", "stills"]);
  assert.deepEqual(emitted.pop(), { type: "stills", stills: true });
  host.socket.quiet = 5000;
  await look();
  assert.deepEqual(emitted.pop(), { type: "stills", stills: false });
});

test("video is silent while stills have the line, and the camera is judged by its own frames", async () => {
  await look(5);
  await look(4, { frames: 1 });
  assert.equal(silences.length, 1);
  assert.equal(silences[0](), 270);
});

test("video is tried beside modest stills, and takes the picture over once it is good", async () => {
  await look(5);
  await look(4, { frames: 1 });
  ladder.arrived(1);
  await look(10);
  assert.deepEqual([stills.on, stills.modest, silences[1]], [true, true, null]);
  await look(3);
  assert.equal(stills.on, false);
  assert.equal(ways().pop(), "turn_tcp");
  assert.deepEqual(emitted.pop(), { type: "stills", stills: false });
});

test("after a cut in which no still arrived, the new connection has the line to itself", async () => {
  await look(5);
  state.link = "lost";
  await look(4);
  assert.equal(stills.on, true);
  state.link = "connected";
  await look();
  assert.equal(stills.on, false);
  await look(3);
  assert.deepEqual(ways(), ["turn_tcp"]);
});

test("nothing is sent of a camera that is off, or of a page that nobody sees", async () => {
  state.link = "lost";
  await look(8);
  assert.equal(stills.on, true);
  isVisible = false;
  await look();
  assert.equal(stills.on, false);
  isVisible = true;
  await look();
  assert.equal(stills.on, true);
  state.screen = "hungup";
  await look();
  assert.equal(stills.on, false);
});

test("it looks out for the network while the server is lost, or says nothing while no picture leaves", async () => {
  await look();
  assert.equal(isLookingOut, false);
  state.socket = "lost";
  await look();
  assert.equal(isLookingOut, true);
  state.socket = "open";
  state.link = "lost";
  await look();
  assert.equal(isLookingOut, false);
  host.socket.quiet = 2500;
  await look();
  assert.equal(isLookingOut, true);
});

test("the lookout asks twice a second until somebody answers", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  /** @type {string[]} */
  const asked = [];
  let isBack = false;
  let answers = 0;
  const lookout = new Lookout({
    onAnswer: () => answers++,
    ask: async (path, { method }) => {
      asked.push(`${method} ${path}`);
      if (!isBack) throw new TypeError("no network");
    },
  });
  lookout.watch(true);
  lookout.watch(true);
  for (let second = 0; second < 3; second++) {
    mock.timers.tick(500);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
  assert.deepEqual([asked, answers], [["HEAD /healthz", "HEAD /healthz", "HEAD /healthz"], 0]);
  isBack = true;
  mock.timers.tick(500);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assert.equal(answers, 1);
  lookout.watch(false);
  mock.timers.tick(60_000);
  assert.equal(asked.length, 4);
});
