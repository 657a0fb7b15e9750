import assert from "node:assert/strict";
import { test } from "node:test";

import { ladder, timeToPicture } from "../../console/static/room/ladder.js";
import { STILL_AFTER, isLive } from "../../console/static/room/picture.js";
import { reduce } from "../../console/static/room/reduce.js";
import { situation } from "../../console/static/room/situation.js";
import {
  accepted, asked, at, claimed, connected, delivered, emptyRoom, firstPicture, frame, happen, invited, opened,
  queued, withPhone, after,
} from "./console-room.js";

/** @typedef {import("../../console/static/room/state.js").State} State */

/** @param {State} state */
const statuses = (state) => ladder(state).map((rung) => rung.status);
const refusedFact = { type: "camera.refused", participant: "p1", reason: "system" };

test("each rung tells how long it took, the current one how long it has been waited for", () => {
  const state = at(happen(emptyRoom(), invited, queued, accepted, delivered), 10_000);
  assert.deepEqual(statuses(state), ["done", "done", "done", "current", "todo", "todo", "todo", "todo"]);
  assert.deepEqual(ladder(state).slice(0, 4).map((rung) => rung.milliseconds), [1000, 1000, 1000, 7000]);
});

test("a rung that the carrier never reported is passed without a time", () => {
  const state = happen(emptyRoom(), invited, queued, accepted, opened, claimed);
  assert.deepEqual(ladder(state)[2], { name: "delivered", status: "done", milliseconds: null });
});

test("a report that comes late makes no time negative", () => {
  const state = happen(emptyRoom(), invited, queued, opened, accepted, delivered);
  assert.ok(ladder(state).every((rung) => rung.milliseconds === null || rung.milliseconds >= 0));
});

test("a message that failed stops the ladder where it failed", () => {
  const failed = { type: "message.failed", message: "m1", reason: "30006", permanent: true };
  assert.deepEqual(statuses(happen(emptyRoom(), invited, queued, failed)).slice(0, 3), ["done", "failed", "todo"]);
  assert.deepEqual(statuses(happen(emptyRoom(), invited, queued, accepted, failed)).slice(0, 4), ["done", "done", "failed", "todo"]);
  assert.deepEqual(statuses(happen(emptyRoom(), invited, queued, accepted, delivered, failed)).slice(0, 4), ["done", "done", "failed", "todo"]);
});

test("a caller who opened the link has got the message, whatever the carrier says", () => {
  const failed = { type: "message.failed", message: "m1", reason: "30008", permanent: true };
  const state = happen(emptyRoom(), invited, queued, accepted, opened, claimed, failed);
  assert.deepEqual(statuses(state).slice(0, 5), ["done", "done", "done", "done", "current"]);
  assert.equal(situation(state)?.title, "wait.asked");
});

test("a refused camera stops the ladder and says what to tell the caller", () => {
  const state = happen(emptyRoom(), invited, queued, opened, claimed, asked, refusedFact);
  assert.equal(statuses(state)[5], "failed");
  assert.deepEqual([situation(state)?.title, situation(state)?.advice], ["refused.system", "refused.system.advice"]);
});

test("the words before the first picture follow the ladder and the channel", () => {
  assert.equal(situation(happen(emptyRoom(), invited))?.title, "wait.queued.sms");
  assert.equal(situation(happen(emptyRoom(), { ...invited, channel: "email" }, queued))?.title, "wait.accepted.email");
  assert.equal(situation(happen(emptyRoom(), invited, queued, accepted, delivered))?.title, "wait.opened");
});

test("video servers that are full or silent are told, until the next offer is accepted", () => {
  const waiting = happen(emptyRoom(), invited, queued, accepted, delivered);
  const refused = (/** @type {string} */ refusedAs) => situation(reduce(waiting, { type: "offered", refusedAs }))?.title;
  assert.equal(refused("relay_full"), "relay_full");
  assert.equal(refused("relay_unavailable"), "relay_unavailable");
  assert.equal(refused("timeout"), "wait.opened");
  assert.equal(refused(""), "wait.opened");
});

test("a picture that is live stays without a word when another offer is refused", () => {
  const state = frame(withPhone(), 20_000);
  assert.equal(situation(reduce(state, { type: "offered", refusedAs: "relay_full" })), null);
});

test("a picture is live while frames come", () => {
  const state = frame(withPhone(), 20_000);
  assert.equal(isLive(state), true);
  assert.equal(situation(state), null);
  assert.equal(isLive(at(state, 20_000 + STILL_AFTER)), false);
});

test("a second phone's picture ends the ladder although the first picture of the session is long past", () => {
  const second = happen(withPhone(), firstPicture, { ...claimed, participant: "p2" }, { ...connected, participant: "p2" }, { type: "phone.replaced", participant: "p1", successor: "p2" });
  assert.equal(statuses(second)[7], "todo");
  assert.deepEqual(statuses(frame(second, 30_000)), Array(8).fill("done"));
});

test("a picture that stands still tells since when, and whose fault it is", () => {
  const still = at(frame(happen(withPhone(), firstPicture), 20_000), 26_000);
  const ours = after(still, { type: "line", state: "lost" });
  assert.equal(situation(still)?.title, "stalled");
  assert.equal(still.now - Number(situation(still)?.since), 6000);
  assert.equal(situation(ours)?.title, "stalled.console");
  assert.equal(situation(happen(still, { type: "page.hidden", participant: "p1" }))?.title, "hidden");
  assert.equal(situation(happen(still, { type: "caller.hung_up", participant: "p1" }))?.title, "hung_up");
});

test("after the end nothing is waited for", () => {
  const state = happen(withPhone(), { type: "session.ended", by: null });
  assert.equal(situation(state), null);
  assert.ok(!statuses(state).includes("current"));
});

test("the time to the picture counts from the invitation", () => {
  assert.equal(timeToPicture(withPhone()), null);
  assert.equal(timeToPicture(happen(withPhone(), firstPicture)), 11_000);
});

for (const cause of ["hidden", "locked", "taken", "withdrawn", "frozen", "network"]) {
  test(`a camera lost because it is ${cause} says so, until it is back`, () => {
    const lost = happen(at(frame(withPhone(), 20_000), 30_000), { type: "camera.lost", participant: "p1", cause });
    assert.deepEqual([situation(lost)?.title, situation(lost)?.advice], [`lost.${cause}`, `lost.${cause}.advice`]);
    assert.equal(situation(happen(lost, { type: "camera.back", participant: "p1" }))?.title, "stalled");
  });
}

test("an SMS without a receipt is worth another way after 15 s, one that arrived or was opened is not", () => {
  const sent = happen(emptyRoom(), invited, queued, accepted);
  assert.equal(situation(at(sent, 2_000 + 15_000))?.title, "wait.delivered.sms");
  assert.equal(situation(at(sent, 2_000 + 15_001))?.title, "wait.delivered.late");
  assert.equal(situation(at(happen(sent, delivered), 60_000))?.title, "wait.opened");
  assert.equal(situation(at(happen(sent, opened), 60_000))?.title, "wait.asked");
  const mail = happen(emptyRoom(), { ...invited, channel: "email" }, queued, accepted);
  assert.equal(situation(at(mail, 60_000))?.title, "wait.delivered.email");
});
