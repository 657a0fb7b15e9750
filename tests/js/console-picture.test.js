import assert from "node:assert/strict";
import { test } from "node:test";

import { photoProgress, shots } from "../../console/static/room/captures.js";
import { Documents, LIMIT, papers, refusalOf } from "../../console/static/room/documents.js";
import { parseStill } from "../../console/static/room/jpegs.js";
import { grade, isCurrent, measured, shown, wayOf } from "../../console/static/room/picture.js";
import { pictureBox, placeIn } from "../../console/static/room/pointing.js";
import { situation } from "../../console/static/room/situation.js";
import { NOW, after, at, claimed, connected, emptyRoom, firstPicture, frame, happen, invited, queued, withPhone } from "./console-room.js";

/** @typedef {import("../../console/static/room/state.js").State} State */

/** @param {State} state @param {number} milliseconds @param {"stills" | "photo"} [kind] */
const still = (state, milliseconds, kind = "stills") =>
  after(state, { type: "jpeg", clock: NOW + milliseconds, jpeg: { kind, participant: "p1", at: NOW + milliseconds, width: 640, height: 480 } });

/** Video from one time to another. @param {State} state @param {number} from @param {number} to */
function video(state, from, to) {
  for (let time = from; time <= to; time += 250) state = frame(state, time);
  return state;
}

// ---------------------------------------------------------------- stills and video
test("a still takes the place of a video that stopped, and the steady video takes it back", () => {
  let state = video(withPhone(), 20_000, 22_000);
  assert.equal(shown(state), "video");
  state = still(state, 23_000);
  assert.equal(shown(state), "jpeg");
  state = still(video(state, 24_000, 24_500), 24_600);
  assert.equal(shown(state), "jpeg", "the first frames may be a trial");
  state = video(state, 24_750, 25_250);
  assert.equal(shown(state), "video");
});

test("a still of long ago is never shown when video comes back", () => {
  const state = frame(still(video(withPhone(), 20_000, 22_000), 23_000), 60_000);
  assert.equal(shown(state), "video");
});

test("stills that go on are a picture of this moment, stills that stopped are trouble", () => {
  const state = still(happen(emptyRoom(), invited, queued, claimed), 20_000);
  assert.equal(situation(state), null);
  assert.equal(isCurrent(at(state, 29_999)), true);
  assert.equal(situation(at(state, 31_000))?.title, "stalled");
  assert.equal(Number(at(state, 31_000).now) - Number(situation(at(state, 31_000))?.since), 11_000);
});

test("a photo is looked at for as long as nothing newer comes", () => {
  const refused = happen(emptyRoom(), invited, queued, claimed, { type: "camera.refused", participant: "p1", reason: "denied" });
  assert.equal(situation(at(still(refused, 20_000, "photo"), 300_000)), null);
});

test("the way is named by what is seen", () => {
  const way = (/** @type {string} */ name) => happen(frame(withPhone(), 20_000), { type: "picture.way", participant: "p1", way: name });
  assert.equal(wayOf(withPhone()), "");
  assert.equal(wayOf(frame(withPhone(), 20_000)), "direct");
  assert.deepEqual(["udp", "turn_udp", "turn_tcp", "turn_tls", "stills", "photo"].map((name) => wayOf(way(name))),
    ["direct", "relayed", "relayed", "relayed", "stills", "photo"]);
  assert.equal(wayOf(still(withPhone(), 20_000)), "stills");
});

test("the network is graded by its worst figure, and by nothing that is old", () => {
  const fine = { participant: "p1", bitrate: 900, frames: 25, width: 1280, height: 720 };
  const graded = (/** @type {object} */ worse) => grade(after(withPhone(), { type: "quality", quality: measured({ ...fine, ...worse }) }));
  assert.equal(graded({}), "good");
  assert.deepEqual([{ loss: 0.05 }, { bitrate: 200 }, { round_trip: 600 }, { frames: 8 }].map(graded), Array(4).fill("fair"));
  assert.deepEqual([{ loss: 0.3 }, { bitrate: 50 }, { round_trip: 2000 }, { frames: 2 }].map(graded), Array(4).fill("poor"));
  assert.equal(graded({ participant: "p9" }), "");
  const state = after(withPhone(), { type: "quality", quality: measured(fine) });
  assert.equal(grade(at(state, 11_000 + 9_000)), "");
});

