import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { shots } from "../../console/static/room/captures.js";
import { Intents } from "../../console/static/room/intents.js";
import { linkKeeper, wantsLink } from "../../console/static/room/link.js";
import { loop } from "../../console/static/room/loop.js";
import { reduce } from "../../console/static/room/reduce.js";
import { Reporter } from "../../console/static/room/reporter.js";
import { NOW, claimed, emptyRoom, firstPicture, frame, happen, invited, phoneState, queued, withPhone } from "./console-room.js";

/** @type {{frame: any, answer: (value?: any) => void, refuse: (why: any) => void}[]} */
let requests = [];
/** @type {import("../../console/static/room/state.js").State} */
let start = emptyRoom();
/** @type {ReturnType<typeof open>} */
let room;
let ids = 0;

/** @param {import("../../console/static/room/state.js").State} state */
function open(state) {
  const made = loop({ state, reduce, onChange: () => intents.followUp(), render: () => undefined, schedule: () => undefined });
  const intents = new Intents({
    state: made.state,
    dispatch: made.dispatch,
    socket: { request: (sent) => new Promise((answer, refuse) => requests.push({ frame: sent, answer, refuse })) },
    source: () => /** @type {any} */ ({ width: 0, height: 0 }),
    storeCapture: async () => ({ id: "x" }),
    backoff: () => 0,
    newId: () => `id-${++ids}`,
  });
  return { ...made, intents };
}

/** @param {...any} facts */
function happened(...facts) {
  const { version } = room.state().call;
  room.dispatch({ type: "events", events: facts.map((fact, index) => ({ version: version + 1 + index, at: NOW, fact })) });
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  requests = [];
  ids = 0;
  start = withPhone();
  room = open(start);
});

test("a click sends one command and waits for its answer", () => {
  room.intents.perform("torch");
  assert.deepEqual(requests.map((one) => one.frame), [{ type: "command", id: "id-1", name: "torch", value: true }]);
  assert.equal(room.state().call.pending.torch?.id, "id-1");
});

test("a control that can't be used sends nothing", () => {
  room = open(emptyRoom());
  for (const key of /** @type {const} */ (["torch", "camera", "position", "closer", "wider", "capture"])) room.intents.perform(key);
  assert.deepEqual(requests, []);
});

test("a refused command shows the server's sentence", async () => {
  room.intents.switch("torch");
  requests[0]?.refuse({ code: "no_channel", message: "Le téléphone n’est pas connecté.", permanent: false });
  await settled();
  assert.equal(room.state().call.refusals.torch?.text, "Le téléphone n’est pas connecté.");
});

test("a lost line has no sentence of the server's", async () => {
  room.intents.switch("torch");
  requests[0]?.refuse({ code: "lost", message: "no connection", permanent: false });
  await settled();
  assert.deepEqual(room.state().call.refusals.torch, { key: "unsent", at: start.now, text: "" });
});

test("a slider's many values become one zoom at a time, and the last one always arrives", () => {
  for (const value of [1.5, 2, 2.5, 3, 3.5]) room.intents.zoomTo(value);
  assert.deepEqual(requests.map((one) => one.frame.value), [1.5]);
  assert.equal(room.state().nextZoom, 3.5);
  happened({ type: "command.answered", command: "id-1", participant: "p1" });
  assert.deepEqual(requests.map((one) => one.frame.value), [1.5, 3.5]);
  assert.equal(room.state().nextZoom, null);
});

test("three quick keys zoom three times as far", () => {
  for (let press = 0; press < 3; press++) room.intents.perform("closer");
  assert.equal(room.state().nextZoom, 2); // 1 -> 1.3 -> 1.6 -> 2
});

test("a wish to send again keeps its intent until it is granted", async () => {
  void room.intents.resend("");
  requests[0]?.refuse({ code: "timeout", message: "no answer", permanent: false });
  await settled();
  void room.intents.resend("");
  requests[1]?.answer();
  await settled();
  void room.intents.resend("");
  assert.equal(requests.length, 2, "a double click is one wish");
  room.dispatch({ type: "tick", clock: NOW + 60_000 });
  void room.intents.resend("");
  const [first, second, third] = requests.map((one) => one.frame);
  assert.equal(first.intent, second.intent);
  assert.notEqual(second.intent, third.intent);
  assert.ok(!("to" in first));
});

test("another address is another intent, and a bad one says so beside the field", async () => {
  void room.intents.resend("12");
  requests[0]?.refuse({ code: "bad_address", message: "Numéro incomplet.", permanent: true });
  await settled();
  assert.deepEqual([room.state().resend.status, room.state().resend.text], ["failed", "Numéro incomplet."]);
  void room.intents.resend("0611111111");
  assert.notEqual(requests[0]?.frame.intent, requests[1]?.frame.intent);
  assert.equal(requests[1]?.frame.to, "0611111111");
});

test("ending asks the server, which tells everyone", async () => {
  void room.intents.end();
  assert.deepEqual(requests[0]?.frame, { type: "end" });
  requests[0]?.refuse({ code: "lost", message: "", permanent: false });
  await settled();
  assert.equal(room.state().ending.status, "failed");
});

test("the first picture is reported once the phone's own frames are seen, and until it is heard", () => {
  /** @type {any[]} */
  const reports = [];
  const reporter = new Reporter((report) => reports.push(report) > 0);
  const before = frame(happen(emptyRoom(), invited, queued, claimed), 5_000);
  reporter.follow(before);
  assert.deepEqual(reports, [], "frames of an earlier phone");
  const seen = frame(withPhone(), 20_000);
  reporter.follow(seen);
  reporter.follow(seen);
  assert.deepEqual(reports, [{ type: "seen", participant: "p1" }]);
  reporter.follow(frame(seen, 22_000));
  assert.equal(reports.length, 2);
  reporter.follow(happen(frame(seen, 30_000), firstPicture));
  assert.equal(reports.length, 2);
});

