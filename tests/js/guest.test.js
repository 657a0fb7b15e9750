/** The guests' page: what it knows and says, the link, and the guest's own camera. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { again } from "../../console/static/guest/door.js";
import { OwnCamera } from "../../console/static/guest/own-camera.js";
import { photosOf, sendsVideo, situation } from "../../console/static/guest/situation.js";
import { initial, reduce } from "../../console/static/guest/state.js";
import { FakePeer, open, peers, settle } from "./publisher-peer.js";

/** @typedef {import("../../console/static/guest/state.js").State} State */
/** @typedef {import("../../console/static/guest/state.js").Scene} Scene */

const NOW = 1_795_000_000_000;
const LOOK = { centre: "SAMU 54", name: "Dr Martin", role: "seen" };

/** @param {import("../../console/static/guest/state.js").Message[]} messages */
const page = (...messages) => messages.reduce(reduce, initial(NOW));

/** @param {Partial<Scene>} scene @param {import("../../console/static/guest/state.js").Message[]} messages */
const inside = (scene, ...messages) =>
  page(
    { type: "looked", look: { state: "ready", ...LOOK } },
    { type: "inside" },
    { type: "line", state: "open" },
    { type: "scene", scene: { state: "live", phone: "p1", way: "video", ...scene } },
    ...messages,
  );

/** @param {number} after ms */
const frame = (after) => ({ type: /** @type {const} */ ("frame"), clock: NOW + after, width: 1280, height: 720 });
/** @param {number} after ms */
const tick = (after) => ({ type: /** @type {const} */ ("tick"), clock: NOW + after });
const still = { type: /** @type {const} */ ("jpeg"), clock: NOW, jpeg: { kind: /** @type {const} */ ("stills"), participant: "p1", at: NOW, width: 320, height: 180 } };

// --- the door
test("a link that is ready waits for the button, one that may be ours is claimed at once, any other is over", () => {
  const steps = ["ready", "claimed", "mine", "expired", "unknown"].map(
    (state) => page({ type: "looked", look: { state, ...LOOK } }).step,
  );
  assert.deepEqual(steps, ["ready", "entering", "entering", "over", "over"]);
  assert.equal(page({ type: "looked", look: { state: "revoked", ...LOOK } }).why, "revoked");
});

test("a server that doesn't answer is asked until it does, and the page says so", async () => {
  let tries = 0;
  let said = 0;
  const work = async () => {
    if (++tries < 3) throw new Error("no network");
    return "ready";
  };
  const found = again(work, () => 300, () => said++);
  await settle();
  assert.equal(said, 1);
  mock.timers.tick(300);
  await settle();
  mock.timers.tick(300);
  assert.equal(page({ type: "waits" }).waits, true);
  assert.equal(await found, "ready");
  assert.equal(said, 2);
});

// --- the picture, in one sentence
test("the state of the picture is one word, from the wait to the cut", () => {
  assert.equal(situation(inside({ state: "waiting", phone: "" })), "waiting");
  assert.equal(situation(inside({})), "coming");
  assert.equal(situation(inside({}, frame(0))), "live");
  assert.equal(situation(inside({}, frame(0), tick(5_000))), "cut");
  assert.equal(situation(inside({ state: "cut" }, frame(0))), "cut");
  assert.equal(situation(inside({ state: "paused" }, frame(0))), "paused");
  assert.equal(situation(inside({ way: "stills" }, still)), "stills");
  assert.equal(situation(inside({}, frame(0), { type: "line", state: "lost" })), "lost");
});

test("frames are missed only while the phone sends video", () => {
  assert.ok(sendsVideo(inside({})));
  assert.ok(!sendsVideo(inside({ way: "stills" })));
  assert.ok(!sendsVideo(inside({ state: "paused" })));
});

