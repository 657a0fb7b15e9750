import assert from "node:assert/strict";
import { test } from "node:test";

import { flags, initial, reduce } from "../../patient_pwa/static/state.js";

/** @param {import("../../patient_pwa/static/state.js").Message[]} messages */
const after = (...messages) => messages.reduce(reduce, initial("chrome"));
/** @param {import("../../patient_pwa/static/state.js").Message[]} messages */
const shown = (...messages) => [...flags(after(...messages))];
const ready = { type: "looked", state: "ready", centre: "SAMU 54" };
const live = [ready, { type: "asking" }, { type: "granted" }];

test("a good link leads to the one button, and names the centre", () => {
  assert.equal(after(ready).screen, "ready");
  assert.equal(after(ready).centre, "SAMU 54");
});

test("in a browser that is inside another application, the link is offered to a real one first", () => {
  assert.equal(after({ ...ready, inApp: true }).screen, "inapp");
});

for (const state of ["claimed", "replaced"]) {
  test(`a link that is ${state} has a screen of its own, by which its owner can go on`, () => {
    assert.equal(after({ type: "looked", state, centre: "" }).screen, state);
  });
}

for (const state of ["expired", "revoked", "unknown"]) {
  test(`a link that is ${state} says so`, () => {
    const found = shown({ type: "looked", state, centre: "" });
    assert.ok(found.includes("unusable") && found.includes(`unusable:${state}`));
  });
}

test("a visio that has ended stays ended, whatever comes after", () => {
  assert.equal(after(...live, { type: "ended" }, ...live, { type: "hungup" }).screen, "ended");
  assert.equal(after({ type: "looked", state: "ended", centre: "" }, ready).screen, "ended");
});

test("the picture is connecting, then seen, then lost", () => {
  assert.ok(shown(...live).includes("connecting"));
  assert.ok(shown(...live, { type: "link", link: "connected" }).includes("connected"));
  assert.ok(shown(...live, { type: "link", link: "lost" }).includes("lost"));
});

test("a socket that is lost is no concern of the caller while the picture flows", () => {
  const found = shown(...live, { type: "link", link: "connected" }, { type: "socket", socket: "lost" });
  assert.ok(found.includes("connected") && !found.includes("lost"));
});

test("a socket that is lost before the picture flows is", () => {
  assert.ok(shown(...live, { type: "socket", socket: "lost" }).includes("lost"));
});

test("only what the phone can do is shown", () => {
  const can = { facing: ["environment"], torch: false, zoom: null, position: true };
  const with_ = (/** @type {object} */ more) => shown({ type: "controls", controls: { capabilities: { ...can, ...more } } });
  assert.deepEqual(with_({}).filter((flag) => flag.startsWith("can-")), []);
  const all = with_({ facing: ["environment", "user"], torch: true, zoom: [1, 4, 0.1] });
  assert.deepEqual(all.filter((flag) => flag.startsWith("can-")), ["can-flip", "can-light", "can-zoom"]);
});

test("a camera that was refused shows the menus of this browser", () => {
  const found = shown({ type: "refused", reason: "denied" });
  for (const flag of ["refused", "refused:denied", "chrome:denied", "menus"]) assert.ok(found.includes(flag), flag);
  assert.ok(!shown({ type: "refused", reason: "busy" }).includes("menus"));
});

test("a slow network is said, until the server answers", () => {
  assert.ok(shown({ type: "trouble" }).includes("slow"));
  assert.ok(!shown({ type: "trouble" }, ready).includes("slow"));
});

test("a wrong code and too many codes are told apart", () => {
  assert.ok(shown({ type: "code", reason: "wrong" }).includes("code:wrong"));
  assert.equal(after({ type: "code", reason: "throttled", seconds: 13 }).seconds, 13);
});

test("an unknown message changes nothing", () => {
  assert.deepEqual(after({ type: "rumour" }), initial("chrome"));
});

test("the first screen says that the video will be recorded only where it will", () => {
  assert.ok(!shown(ready).includes("recording"));
  assert.ok(shown({ ...ready, recording: true }).includes("recording"));
});

test("a video is shown as recorded for as long as the server says so", () => {
  assert.ok(!shown(...live).includes("recorded"));
  assert.ok(shown(...live, { type: "recorded", on: true }).includes("recorded"));
  assert.ok(!shown(...live, { type: "recorded", on: true }, { type: "recorded", on: false }).includes("recorded"));
});
