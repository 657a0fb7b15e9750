import assert from "node:assert/strict";
import { test } from "node:test";
import { filming, guestName, standing } from "../../console/static/room/guests.js";
import { drives, handOf } from "../../console/static/room/watchers.js";
import { after, emptyRoom, happen, invited, queued, withPhone } from "./console-room.js";

/** @typedef {import("../../console/static/room/state.js").State} State */

/** @param {"watch" | "camera" | "seen"} role */
const guestInvited = (role) => ({ type: "guest.invited", invitation: "g1", by: "alice", role, channel: "sms", to_hint: "•• 79" });
const sent = { type: "message.queued", message: "m9", invitation: "g1", channel: "sms", provider: "twilio" };
const came = (/** @type {string} */ role) => ({ type: "guest.joined", invitation: "g1", participant: "p9", role, browser: "Firefox" });
const names = { type: "guests", guests: [{ invitation: "g1", name: "Dr Petit", address: "06 12 34 56 79" }] };
const petit = { user: "p9", name: "Dr Petit", role: "guest", since: 2 };

/** @param {State} state */
const now = (state) => state.call.guests.map((guest) => standing(state, guest));

test("a guest's link is followed by itself, and the caller's ladder stands still", () => {
  const before = happen(emptyRoom(), invited, queued);
  let room = happen(before, guestInvited("watch"), sent);
  assert.deepEqual(now(room), ["queued"]);
  for (const [fact, expected] of /** @type {const} */ ([
    [{ type: "message.accepted", message: "m9" }, "accepted"],
    [{ type: "message.delivered", message: "m9" }, "delivered"],
    [{ type: "message.accepted", message: "m9" }, "delivered"],
    [{ type: "message.failed", message: "m9", reason: "blocked" }, "failed"],
    [{ type: "link.opened", invitation: "g1" }, "opened"],
  ])) {
    room = happen(room, fact);
    assert.deepEqual(now(room), [expected]);
  }
  const { times, message, invitation, invitedAt } = before.call;
  assert.deepEqual({ times, message, invitation, invitedAt }, {
    times: room.call.times,
    message: room.call.message,
    invitation: room.call.invitation,
    invitedAt: room.call.invitedAt,
  });
});

test("who watches is here while a window of theirs is open", () => {
  const joined = happen(withPhone(), guestInvited("watch"), sent, came("watch"));
  assert.deepEqual(now(joined), ["gone"]);
  assert.deepEqual(now(after(joined, /** @type {any} */ ({ type: "watchers", watchers: [petit] }))), ["here"]);
  assert.deepEqual(joined.call.others, []);
});

test("a second camera is beside the caller's, films and goes when it is removed", () => {
  const joined = happen(withPhone(), guestInvited("camera"), sent, came("camera"));
  assert.deepEqual(now(joined), ["came"]);
  const films = happen(joined, { type: "media.connected", participant: "p9" });
  assert.deepEqual(now(films), ["films"]);
  assert.equal(films.call.phone?.participant, "p1");
  assert.equal(filming(after(films, /** @type {any} */ (names)), "p9"), "Dr Petit");
  assert.equal(filming(films, "p1"), "");
  const removed = happen(films, { type: "guest.removed", invitation: "g1", by: "alice" });
  assert.deepEqual([removed.call.guests, removed.call.others], [[], []]);
});

test("a second camera that comes before the caller does not take the caller's place", () => {
  const early = happen(emptyRoom(), invited, queued, guestInvited("camera"), sent, came("camera"));
  assert.equal(early.call.phone, null);
  assert.deepEqual(early.call.times, happen(emptyRoom(), invited, queued).call.times);
});

test("until its name is known a guest is called by the masked address", () => {
  const room = happen(emptyRoom(), guestInvited("watch"));
  const [guest] = room.call.guests;
  assert.ok(guest);
  assert.equal(guestName(room, guest), "•• 79");
  assert.equal(guestName(after(room, /** @type {any} */ (names)), guest), "Dr Petit");
});

test("a guest never drives, and nothing is handed to one", () => {
  const room = after(happen(emptyRoom(), { type: "session.started", by: "alice" }), /** @type {any} */ ({ type: "watchers", watchers: [petit] }));
  assert.ok(drives(room));
  assert.equal(handOf(room), null);
});
