import assert from "node:assert/strict";
import { test } from "node:test";

import { REFUSAL_SHOWN, control, onStep, wantedZoom, zoomedBy } from "../../console/static/room/controls.js";
import { intentOfKey } from "../../console/static/room/keys.js";
import { after, at, emptyRoom, happen, phoneState, withPhone } from "./console-room.js";

test("a click asks for the other camera, or for on and off, from what the phone really does", () => {
  assert.equal(control(withPhone(), "camera").next, "user");
  assert.equal(control(withPhone(), "torch").next, true);
  const lit = happen(withPhone(), { ...phoneState, revision: 2, actual: { camera: "user", torch: true } });
  assert.equal(control(lit, "camera").next, "environment");
  assert.equal(control(lit, "torch").next, false);
});

test("what is shown is what the phone does, not what was clicked", () => {
  const clicked = after(withPhone(), { type: "command.clicked", id: "c1", name: "torch", value: true });
  assert.equal(control(clicked, "torch").actual, false);
  assert.equal(control(clicked, "torch").waiting, true);
});

test("a control that can't be used says why", () => {
  const poor = happen(withPhone(), { ...phoneState, revision: 2, capabilities: { facing: ["environment"] }, reasons: { torch: "lens" } });
  assert.equal(control(poor, "torch").obstacle, "can't.torch.lens");
  assert.equal(control(poor, "zoom").obstacle, "can't.zoom.unsupported");
  assert.equal(control(poor, "camera").obstacle, "can't.camera.unsupported");
  assert.equal(control(poor, "camera").next, null);
});

test("nothing can be driven without a phone, without a line, or while the caller is elsewhere", () => {
  assert.equal(control(emptyRoom(), "torch").obstacle, "can't.no_phone");
  assert.equal(control(after(withPhone(), { type: "line", state: "lost" }), "torch").obstacle, "can't.offline");
  assert.equal(control(happen(withPhone(), { type: "page.hidden", participant: "p1" }), "torch").obstacle, "can't.hidden");
  assert.equal(control(happen(withPhone(), { type: "caller.hung_up", participant: "p1" }), "torch").obstacle, "can't.hung_up");
});

test("a refusal is shown for a few seconds", () => {
  const sent = { type: "command.sent", command: "c1", participant: "p1", by: "alice", name: "torch", value: true };
  const state = happen(withPhone(), sent, { type: "command.answered", command: "c1", participant: "p1", error: "failed" });
  const since = state.call.refusals.torch?.at ?? 0;
  assert.equal(control({ ...state, now: since }, "torch").refusal?.key, "failed");
  assert.equal(control({ ...state, now: since + REFUSAL_SHOWN }, "torch").refusal, null);
});

test("zoom goes up and down by a quarter, on the phone's own steps, within its range", () => {
  assert.equal(zoomedBy(withPhone(), 1), 1.3);
  assert.equal(zoomedBy(withPhone(), -1), 1);
  assert.equal(zoomedBy(withPhone(), 50), 8);
});

test("a notch always moves by one step at least", () => {
  const coarse = happen(withPhone(), { ...phoneState, revision: 2, capabilities: { zoom: [1, 8, 1] }, actual: { zoom: 2 } });
  assert.equal(zoomedBy(coarse, 1), 3);
  assert.equal(zoomedBy(coarse, -1), 1);
});

test("quick keys add up: the next zoom starts from the one that is wanted", () => {
  const clicked = after(withPhone(), { type: "command.clicked", id: "c1", name: "zoom", value: 2 });
  assert.equal(wantedZoom(clicked), 2);
  assert.equal(wantedZoom(after(clicked, { type: "zoom.next", value: 3 })), 3);
  assert.equal(zoomedBy(clicked, 1), 2.5);
});

test("a step of the phone's range leaves no rounding dust", () => {
  assert.equal(onStep(1.3000000000000003, { low: 1, high: 8, step: 0.1 }), 1.3);
  assert.equal(onStep(99, { low: 1, high: 8, step: 0.3 }), 8);
});

test("the state does not change by the look of it", () => {
  const state = withPhone();
  const before = structuredClone(state);
  control(at(state, 5), "zoom");
  assert.deepEqual(state, before);
});

/** @param {string} key @param {object} [more] */
const pressed = (key, more = {}) => ({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...more });

test("keys drive the phone, in capitals too", () => {
  assert.deepEqual(["c", "L", "p", "S", "f", "+", "=", "-"].map((key) => intentOfKey(pressed(key), false)),
    ["camera", "torch", "position", "capture", "fullscreen", "closer", "closer", "wider"]);
});

test("keys of the browser, of a text field, and unknown ones are left alone", () => {
  assert.equal(intentOfKey(pressed("c", { ctrlKey: true }), false), null);
  assert.equal(intentOfKey(pressed("c"), true), null);
  assert.equal(intentOfKey(pressed("F9"), false), null);
});

test("a key held down zooms on, and switches once", () => {
  assert.equal(intentOfKey(pressed("+", { repeat: true }), false), "closer");
  assert.equal(intentOfKey(pressed("l", { repeat: true }), false), null);
});

test("a digit shows its phrase, however a keyboard writes it, and 0 is the tenth", () => {
  assert.equal(intentOfKey(pressed("1", { code: "Digit1", shiftKey: true }), false), 0, "French, with Shift");
  assert.equal(intentOfKey(pressed("1", { code: "Digit1" }), false), 0, "English");
  assert.equal(intentOfKey(pressed("!", { code: "Digit1", shiftKey: true }), false), 0, "English, with Shift");
  assert.equal(intentOfKey(pressed("7", { code: "Numpad7" }), false), 6);
  assert.equal(intentOfKey(pressed("0", { code: "Digit0" }), false), 9);
  assert.equal(intentOfKey(pressed("-", { code: "Digit6" }), false), "wider", "the French minus is on the key of 6");
  assert.equal(intentOfKey(pressed("2", { code: "Digit2", altKey: true }), false), null, "the browser's tabs");
});

test("a lens is chosen where the phone tells several apart, one after the other by its key", () => {
  assert.equal(control(withPhone(), "lens").obstacle, "can't.lens.unsupported");
  const lenses = [{ id: "a", label: "wide" }, { id: "b", label: "main" }];
  const state = happen(withPhone(), { ...phoneState, revision: 2, capabilities: { lenses }, actual: { lens: "b" } });
  assert.deepEqual([control(state, "lens").obstacle, control(state, "lens").next], ["", "a"]);
});

test("words reach a caller whose camera is off, refused or hidden; no other control does", () => {
  for (const fact of [{ type: "caller.hung_up" }, { type: "page.hidden" }]) {
    const state = happen(withPhone(), { ...fact, participant: "p1" });
    for (const name of /** @type {const} */ (["guidance", "message", "metronome", "language"]))
      assert.equal(control(state, name).obstacle, "", `${name} after ${fact.type}`);
    assert.notEqual(control(state, "torch").obstacle, "");
  }
  assert.equal(control(happen(withPhone(), { ...phoneState, revision: 2, reasons: { metronome: "unsupported" } }), "metronome").obstacle,
    "can't.metronome.unsupported");
});
