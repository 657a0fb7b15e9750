import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ANSWER_LIMIT, PHOTO_LIMIT, reduce } from "../../console/static/room/reduce.js";
import {
  NOW, accepted, after, asked, at, claimed, connected, connecting, delivered, emptyRoom, firstPicture, frame,
  granted, happen, invited, opened, phoneState, queued, withPhone,
} from "./console-room.js";

const wire = JSON.parse(readFileSync(new URL("../contract/messages/events.json", import.meta.url), "utf8"));

test("every fact of the contract is taken, and the same events twice change nothing", () => {
  const once = after(emptyRoom(), { type: "events", events: wire });
  assert.equal(once.call.version, wire.length);
  assert.ok(once.call.phone && once.call.message && once.call.position && once.call.ended);
  assert.equal(once.call.address, "1 Place Stanislas, 54000 Nancy");
  assert.deepEqual(once.call.captures.map((one) => one.kind), ["capture", "photo"]);
  assert.ok(once.call.documents[0]?.openedAt && once.call.fileFailure);
  const twice = after(once, { type: "events", events: wire });
  assert.deepEqual(twice.call, once.call);
});

test("events in one frame or one at a time come to the same", () => {
  const together = after(emptyRoom(), { type: "events", events: wire });
  const apart = wire.reduce((/** @type {any} */ state, /** @type {any} */ event) => reduce(state, { type: "events", events: [event] }), emptyRoom());
  assert.deepEqual(apart.call, together.call);
});

test("a fact of a kind that this page does not know moves the version and nothing else", () => {
  const before = withPhone();
  const state = happen(before, { type: "stream.added", stream: "s1" });
  assert.deepEqual({ ...state.call, version: 0 }, { ...before.call, version: 0 });
  assert.equal(state.call.version, before.call.version + 1);
});

test("a message that was delivered does not become accepted again", () => {
  const state = happen(emptyRoom(), invited, queued, delivered, accepted);
  assert.equal(state.call.message?.state, "delivered");
});

test("the fate of an earlier message says nothing of the newest", () => {
  const again = { ...queued, message: "m2" };
  const state = happen(emptyRoom(), invited, queued, again, { type: "message.failed", message: "m1", reason: "30003", permanent: true });
  assert.equal(state.call.message?.state, "queued");
});

test("a failed message says why and when it is tried again", () => {
  const failed = { type: "message.failed", message: "m1", reason: "30003", permanent: false, retry_at: NOW + 60_000 };
  const state = happen(emptyRoom(), invited, queued, failed);
  assert.deepEqual([state.call.message?.reason, state.call.message?.retryAt], ["30003", NOW + 60_000]);
});

test("another invitation starts the ladder anew", () => {
  const state = happen(withPhone(), { ...invited, invitation: "i2" }, { ...queued, message: "m2", invitation: "i2" });
  assert.deepEqual(Object.keys(state.call.times), ["queued"]);
});

test("another phone takes over: what the first one does is history", () => {
  const comes = happen(withPhone(), { ...claimed, participant: "p2" });
  assert.equal(comes.call.phone?.participant, "p1", "until the second has a picture");
  const state = happen(comes, { type: "phone.replaced", participant: "p1", successor: "p2" }, { type: "page.hidden", participant: "p1" });
  assert.equal(state.call.phone?.participant, "p2");
  assert.equal(state.call.phone?.hidden, false);
  assert.equal(state.call.phone?.account, null);
});

test("the same phone coming back keeps what is known of it", () => {
  assert.ok(happen(withPhone(), claimed).call.phone?.account);
});

test("a refusal is forgotten once the camera is asked for again", () => {
  const refused = happen(emptyRoom(), invited, queued, opened, claimed, asked, { type: "camera.refused", participant: "p1", reason: "denied" });
  assert.equal(refused.call.phone?.refused?.reason, "denied");
  assert.equal(refused.call.times["granted"], undefined);
  assert.equal(happen(refused, asked).call.phone?.refused, null);
});

test("a reload of the phone's page after the first picture leaves the ladder as it was", () => {
  const state = happen(withPhone(), firstPicture);
  assert.deepEqual(happen(state, asked, granted, { ...connecting, epoch: 2 }).call.times, state.call.times);
});

test("an older account of the phone is dropped, a new epoch starts again at one", () => {
  const newer = happen(withPhone(), { ...phoneState, revision: 5, actual: { torch: true } });
  assert.equal(happen(newer, { ...phoneState, revision: 4, actual: { torch: false } }).call.phone?.account?.actual.torch, true);
  const reloaded = happen(newer, { ...phoneState, epoch: 2, revision: 1, actual: { torch: false } });
  assert.equal(reloaded.call.phone?.account?.actual.torch, false);
  assert.equal(happen(reloaded, { ...phoneState, epoch: 1, revision: 9 }).call.phone?.account?.epoch, 2);
});

