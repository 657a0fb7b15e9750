import assert from "node:assert/strict";
import { test } from "node:test";

import { isTaped } from "../../console/static/room/taping.js";
import { happen, withPhone } from "./console-room.js";

const started = (/** @type {string} */ recording) => ({ type: "recording.started", recording, participant: "p1" });
const stored = (/** @type {string} */ recording) => ({ type: "recording.stored", recording, participant: "p1", size: 1 });

test("the room says that the picture is recorded while a film of it is made", () => {
  const calm = withPhone();
  assert.equal(isTaped(calm), false);
  assert.equal(isTaped(happen(calm, started("r1"))), true);
  assert.equal(isTaped(happen(calm, started("r1"), stored("r1"))), false);
  assert.equal(isTaped(happen(calm, started("r1"), stored("r1"), started("r2"))), true);
});

test("after the end nothing is recorded, also when the last film's end is still to be told", () => {
  assert.equal(isTaped(happen(withPhone(), started("r1"), { type: "session.ended", by: null })), false);
});