test("a binary frame holds the phone, the time and the JPEG; a shorter one is none", () => {
  const id = "0193a1b2c3d5bbbbbbbbbbbbbbbbbbbb";
  const data = new Uint8Array(43);
  data.set(new TextEncoder().encode(id));
  new DataView(data.buffer).setBigUint64(32, BigInt(NOW));
  data.set([255, 216, 255], 40);
  assert.deepEqual(parseStill(data.buffer), { participant: id, at: NOW, jpeg: new Uint8Array([255, 216, 255]) });
  assert.equal(parseStill(new ArrayBuffer(40)), null);
});

// ---------------------------------------------------------------- pointing
test("a click is a share of the picture, not of the black beside it", () => {
  const tall = pictureBox({ left: 100, top: 50, width: 1000, height: 500 }, { width: 720, height: 1280 });
  assert.deepEqual(tall, { left: 459.375, top: 50, width: 281.25, height: 500 });
  assert.deepEqual(placeIn(tall, { x: 600, y: 175 }), [0.5, 0.25]);
  assert.equal(placeIn(tall, { x: 300, y: 175 }), null);
  const wide = pictureBox({ left: 0, top: 0, width: 1000, height: 1000 }, { width: 1280, height: 720 });
  assert.deepEqual(placeIn(wide, { x: 1000, y: 781.25 }), [1, 1]);
  assert.equal(placeIn(wide, { x: 500, y: 100 }), null);
});

// ---------------------------------------------------------------- photos and documents
const photo = { type: "photo.stored", capture: "k1", participant: "p1", width: 4032, height: 3024, size: 9, command: "c" };
const coming = (/** @type {number} */ bytes, kind = /** @type {"photo" | "document"} */ ("photo")) =>
  ({ type: /** @type {const} */ ("file.progress"), progress: { file: "f1", participant: "p1", kind, at: bytes, size: 100 } });

test("a photo's bytes are counted until it is stored, refused or given up", () => {
  const state = after(withPhone(), coming(45));
  assert.equal(photoProgress(state), 0.45);
  assert.equal(photoProgress(happen(state, photo)), null);
  const second = { ...coming(10), progress: { ...coming(10).progress, file: "f2" } };
  assert.equal(photoProgress(happen(after(state, second), photo)), 0.1, "the other goes on");
  assert.equal(photoProgress(happen(after(state, second, coming(20)), photo)), 0.1);
  assert.equal(photoProgress(happen(state, { type: "file.failed", participant: "p1", file: "f1", kind: "photo", reason: "bad_file" })), null);
  assert.equal(photoProgress(at(state, 60_000)), null);
  assert.equal(photoProgress(happen(state, { ...photo, participant: "p9" })), 0.45);
});

test("a photo stands among the captures with its size", () => {
  const [shot] = shots(happen(withPhone(), photo));
  assert.deepEqual([shot?.kind, shot?.capture, shot?.width, shot?.status], ["photo", "k1", 4032, "stored"]);
});

const document = (/** @type {string} */ id, by = /** @type {string | undefined} */ ("alice")) =>
  ({ type: "document.stored", document: id, participant: "p1", media_type: "application/pdf", size: 2000, ...(by && { by }) });

test("documents are sent, opened and received, the newest first", () => {
  const state = happen(withPhone(), document("d1"), document("d2"), document("d3", ""), { type: "document.opened", document: "d1", participant: "p1" });
  assert.deepEqual(papers(after(state, coming(50, "document"))).map(({ key, status, share }) => [key, status, share]),
    [["f1", "arriving", 0.5], ["d3", "received", 1], ["d2", "sent", 1], ["d1", "opened", 1]]);
  assert.equal(papers(after(state, { type: "names", names: { d2: "ordonnance.pdf" } }))[1]?.name, "ordonnance.pdf");
});

test("a document that can't be sent says why before it leaves", () => {
  assert.equal(refusalOf(new File(["x"], "a.pdf", { type: "application/pdf" })), "");
  assert.equal(refusalOf(new File(["x"], "a.exe", { type: "application/x-msdownload" })), "document.bad_type");
  assert.equal(refusalOf(/** @type {any} */ ({ type: "image/png", size: LIMIT + 1 })), "document.too_large");
});