const sent = { type: "command.sent", command: "c1", participant: "p1", by: "bob", name: "torch", value: true };

test("a colleague's click is waited for on every console", () => {
  assert.deepEqual(happen(withPhone(), sent).call.pending.torch?.value, true);
});

test("an answer ends the waiting, a refusal keeps its reason", () => {
  const done = happen(withPhone(), sent, { type: "command.answered", command: "c1", participant: "p1" });
  assert.deepEqual([done.call.pending, done.call.refusals], [{}, {}]);
  const refused = happen(withPhone(), sent, { type: "command.answered", command: "c1", participant: "p1", error: "needs_tap" });
  assert.equal(refused.call.refusals.torch?.key, "needs_tap");
});

test("the answer to a click that a newer one has overtaken changes nothing", () => {
  const state = happen(withPhone(), sent, { ...sent, command: "c2", value: false }, { type: "command.answered", command: "c1", participant: "p1", error: "failed" });
  assert.equal(state.call.pending.torch?.id, "c2");
  assert.deepEqual(state.call.refusals, {});
});

test("a click that could not leave is refused with the server's sentence", () => {
  const clicked = after(withPhone(), { type: "command.clicked", id: "c9", name: "torch", value: true });
  assert.equal(clicked.call.pending.torch?.id, "c9");
  const failed = after(clicked, { type: "command.failed", id: "c9", name: "torch", text: "Non." });
  assert.deepEqual([failed.call.pending, failed.call.refusals.torch?.text], [{}, "Non."]);
});

test("a click that nothing ever answers is given up", () => {
  const clicked = after(withPhone(), { type: "command.clicked", id: "c9", name: "torch", value: true });
  assert.ok(at(clicked, ANSWER_LIMIT).call.pending.torch);
  assert.equal(at(clicked, ANSWER_LIMIT + 1).call.refusals.torch?.key, "unreachable");
});

test("a sharp photo is waited for as long as a phone may take", () => {
  const clicked = after(withPhone(), { type: "command.clicked", id: "c9", name: "photo", value: true });
  assert.ok(at(clicked, PHOTO_LIMIT).call.pending.photo);
  assert.equal(at(clicked, PHOTO_LIMIT + 1).call.refusals.photo?.key, "unreachable");
});

test("the end stops all waiting", () => {
  const state = happen(withPhone(), sent, { type: "session.ended", by: "alice" });
  assert.deepEqual([state.call.pending, state.call.ended?.by], [{}, "alice"]);
});

test("times are told by the server's clock, whatever ours says", () => {
  const state = after(emptyRoom(), { type: "welcome", now: NOW + 90_000, clock: NOW });
  assert.equal(at(state, 1000).now, NOW + 91_000);
  assert.equal(frame(state, 2000).picture.frameAt, NOW + 92_000);
});

test("an absence of our line lasts from the loss to the next opening", () => {
  const lost = after(at(withPhone(), 50_000), { type: "line", state: "lost" });
  const trying = after(at(lost, 55_000), { type: "line", state: "connecting" });
  assert.deepEqual([trying.line, trying.lineAt], ["connecting", NOW + 50_000]);
  assert.equal(after(at(trying, 60_000), { type: "line", state: "open" }).lineAt, NOW + 60_000);
});

test("an address belongs to the position even when a newer fix came before it", () => {
  const fixed = { type: "position.fixed", position: "x1", participant: "p1", latitude: 48.6, longitude: 6.1, accuracy: 9 };
  const state = happen(withPhone(), fixed, { ...fixed, position: "x2" }, { type: "position.addressed", position: "x1", address: "Nancy", source: "BAN" });
  assert.deepEqual([state.call.position?.id, state.call.address], ["x2", "Nancy"]);
});

test("the phone's media is connected, stalled and back", () => {
  const media = (/** @type {any[]} */ ...facts) => happen(withPhone(), ...facts).call.phone?.media;
  assert.equal(media(), "connected");
  assert.equal(media({ type: "media.stalled", participant: "p1" }), "stalled");
  assert.equal(media({ type: "media.stalled", participant: "p1" }, { type: "media.resumed", participant: "p1" }), "connected");
  assert.equal(media({ type: "caller.hung_up", participant: "p1" }), "none");
  assert.equal(media({ type: "caller.hung_up", participant: "p1" }, connected), "connected");
});
