import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Control } from "../../patient_pwa/static/control.js";
import { addLensControls } from "../../patient_pwa/static/lens-controls.js";

/** @typedef {import("../../patient_pwa/static/control.js").State} State */

/** @type {any[]} */
let told = [];
/** @type {{name: string, value: any, done: () => void, fail: (error?: Error) => void}[]} */
let works = [];
/** @type {Pick<State, "capabilities" | "actual">} */
let phone;
/** @type {Control} */
let control;
let on = true; // the caller has not stopped the video

/** Lets promises settle while the clock stands still. */
async function settle() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** @param {string} name @param {any} value */
const work = (name, value) =>
  /** @type {Promise<void>} */ (
    new Promise((done, fail) => {
      works.push({ name, value, done, fail });
    })
  );

const camera = {
  abilities() {
    const { facing, torch, zoom } = phone.capabilities;
    return { facing, torch, zoom };
  },
  values: () => phone.actual,
  get open() {
    return phone.actual["camera"] !== null;
  },
  flip: (/** @type {string} */ facing) => work("camera", facing),
  torch: (/** @type {boolean} */ lit) => work("torch", lit),
  zoom: (/** @type {number} */ zoom) => work("zoom", zoom),
};

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  told = [];
  works = [];
  on = true;
  phone = {
    capabilities: { facing: ["environment", "user"], torch: true, zoom: [1, 4, 0.1], position: true },
    actual: { camera: "environment", torch: false, zoom: 1, position: false },
  };
  control = new Control({ tell: (frame) => told.push(frame), onState: () => {} });
  addLensControls(control, /** @type {any} */ (camera), () => on);
  control.add("position", {
    parallel: true,
    takes: (value) => typeof value === "boolean",
    able: () => phone.capabilities.position,
    apply: (value) => work("position", value),
    value: () => phone.actual.position,
    reason: () => "unsupported",
    capabilities: () => ({ position: phone.capabilities.position }),
  });
  control.hello(3);
  told = [];
});

const command = (/** @type {string} */ id, /** @type {any} */ name, /** @type {any} */ value, epoch = 3) =>
  control.command({ id, epoch, name, value });
const results = () => told.filter(({ type }) => type === "result").map(({ id, error }) => [id, error ?? "done"]);
const states = () => told.map((frame) => (frame.type === "result" ? frame.state : frame)).filter((frame) => frame?.type === "state");

/** @param {Partial<State["actual"]>} actual */
async function finish(actual) {
  phone.actual = { ...phone.actual, ...actual };
  works[works.length - 1].done();
  await settle();
}

test("rule 2: a command is carried out and answered by its id", async () => {
  command("a", "torch", true);
  assert.deepEqual([works[0].name, works[0].value], ["torch", true]);
  assert.deepEqual(results(), []);
  await finish({ torch: true });
  assert.deepEqual(results(), [["a", "done"]]);
});

test("rule 4: what is wanted is told apart from what is, with a rising revision", async () => {
  command("a", "torch", true);
  mock.timers.tick(150);
  assert.equal(states()[0].wanted.torch, true);
  assert.equal(states()[0].actual.torch, false);
  await finish({ torch: true });
  const [newest] = states().slice(-1);
  assert.equal(newest.actual.torch, true);
  assert.ok(newest.revision > states()[0].revision);
});

test("what is done at once is told once", async () => {
  command("a", "torch", true);
  await finish({ torch: true });
  assert.equal(states().length, 1);
});

test("the new state is told with the answer, so that a console never shows an old one as done", async () => {
  command("a", "torch", true);
  await finish({ torch: true });
  assert.deepEqual(told.map(({ type }) => type), ["result"]);
  assert.equal(told[0].state.actual.torch, true);
});

test("rule 4: a torch that says yes and stays dark is re-read and reported as dark", async () => {
  command("a", "torch", true);
  await finish({});
  mock.timers.tick(500);
  const [newest] = states().slice(-1);
  assert.deepEqual([newest.wanted.torch, newest.actual.torch], [true, false]);
});

test("rule 4: a torch that is lit 500 ms late is told", async () => {
  command("a", "torch", true);
  await finish({});
  phone.actual.torch = true;
  mock.timers.tick(500);
  mock.timers.tick(200);
  assert.equal(states().slice(-1)[0].actual.torch, true);
});