const link = { url: "u", code: "123456", code_spaced: "123 456", code_expires_at: NOW + 1000, qr: { size: 1, path: "" } };

test("the link is read again after each invitation, and when its code has expired", () => {
  const fresh = { ...happen(emptyRoom(), invited, queued), link, linkAt: 2 };
  assert.equal(wantsLink(fresh), false);
  assert.equal(wantsLink(happen(fresh, { ...queued, message: "m2" })), true);
  assert.equal(wantsLink({ ...fresh, now: NOW + 1000 }), true);
  assert.equal(wantsLink({ ...happen(fresh, claimed), now: NOW + 1000 }), false);
  assert.equal(wantsLink({ ...fresh, now: NOW + 1000, line: "lost" }), false);
});

test("a server that can't be reached is not asked at every tick", async () => {
  let reads = 0;
  const keep = linkKeeper({
    read: async () => {
      reads += 1;
      throw new Error("no network");
    },
    dispatch: () => assert.fail("nothing was read"),
  });
  const stale = happen(emptyRoom(), invited, queued);
  await keep(stale);
  await keep({ ...stale, now: NOW + 500 });
  assert.equal(reads, 1);
  await keep({ ...stale, now: NOW + 3000 });
  assert.equal(reads, 2);
});

const stored = (/** @type {string} */ capture, by = "alice") => ({ type: "capture.stored", capture, by, width: 1280, height: 720, size: 9 });

test("a capture is shown at once, and once, whichever comes first: its event or its answer", () => {
  room.dispatch({ type: "still.taken", key: "k1", width: 1280, height: 720 });
  assert.deepEqual(shots(room.state()).map((shot) => shot.status), ["storing"]);
  happened(stored("x1"));
  assert.deepEqual(shots(room.state()).map((shot) => shot.key), ["k1"]);
  room.dispatch({ type: "still.stored", key: "k1", capture: "x1" });
  assert.deepEqual(shots(room.state()).map(({ key, capture, status }) => ({ key, capture, status })), [{ key: "k1", capture: "x1", status: "stored" }]);
});

test("a colleague's capture is shown while ours is on its way", () => {
  room.dispatch({ type: "still.taken", key: "k1", width: 1280, height: 720 });
  happened(stored("x7", "bob"));
  assert.deepEqual(shots(room.state()).map((shot) => shot.key).sort(), ["k1", "x7"]);
});

test("a capture that could not be kept is not forgotten", () => {
  room.dispatch({ type: "still.taken", key: "k1", width: 1280, height: 720 });
  room.dispatch({ type: "still.failed", key: "k1", text: "" });
  assert.deepEqual(shots(room.state()).map((shot) => shot.status), ["failed"]);
  room.dispatch({ type: "still.storing", key: "k1" });
  assert.deepEqual(shots(room.state()).map((shot) => shot.status), ["storing"]);
});

const frames = () => requests.map(({ frame: { name, value } }) => [name, value]);

test("a phrase's key shows it, the same key takes it away, and X clears whatever is there", () => {
  room.intents.perform(1);
  assert.deepEqual(frames(), [["guidance", "closer"]]);
  room.intents.perform(1);
  assert.deepEqual(frames().slice(1), [["guidance", ""]], "by the click that is still on its way");
  happened({ ...phoneState, revision: 2, actual: { guidance: "face", message: "Bonjour" } });
  room.intents.perform("clear");
  assert.deepEqual(frames().slice(2), [["guidance", ""], ["message", ""]]);
});

test("pointing shows the ring here and sends its place", () => {
  room.intents.point([0.25, 0.5]);
  assert.deepEqual(frames(), [["pointer", [0.25, 0.5]]]);
  assert.deepEqual(room.state().ring?.place, [0.25, 0.5]);
  room = open(emptyRoom());
  room.intents.point([0.5, 0.5]);
  assert.equal(requests.length, 1);
  assert.equal(room.state().ring, null);
});

test("a sharp photo is asked for once until it is answered or refused", () => {
  happened({ ...phoneState, revision: 2, capabilities: { photo: true } });
  room.intents.perform("photo");
  assert.deepEqual(frames(), [["photo", true]]);
});

test("another operator is another wish", () => {
  void room.intents.resend("");
  requests[0]?.refuse({ code: "lost", message: "", permanent: false });
  void room.intents.resend("", true);
  assert.equal(requests[1], undefined, "the first is still busy");
});

test("a second phone is let in by one click, and a refusal of the server is told", async () => {
  void room.intents.decide("h1", "add");
  assert.deepEqual(requests[0]?.frame, { type: "decide", handover: "h1", decision: "add" });
  assert.equal(room.state().deciding.status, "busy");
  requests[0]?.refuse({ code: "not_found", message: "Trop tard.", permanent: true });
  await settled();
  assert.deepEqual([room.state().deciding.status, room.state().deciding.text], ["failed", "Trop tard."]);
});

test("stills count as seen, those of another phone do not", () => {
  /** @type {any[]} */
  const reports = [];
  const reporter = new Reporter((report) => reports.push(report) > 0);
  const state = happen(emptyRoom(), invited, queued, claimed);
  const still = (/** @type {string} */ participant) =>
    reduce(state, { type: "jpeg", clock: NOW + 9_000, jpeg: { kind: "stills", participant, at: NOW, width: 640, height: 480 } });
  reporter.follow(still("p9"));
  assert.deepEqual(reports, []);
  reporter.follow(still("p1"));
  assert.deepEqual(reports, [{ type: "seen", participant: "p1" }]);
});
