import assert from "node:assert/strict";
import { test } from "node:test";

import { delay } from "../../signaling/client/backoff.js";

test("the first try comes at once, and the waits grow to seven seconds, for ever", () => {
  const calm = () => 0;
  const waits = [0, 1, 2, 3, 4, 5, 6, 1000].map((attempt) => delay(attempt, calm));
  assert.deepEqual(waits, [0, 300, 1200, 2700, 4800, 7000, 7000, 7000]);
});

test("phones that lost the same server don't come back in step", () => {
  assert.equal(delay(1, () => 0.9), 300);
  assert.equal(delay(2, () => 0.5), 1700);
  assert.equal(delay(9, () => 0.5), 7500);
});