test("rule 3: camera operations run one at a time", async () => {
  command("a", "torch", true);
  command("b", "zoom", 2);
  assert.equal(works.length, 1);
  await finish({ torch: true });
  assert.equal(works[1].name, "zoom");
  await finish({ zoom: 2 });
  assert.deepEqual(results(), [["a", "done"], ["b", "done"]]);
});

test("rule 3: only a newer value of the same control replaces one that waits", async () => {
  command("a", "torch", true);
  command("b", "zoom", 2);
  command("c", "camera", "user");
  command("d", "zoom", 3);
  assert.deepEqual(results(), [["b", "replaced"]]);
  await finish({ torch: true });
  await finish({ zoom: 3 });
  await finish({ camera: "user" });
  assert.deepEqual(works.map(({ name, value }) => [name, value]), [["torch", true], ["zoom", 3], ["camera", "user"]]);
  assert.deepEqual(results().slice(1), [["a", "done"], ["d", "done"], ["c", "done"]]);
});

test("the caller's own tap takes its turn like a command, and has no answer", async () => {
  command("a", "torch", true);
  control.tap("zoom", 2);
  command("b", "zoom", 3);
  await finish({ torch: true });
  assert.deepEqual(works.map(({ value }) => value), [true, 3]);
  control.tap("torch", false);
  await finish({ zoom: 3 });
  await finish({ torch: false });
  assert.deepEqual(results(), [["a", "done"], ["b", "done"]]);
});

test("rule 2: a repeated command is answered from memory and not run again", async () => {
  command("a", "torch", true);
  command("a", "torch", true);
  await finish({ torch: true });
  command("a", "torch", true);
  assert.equal(works.length, 1);
  assert.deepEqual(results(), [["a", "done"], ["a", "done"]]);
});

test("a refusal is remembered as well as a success", () => {
  command("a", "zoom", 9);
  command("a", "zoom", 9);
  assert.deepEqual(results(), [["a", "out_of_range"], ["a", "out_of_range"]]);
});

test("rule 2: the last two hundred answers are kept", async () => {
  command("first", "zoom", 9);
  for (let n = 0; n < 199; n++) command(`n${n}`, "zoom", 9);
  await settle();
  phone.capabilities.zoom = [1, 10, 0.1];
  command("first", "zoom", 9);
  assert.equal(works.length, 0);
  command("one more", "zoom", 99);
  await settle();
  command("first", "zoom", 9);
  assert.equal(works.length, 1);
});

test("rule 5: a command for an earlier load of the page is refused, and not remembered", () => {
  command("a", "torch", true, 2);
  assert.deepEqual(results(), [["a", "stale_epoch"]]);
  command("a", "torch", true);
  assert.equal(works.length, 1);
});

test("an operation that fails leaves nothing wanted", async () => {
  command("a", "torch", true);
  works[0].fail(new Error("no"));
  await settle();
  assert.deepEqual(results(), [["a", "failed"]]);
  assert.equal(states().slice(-1)[0].wanted.torch, false);
});

test("rule 8: a camera that needs a tap is answered so", async () => {
  command("a", "camera", "user");
  works[0].fail(Object.assign(new Error(), { name: "NotAllowedError" }));
  await settle();
  assert.deepEqual(results(), [["a", "needs_tap"]]);
});

test("rule 8: while the camera is off, whatever needs it answers that a tap is needed, and runs nothing", async () => {
  phone.capabilities = { facing: [], torch: false, zoom: null, position: true };
  phone.actual = { camera: null, torch: null, zoom: null, position: false };
  command("a", "camera", "user");
  command("b", "torch", true);
  await settle();
  assert.deepEqual(results(), [["a", "needs_tap"], ["b", "needs_tap"]]);
  assert.deepEqual(works, []);
});

test("rule 8: a caller who stopped the video is not filmed again by a command", async () => {
  on = false;
  command("a", "camera", "user");
  await settle();
  assert.deepEqual([results(), works], [[["a", "needs_tap"]], []]);
});

test("rule 3: an operation knows which command asked for it", async () => {
  /** @type {any[]} */
  const ids = [];
  control.add("photo", { takes: () => true, able: () => true, apply: (_, id) => ids.push(id) });
  command("a", "photo", true);
  control.tap("photo", true);
  await settle();
  assert.deepEqual(ids, ["a", null]);
});

