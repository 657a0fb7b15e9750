import assert from "node:assert/strict";
import { test } from "node:test";

import { control } from "../../console/static/room/controls.js";
import { situation } from "../../console/static/room/situation.js";
import { at, connected, frame, happen, phoneState, withPhone } from "./console-room.js";

/** @param {any} state @param {boolean} pause @param {number} revision */
const said = (state, pause, revision) =>
  happen(state, { ...phoneState, revision, actual: { ...phoneState.actual, pause } });

const live = () => frame(happen(withPhone(), connected), 0);

test("a picture that is held back is calm news at once, and a stall of the relay's changes nothing", () => {
  const held = said(live(), true, 100);
  assert.deepEqual([situation(held)?.title, situation(held)?.tone], ["paused", "wait"]);
  const stalled = at(happen(held, { type: "media.stalled", participant: "p1" }), 60_000);
  assert.deepEqual([situation(stalled)?.title, situation(stalled)?.tone], ["paused", "wait"]);
});

test("after the pause the picture has some seconds to be back, then it is a fault", () => {
  const back = said(said(live(), true, 100), false, 101);
  const since = back.call.phone?.pause?.at ?? 0;
  const later = (/** @type {number} */ ms) => situation({ ...back, now: since + ms })?.title;
  assert.deepEqual([later(3_000), later(6_000)], ["resuming", "stalled"]);
});

test("a caller who leaves the page is told of, paused or not", () => {
  const hidden = happen(said(live(), true, 100), { type: "page.hidden", participant: "p1" });
  assert.equal(situation(at(hidden, 60_000))?.title, "hidden");
});

test("no sharp photo is asked for while the picture is paused, and one click resumes it", () => {
  const held = said(live(), true, 100);
  assert.equal(control(held, "photo").obstacle, "can't.paused");
  assert.equal(control(held, "pause").next, false);
});
