import assert from "node:assert/strict";
import { test } from "node:test";

import { browserOf, inApp } from "../../patient_pwa/static/browser.js";
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

for (const state of ["expired", "revoked", "claimed", "unknown"]) {
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

const IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko)";

test("the browser is known by its user agent, so that its own menus are explained", () => {
  assert.equal(browserOf(`${IOS} Version/18.5 Mobile/15E148 Safari/604.1`), "safari");
  assert.equal(browserOf(`${IOS} CriOS/137.0 Mobile/15E148 Safari/604.1`), "ios");
  assert.equal(browserOf(`${IOS} Mobile/15E148 [FBAN/FBIOS]`), "inapp");
  assert.equal(browserOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", true), "safari");
  assert.equal(browserOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", false), "other");
  assert.equal(browserOf(`${ANDROID} Chrome/137.0.0.0 Mobile Safari/537.36`), "chrome");
  assert.equal(browserOf(`${ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`), "samsung");
  assert.equal(browserOf("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"), "firefox");
  assert.equal(browserOf(`${ANDROID.replace(")", "; wv)")} Version/4.0 Chrome/137.0 Mobile Safari/537.36`), "inapp");
});

test("only views inside Android applications are warned of before the tap: those of iOS reach the camera", () => {
  assert.equal(inApp(`${ANDROID} Chrome/137.0 Mobile Safari/537.36 [FBAN/FB4A;FBAV/500.0]`), true);
  assert.equal(inApp(`${ANDROID} Chrome/137.0 Mobile Safari/537.36`), false);
  assert.equal(inApp(`${IOS} Mobile/15E148 [FBAN/FBIOS]`), false);
});