test("the photo of the scene is fetched as the room fetches one", () => {
  assert.deepEqual(photosOf(inside({ way: "photo", photo: "c1" })), {
    captures: [{ id: "c1", kind: "photo", at: NOW }],
    phone: { participant: "p1", way: "photo" },
  });
  assert.deepEqual(photosOf(page()), { captures: [], phone: null });
});

// --- the pictures beside it
test("a picture shown large gives its place back to the caller's when it ends", () => {
  const beside = [{ id: "stream-s1", kind: /** @type {const} */ ("screen") }];
  const large = inside({ beside }, { type: "enlarge", id: "stream-s1" });
  assert.equal(large.large, "stream-s1");
  assert.equal(reduce(large, { type: "scene", scene: { ...large.scene, beside: [] } }).large, "");
});

// --- the guest's own camera
/** @param {Error} [refused] */
function ownCamera(refused) {
  /** @type {any[]} */
  const sent = [];
  /** @type {any} */
  let shown = null;
  let state = inside({});
  let hasEnded = false;
  const track = { readyState: "live", stop: () => (track.readyState = "ended"), getSettings: () => ({ facingMode: "user" }) };
  const devices = /** @type {any} */ ({
    getUserMedia: async (/** @type {any} */ { audio }) => {
      assert.equal(audio, undefined, "never the microphone");
      if (refused) throw refused;
      track.readyState = "live";
      return { getVideoTracks: () => [track] };
    },
    enumerateDevices: async () => [],
  });
  const request = async (/** @type {any} */ asked) => {
    sent.push(asked);
    if (hasEnded && asked.stream) throw Object.assign(new Error("no such stream"), { code: "not_found" });
    return { type: "shared", stream: "s1", sdp: "answer" };
  };
  const camera = new OwnCamera({
    socket: { request },
    onChange: (change) => (state = reduce(state, { type: "camera", change })),
    onTrack: (one) => (shown = one),
    devices,
    Peer: /** @type {any} */ (FakePeer),
  });
  return { camera, sent, end: () => void (hasEnded = true), track: /** @type {any} */ (track), shown: () => shown, state: () => state.camera };
}

test("the guest's camera is off until they turn it on, then shown small and sent to the others", async () => {
  const { camera, sent, shown, track, state } = ownCamera();
  camera.welcome([]);
  assert.deepEqual([state().status, open()], ["off", 0]);
  await camera.start();
  await settle();
  assert.deepEqual([state().status, shown()], ["on", track]);
  const [{ type, source, audience, stream }] = sent;
  assert.deepEqual({ type, source, audience, stream }, { type: "share", source: "camera", audience: "guests", stream: undefined });
});

test("turned off, the camera is released and the stream ended", async () => {
  const { camera, sent, shown, track, state } = ownCamera();
  await camera.start();
  await settle();
  camera.stop();
  assert.deepEqual([state().status, shown(), track.readyState, open()], ["off", null, "ended", 0]);
  assert.deepEqual(sent[sent.length - 1], { type: "unshare", stream: "s1" });
});

for (const [ended, streams] of /** @type {[boolean, any[]][]} */ ([
  [false, [undefined, "s1"]],
  [true, [undefined, "s1", undefined]],
])) {
  test(`after a cut of our line the camera goes on ${ended ? "as a new stream where its own has ended" : "with its stream"}`, async () => {
    const { camera, sent, end } = ownCamera();
    await camera.start();
    await settle();
    peers[0].become("connected");
    if (ended) end();
    camera.welcome([]);
    await settle();
    assert.deepEqual(sent.map(({ stream }) => stream), streams);
  });
}

test("a camera that is refused or taken away says why, and the page goes on", async () => {
  const refused = ownCamera(Object.assign(new Error("denied"), { name: "NotAllowedError" }));
  await refused.camera.start();
  assert.deepEqual([refused.state().status, refused.state().trouble], ["off", "denied"]);
  const { camera, track, state } = ownCamera();
  await camera.start();
  await settle();
  track.onended();
  assert.deepEqual([state().status, state().trouble], ["off", "lost"]);
});
