import assert from "node:assert/strict";
import { test } from "node:test";

import { Lenses } from "../../patient_pwa/static/later/lens.js";

/** @type {string[]} */
let chosen = [];

/** @param {[string, string | undefined][]} found deviceId and facing @param {string} now the deviceId in use */
function lenses(found, now, open = true) {
  chosen = [];
  return new Lenses(
    /** @type {any} */ ({
      open,
      lenses: found.map(([deviceId, facing]) => ({ deviceId, label: `${deviceId}, facing ${facing}`, facing })),
      track: { getSettings: () => ({ deviceId: now }) },
      choose: async (/** @type {string} */ id) => chosen.push(id),
    }),
  );
}

test("several lenses: those that look the same way are listed, by short names of ours", () => {
  const made = lenses([["aaa", "environment"], ["bbb", "user"], ["ccc", "environment"]], "ccc");
  assert.deepEqual(made.list(), [
    { id: "l1", label: "aaa, facing environment", facing: "environment" },
    { id: "l2", label: "ccc, facing environment", facing: "environment" },
  ]);
  assert.equal(made.current(), "l2");
});

test("the name that was listed opens its lens", async () => {
  const made = lenses([["aaa", "environment"], ["ccc", "environment"]], "aaa");
  made.list();
  await made.choose("l2");
  assert.deepEqual(chosen, ["ccc"]);
});

test("a front camera in use is none of the lenses at the back", () => {
  assert.equal(lenses([["aaa", "environment"], ["bbb", "user"], ["ccc", "environment"]], "bbb").current(), null);
});

test("two cameras that look apart, cameras that don't say which way, and a camera that is off offer no choice", () => {
  assert.deepEqual(lenses([["aaa", "environment"], ["bbb", "user"]], "aaa").list(), []);
  assert.deepEqual(lenses([["aaa", undefined], ["bbb", undefined]], "aaa").list(), []);
  assert.deepEqual(lenses([["aaa", "environment"], ["ccc", "environment"]], "aaa", false).list(), []);
});

test("the name of a lens may be as long as it likes", () => {
  const [{ label }] = lenses([["a".repeat(500), "environment"], ["b", "environment"]], "b").list();
  assert.equal(label.length, 60);
});
