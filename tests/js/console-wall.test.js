import assert from "node:assert/strict";
import { test } from "node:test";

import { Noted, beside, fresh, ordered } from "../../console/static/wall/order.js";

const tile = (/** @type {string} */ id, /** @type {number} */ started_at, /** @type {string[]} */ alerts = []) => ({
  centre: "c", id, address: "", regulator: "", started_at, rung: "", rung_at: 0, state: "live", since: 0, alerts,
});

test("what needs somebody stands first, then the longest", () => {
  const tiles = [tile("new", 3), tile("old", 1), tile("amiss", 2, ["stalled"])];
  assert.deepEqual(ordered(tiles, new Noted()).map(({ id }) => id), ["amiss", "old", "new"]);
});

test("what was noted is calm until its alerts change", () => {
  const noted = new Noted();
  noted.note(tile("a", 1, ["waiting"]));
  assert.equal(noted.has(tile("a", 1, ["waiting"])), true);
  assert.equal(noted.has(tile("a", 1, ["help", "waiting"])), false);
  assert.equal(noted.has(tile("a", 1)), false);
  noted.keep([]);
  assert.equal(noted.has(tile("a", 1, ["waiting"])), false);
});

test("only an alert that was not there before rings", () => {
  const before = [tile("a", 1, ["waiting"])];
  assert.equal(fresh(before, [tile("a", 1, ["waiting"])]), false);
  assert.equal(fresh(before, [tile("a", 1)]), false);
  assert.equal(fresh(before, [tile("a", 1, ["waiting", "help"])]), true);
  assert.equal(fresh(before, [tile("a", 1, ["waiting"]), tile("b", 2, ["refused"])]), true);
});

test("arrows lead to the tile beside, and to none beyond the last", () => {
  assert.deepEqual(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "a"].map((key) => beside(4, key, 3, 8)), [3, 5, 1, 7, 4]);
  assert.deepEqual(["ArrowUp", "ArrowLeft"].map((key) => beside(0, key, 3, 8)), [0, 0]);
  assert.equal(beside(7, "ArrowRight", 3, 8), 7);
});
