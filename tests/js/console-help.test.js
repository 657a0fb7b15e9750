import assert from "node:assert/strict";
import { test } from "node:test";

import { GROUPS, intentsOfKeys, keysOf } from "../../console/static/room/keys.js";
import { promptOf, remedy } from "../../console/static/room/remedy.js";
import { situation } from "../../console/static/room/situation.js";
import { accepted, asked, at, claimed, emptyRoom, firstPicture, frame, happen, invited, phoneState, queued, withPhone } from "./console-room.js";

test("the list of keys has every function of a key, once", () => {
  const listed = Object.values(GROUPS).flatMap((intents) => [...intents].map(String));
  assert.deepEqual([...listed].sort(), [...intentsOfKeys()].sort());
  for (const intent of listed) assert.notDeepEqual(keysOf(intent), [], intent);
});

test("no key of the list stands for two functions", () => {
  const caps = Object.values(GROUPS).flatMap((intents) => [...intents].flatMap((intent) => keysOf(intent)));
  assert.equal(new Set(caps).size, caps.length);
});

test("an SMS without a receipt is sent again in a click, and the code is read aloud meanwhile", () => {
  const waiting = happen(emptyRoom(), invited, queued, accepted);
  assert.equal(remedy(waiting, false), null);
  const late = at(waiting, 17_001); // accepted 2 s after NOW
  assert.deepEqual(remedy(late, false), { acts: ["resend"], code: true, hint: "" });
  assert.deepEqual(remedy(late, true)?.acts, ["other", "resend"]);
});

test("ten seconds before the camera's question are too many, and its look is told for each browser", () => {
  const prompted = happen(emptyRoom(), invited, queued, claimed, asked);
  assert.equal(situation(prompted)?.title, "wait.granted");
  assert.equal(remedy(prompted, false)?.hint, "browser.ios");
  assert.equal(situation(at(prompted, 13_001))?.title, "camera.late"); // asked 3 s after NOW
  const browsers = ["Chrome 140, Android", "Samsung Internet 29, Android", "Firefox 140, Android", "Facebook (in-app), Android", "Instagram (in-app), iOS", "Chrome 140, Windows", ""];
  assert.deepEqual(browsers.map(promptOf), ["browser.android", "browser.samsung", "browser.firefox", "browser.android_app", "browser.ios_app", "", ""]);
});

test("a caller who left the page gets the link again, a weak line its profile", () => {
  const hidden = happen(withPhone(), firstPicture, { type: "page.hidden", participant: "p1" });
  assert.deepEqual(remedy(at(frame(hidden, 0), 20_000), false)?.acts, ["resend"]);
  const weak = at(frame(happen(withPhone(), { ...phoneState, revision: 2, actual: { profile: "auto" } }), 0), 20_000);
  assert.equal(situation(weak)?.title, "stalled");
  assert.deepEqual(remedy(weak, false)?.acts, ["weak"]);
  const set = happen(withPhone(), { ...phoneState, revision: 2, actual: { profile: "weak" } });
  assert.deepEqual(remedy(at(frame(set, 0), 20_000), false)?.acts, []);
});