test("a document is tried again while trying can help, and offered for another try when it can't", async () => {
  let tries = 0;
  let room = withPhone();
  const faults = [{ message: "", permanent: false }, { message: "Trop lourd.", permanent: true }];
  const documents = new Documents({
    dispatch: (message) => (room = after(room, message)),
    store: () => (faults[tries++] ? Promise.reject(faults[tries - 1]) : Promise.resolve()),
    readNames: async () => ({}),
    say: (key) => key,
    backoff: () => 0,
    newId: () => "n1",
  });
  documents.send([new File(["x"], "a.pdf", { type: "application/pdf" })]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([tries, room.parcels[0]?.status, room.parcels[0]?.text], [2, "failed", "Trop lourd."]);
  await documents.store("n1");
  assert.deepEqual([tries, room.parcels], [3, []]);
});

test("names of documents are read once for each new document, and again after a failure", async () => {
  let reads = 0;
  const documents = new Documents({
    dispatch: () => undefined,
    store: async () => undefined,
    readNames: async () => {
      reads += 1;
      if (reads === 1) throw new Error("no network");
      return {};
    },
    say: (key) => key,
    backoff: () => 0,
    newId: () => "n1",
  });
  const state = happen(withPhone(), document("d1"));
  await documents.follow(withPhone());
  assert.equal(reads, 0);
  await documents.follow(state);
  await documents.follow(state);
  await documents.follow(state);
  assert.equal(reads, 2);
});

// ---------------------------------------------------------------- second phones
const asks = { type: "handover.asked", handover: "h1", browser: "Chrome 140, Android" };
const decided = (/** @type {string} */ decision) => ({ type: "handover.decided", handover: "h1", by: "bob", decision, participant: "p2" });

test("a second phone that asks waits for a decision, on every console", () => {
  const state = happen(withPhone(), asks);
  assert.deepEqual(state.call.handovers.map(({ id, browser }) => [id, browser]), [["h1", "Chrome 140, Android"]]);
  const refused = happen(state, { ...decided("refuse"), participant: undefined });
  assert.deepEqual([refused.call.handovers, refused.call.others, refused.call.phone?.participant], [[], [], "p1"]);
});

test("a phone that is added is beside the camera, and what it does is no rung of the ladder", () => {
  const added = happen(withPhone(), firstPicture, asks, decided("add"), { ...claimed, participant: "p2" }, { type: "camera.asked", participant: "p2" }, { ...connected, participant: "p2" });
  assert.equal(added.call.phone?.participant, "p1");
  assert.deepEqual(added.call.others.map(({ participant, media }) => [participant, media]), [["p2", "connected"]]);
  assert.ok(added.call.times["picture"]);
});

test("a phone that takes over is the camera whatever is told first, and the one before may stay", () => {
  const told = [asks, decided("move"), { ...claimed, participant: "p2" }, { type: "phone.replaced", participant: "p1", successor: "p2" }];
  for (const facts of [told, [told[0], told[3], told[2], told[1]], [told[2], told[3]]]) {
    const { phone, next, others } = happen(withPhone(), ...facts).call;
    assert.deepEqual([phone?.participant, next], ["p2", null]);
    assert.deepEqual(others.map((one) => one.participant), ["p1"]);
  }
});

test("until the second phone has a picture the first goes on, and what is told is the second's way", () => {
  const comes = happen(frame(withPhone(), 20_000), firstPicture, { ...claimed, participant: "p2" });
  assert.equal(comes.call.phone?.participant, "p1");
  assert.equal(situation(comes), null);
  const refused = happen(at(comes, 60_000), { type: "camera.refused", participant: "p2", reason: "denied" });
  assert.equal(situation(refused)?.title, "refused.denied");
  assert.equal(refused.call.phone?.refused, null);
});

test("a QR code on the caller's screen is told until another phone takes it", () => {
  const state = happen(withPhone(), { type: "invitation.shared", invitation: "i2", participant: "p1" });
  assert.ok(state.call.sharedAt);
  assert.equal(happen(state, { ...claimed, participant: "p2" }).call.sharedAt, null);
});
