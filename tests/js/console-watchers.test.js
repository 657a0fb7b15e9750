/** Who watches and who drives, as the console sees it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { control } from "../../console/static/room/controls.js";
import { drives, handOf, nameOf, requests } from "../../console/static/room/watchers.js";
import { NOW, after, at, happen, withPhone } from "./console-room.js";

/** @typedef {import("../../console/static/room/watchers.js").Watcher} Watcher */

/** @type {Watcher} */
const alice = { user: "alice", name: "Alice", role: "regulator", since: NOW };
/** @type {Watcher} */
const bob = { user: "bob", name: "Bob", role: "regulator", since: NOW };

/** Alice's console, in a session that `starter` began. @param {string} starter @param {...Watcher} watchers */
const room = (starter, ...watchers) =>
  after(happen(withPhone(), { type: "session.started", by: starter }), { type: "watchers", watchers });

test("who started the session drives, and a colleague's controls say why they are shut", () => {
  assert.ok(drives(room("alice", alice, bob)));
  const shut = room("bob", alice, bob);
  assert.equal(control(shut, "torch").obstacle, "can't.not_in_control");
  assert.equal(control(shut, "guidance").obstacle, "can't.not_in_control");
  assert.equal(control(happen(shut, { type: "control.passed", by: "bob", to: "alice" }), "torch").obstacle, "");
});

test("a colleague who is there is asked, one who is away loses it, a supervisor takes it", () => {
  assert.deepEqual(handOf(room("bob", alice, bob)), { action: "ask", to: "" });
  assert.deepEqual(handOf(room("bob", alice)), { action: "take", to: "bob" });
  assert.deepEqual(handOf(room("bob", { ...alice, role: "supervisor" }, bob)), { action: "take", to: "bob" });
});

test("who asked waits a while before asking again", () => {
  const asking = happen(room("bob", alice, bob), { type: "control.asked", by: "alice" });
  const soon = Object.values(asking.call.requests)[0]?.at ?? 0;
  assert.equal(handOf(at(asking, soon - NOW)), null);
  assert.deepEqual(handOf(at(asking, soon - NOW + 10_000)), { action: "ask", to: "" });
});

test("a request is given to who asked first, while they are there and until it is granted", () => {
  const asked = happen(room("alice", alice, bob), { type: "control.asked", by: "bob" });
  assert.deepEqual(handOf(asked), { action: "give", to: "bob" });
  assert.deepEqual(requests(after(asked, { type: "watchers", watchers: [alice] })), []);
  assert.deepEqual(requests(at(asked, 10 * 60_000)), []);
  assert.equal(handOf(happen(asked, { type: "control.passed", by: "alice", to: "bob" }))?.action, "ask");
});

test("alone there is nothing to hand over", () => assert.equal(handOf(room("alice", alice)), null));

test("a name once heard is kept when its owner leaves", () => {
  const left = after(room("bob", alice, bob), { type: "watchers", watchers: [alice] });
  assert.equal(nameOf(left, "bob"), "Bob");
});
