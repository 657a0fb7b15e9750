import assert from "node:assert/strict";
import { test } from "node:test";

import { control } from "../../console/static/room/controls.js";
import { Sharing } from "../../console/static/room/sharing.js";
import { beside, canCapture, large, nextLarge } from "../../console/static/room/streams.js";
import { after, happen, withPhone } from "./console-room.js";

/** @typedef {import("../../console/static/room/state.js").State} State */

const bob = { user: "bob", name: "Bob", role: "regulator", since: 1 };
const joined = [
  { type: "viewer.joined", participant: "p2", user: "bob" },
  { type: "viewer.joined", participant: "p3", user: "alice" },
];
const screen = { type: "stream.started", stream: "s1", participant: "p2", source: "screen", audience: "both" };
const mine = { type: "stream.started", stream: "s2", participant: "p3", source: "camera", audience: "guests" };
const shown = () => after(happen(withPhone(), ...joined, screen, mine), /** @type {any} */ ({ type: "watchers", watchers: [bob] }));

test("what a colleague shows is beside the caller's picture by their name, one's own is not", () => {
  assert.deepEqual(beside(shown()), [{ name: "stream-s1", kind: "screen", who: "Bob", browser: "" }]);
});

test("what is large is the caller's picture again once the other one has ended", () => {
  const enlarged = after(shown(), { type: "large", name: "stream-s1" });
  assert.equal(large(enlarged)?.who, "Bob");
  assert.equal(large(happen(enlarged, { type: "stream.ended", stream: "s1" })), null);
  assert.equal(large(happen(enlarged, { type: "session.ended", by: "bob" })), null);
});

test("a picture that was large and has ended can't be captured: the old one of the caller is seen again", () => {
  const enlarged = after(shown(), { type: "large", name: "stream-s1" });
  assert.equal(canCapture(enlarged), true);
  assert.equal(canCapture(happen(enlarged, { type: "stream.ended", stream: "s1" })), false);
});

test("a key goes round all pictures", () => {
  const first = nextLarge(shown());
  assert.equal(first, "stream-s1");
  assert.equal(nextLarge(after(shown(), { type: "large", name: first })), "");
});

test("nobody points at the caller's picture while another one is large", () => {
  assert.equal(control(shown(), "pointer").obstacle, "");
  assert.equal(control(after(shown(), { type: "large", name: "stream-s1" }), "pointer").obstacle, "can't.beside");
});

for (const [source, name, trouble] of /** @type {const} */ ([
  ["screen", "NotAllowedError", "sharing.cancelled"],
  ["screen", "NotReadableError", "sharing.failed"],
  ["camera", "NotFoundError", "sharing.camera.absent"],
  ["camera", "NotAllowedError", "sharing.camera.denied"],
  ["camera", "NotReadableError", "sharing.camera.busy"],
])) {
  test(`${name} of the browser for a ${source} is told as ${trouble}`, async () => {
    /** @type {any[]} */
    const changes = [];
    const refuse = () => Promise.reject(new DOMException("", name));
    const sharing = new Sharing({
      socket: { request: () => Promise.reject(new Error("nothing is shared")) },
      iceServers: () => [],
      onChange: (which, change) => changes.push([which, change]),
      devices: /** @type {any} */ ({ getDisplayMedia: refuse, getUserMedia: refuse }),
    });
    await (source === "screen" ? sharing.screen("caller") : sharing.camera(""));
    assert.deepEqual(changes, [
      [source, { status: "asking", trouble: "" }],
      [source, { status: "off", trouble }],
    ]);
  });
}
