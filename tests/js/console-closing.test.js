/** What is kept of a visio: each wish reaches the server once it can, and the newest one wins. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isMarked } from "../../console/static/room/closing.js";
import { Keeper } from "../../console/static/room/keeper.js";
import { emptyRoom, happen, invited } from "./console-room.js";

/** @typedef {import("../../console/static/room/keeper.js").Wanted} Wanted */

const KEPT = { assessment: "worse", reference: "", note: "", debrief: false, version: 9 };

/** A server that answers as it is told: a fault, or what is kept. @param {any[]} answers */
function keeper(...answers) {
  /** @type {Wanted[]} */
  const sent = [];
  /** @type {string[]} */
  const told = [];
  const made = new Keeper({
    store: (wanted) => {
      sent.push(wanted);
      const answer = answers.shift();
      return answer ? Promise.reject(answer) : Promise.resolve(KEPT);
    },
    backoff: () => 0,
    tell: (status, text) => told.push(text || status),
  });
  return { made, sent, told };
}

test("a click is saved at once, and clicks meanwhile travel together with their newest value", async () => {
  const { made, sent, told } = keeper();
  const first = made.keep({ assessment: "worse" });
  void made.keep({ assessment: "better" });
  void made.keep({ assessment: "same", note: "VSAV" });
  assert.equal(await first, true);
  assert.deepEqual(sent, [{ assessment: "worse" }, { assessment: "same", note: "VSAV" }]);
  assert.equal(told[told.length - 1], "saved");
  assert.equal(await made.settle(), true);
  assert.equal(sent.length, 2);
});

test("a server that is away is tried three times, then the regulator is told, and a later try has it all", async () => {
  const away = { message: "", permanent: false };
  const { made, sent, told } = keeper(away, away, away);
  assert.equal(await made.keep({ reference: "54-1" }), false);
  assert.deepEqual([sent.length, told[told.length - 1]], [3, "failed"]);
  assert.equal(await made.keep({ note: "VSAV" }), true);
  assert.deepEqual(sent[sent.length - 1], { reference: "54-1", note: "VSAV" });
});

test("what the server refuses is told in its own sentence, and not tried again by itself", async () => {
  const { made, sent, told } = keeper({ message: "64 characters", permanent: true });
  assert.equal(await made.keep({ reference: "9" }), false);
  assert.deepEqual([sent.length, told[told.length - 1]], [1, "64 characters"]);
});

test("the mark is what the newer of event and answer says", () => {
  const before = happen(emptyRoom(), invited);
  assert.equal(isMarked(before.call, null), false);
  const answer = { ...KEPT, debrief: true, version: 2 };
  assert.equal(isMarked(before.call, answer), true);
  const marked = happen(before, { type: "session.marked", by: "bob", debrief: true });
  assert.equal(isMarked(marked.call, null), true);
  const taken = happen(marked, { type: "session.marked", by: "bob", debrief: false });
  assert.equal(isMarked(taken.call, answer), false);
});