test("rule 3: an operation that never ends does not hold up the next one", async () => {
  command("a", "camera", "user");
  command("b", "torch", true);
  mock.timers.tick(6000);
  await settle();
  assert.deepEqual(results(), [["a", "failed"]]);
  assert.equal(works[1].name, "torch");
});

test("the position never waits for a camera", () => {
  command("a", "camera", "user");
  command("b", "position", true);
  assert.deepEqual(works.map(({ name }) => name), ["camera", "position"]);
});

test("rule 7: another lens has its own zoom and torch: what it can do is told anew, and a zoom of the old one is forgotten", async () => {
  command("a", "zoom", 3);
  await finish({ zoom: 3 });
  command("b", "camera", "user");
  phone.capabilities = { ...phone.capabilities, torch: false, zoom: [1, 2, 0.1] };
  await finish({ camera: "user", zoom: 1, torch: null });
  const [newest] = states().slice(-1);
  assert.deepEqual(newest.wanted, { camera: "user", torch: null, zoom: 1, position: false });
  assert.deepEqual(newest.capabilities.zoom, [1, 2, 0.1]);
});

test("a command is judged by the lens that is there when its turn comes", async () => {
  command("a", "camera", "user");
  command("b", "torch", true);
  phone.capabilities = { ...phone.capabilities, torch: false };
  await finish({ camera: "user" });
  assert.deepEqual(results(), [["a", "done"], ["b", "unsupported"]]);
});

test("a pinch is not a flood: states are told five times a second at most", async () => {
  for (let zoom = 1.1; zoom < 3; zoom += 0.1) {
    control.tap("zoom", zoom);
    await finish({ zoom });
  }
  assert.equal(states().length, 1);
  mock.timers.tick(200);
  assert.equal(states().length, 2);
  assert.equal(states()[1].actual.zoom, phone.actual.zoom);
});

test("rule 6: hello says everything, on every opening of a channel", () => {
  control.hello();
  const { type, epoch, capabilities, wanted, actual } = told[0];
  assert.deepEqual([type, epoch, capabilities, actual], ["hello", 3, phone.capabilities, phone.actual]);
  assert.deepEqual(wanted, phone.actual);
});

test("rule 5: a new epoch counts its revisions from one", () => {
  phone.actual.zoom = 2;
  control.refresh();
  control.hello(4);
  assert.deepEqual([told[1].epoch, told[1].revision], [4, 1]);
});

test("nothing is told when nothing has changed", () => {
  control.refresh();
  assert.deepEqual(told, []);
});

/** @param {any} name @param {any} value what an answer says of it */
async function answer(name, value) {
  told = [];
  command(`${name} ${String(value)} ${Math.random()}`, name, value);
  await settle();
  if (works.length) await finish({});
  works = [];
  return results()[0]?.[1];
}

test("impossible values are named as such, missing abilities too", async () => {
  assert.equal(await answer("zoom", 4), "done");
  assert.equal(await answer("zoom", 4.1), "out_of_range");
  assert.equal(await answer("zoom", "2"), "out_of_range");
  assert.equal(await answer("zoom", Number.NaN), "out_of_range");
  assert.equal(await answer("torch", 1), "out_of_range");
  assert.equal(await answer("camera", "sideways"), "out_of_range");
  phone.capabilities = { facing: ["environment"], torch: false, zoom: null, position: false };
  assert.equal(await answer("zoom", 2), "unsupported");
  assert.equal(await answer("torch", true), "unsupported");
  assert.equal(await answer("camera", "user"), "unsupported");
  assert.equal(await answer("position", true), "unsupported");
  assert.equal(await answer("siren", true), "unsupported");
  assert.equal(await answer("constructor", true), "unsupported");
});

test("a grey control says why", () => {
  /** @param {Partial<State["capabilities"]>} can @param {string | null} facing */
  const why = (can, facing) => {
    phone.capabilities = { facing: ["environment"], torch: false, zoom: null, position: true, ...can };
    phone.actual["camera"] = facing;
    control.hello();
    return told[told.length - 1].reasons;
  };
  assert.deepEqual(why({}, "environment"), { camera: "unsupported", torch: "unsupported", zoom: "unsupported" });
  assert.deepEqual(why({ facing: ["environment", "user"] }, "user"), { torch: "lens", zoom: "lens" });
  const nothing = { camera: "needs_tap", torch: "needs_tap", zoom: "needs_tap", position: "unsupported" };
  assert.deepEqual(why({ facing: [], position: false }, null), nothing);
});
