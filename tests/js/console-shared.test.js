import assert from "node:assert/strict";
import { test } from "node:test";

import { standing } from "../../console/static/home/running.js";
import { clockTime } from "../../console/static/shared/clock.js";
import { duration } from "../../console/static/shared/durations.js";
import { phrasebook } from "../../console/static/shared/phrases.js";

/** @param {string} text no-break spaces made plain */
const plain = (text) => text.replaceAll(/[\u00a0\u202f]/g, " ");

test("durations read as people say them", () => {
  assert.deepEqual([0, 999, 42_000, 65_000, 3_600_000, 7_860_000].map((ms) => plain(duration(ms, "fr"))),
    ["0 s", "0 s", "42 s", "1 min 05 s", "1 h 00 min", "2 h 11 min"]);
});

test("short steps have tenths, with the sign of the language", () => {
  assert.equal(plain(duration(2_340, "fr", true)), "2,3 s");
  assert.equal(plain(duration(2_340, "en", true)), "2.3 s");
  assert.equal(plain(duration(12_340, "fr", true)), "12 s");
});

test("times of day have 24 hours in English, too", () => {
  assert.match(clockTime("2026-11-18T23:06:40Z", "time", "en"), /^\d\d:\d\d$/);
  assert.match(clockTime("2026-11-18T23:06:40Z", "seconds", "fr"), /^\d\d:\d\d:\d\d$/);
});

test("a sentence takes its values, and keeps what it has no value for", () => {
  const say = phrasebook({ took: "Image en {duration}, {other}" });
  assert.equal(say("took", { duration: "2 s" }), "Image en 2 s, {other}");
  assert.equal(say("unknown.key"), "unknown.key");
  assert.deepEqual([say.has("took"), say.has("unknown.key")], [true, false]);
});

test("a value is not read as a pattern", () => {
  assert.equal(phrasebook({ a: "{x}" })("a", { x: "{y} $&" }), "{y} $&");
});

test("a running session stands where its ladder does, unless the camera was refused", () => {
  assert.deepEqual(standing({ rung: "delivered", outcome: "waiting" }), { key: "running.delivered", tone: "wait" });
  assert.deepEqual(standing({ rung: "", outcome: "waiting" }), { key: "running.queued", tone: "wait" });
  assert.deepEqual(standing({ rung: "asked", outcome: "refused" }), { key: "running.refused", tone: "alert" });
  assert.deepEqual(standing({ rung: "picture", outcome: "picture" }), { key: "running.picture", tone: "ok" });
});
