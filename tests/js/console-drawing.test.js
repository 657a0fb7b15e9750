import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST, Sketch, extended, isDrawn, paint, seen, sentSize } from "../../console/static/room/drawing.js";
import { WHOLE } from "../../console/static/room/framing.js";

/** A context that notes what is asked of it. */
function noting() {
  /** @type {any[][]} */
  const calls = [];
  const context = new Proxy(/** @type {any} */ ({}), {
    get: (target, name) => target[name] ?? ((/** @type {any[]} */ ...values) => calls.push([name, ...values])),
  });
  return { calls, context };
}

const RED = "#ff2b3d";

test("a line keeps its places but those that say nothing new, an arrow its two ends", () => {
  const line = extended(extended({ tool: "line", colour: RED, scale: 1, places: [[0.1, 0.1]] }, [0.1001, 0.1]), [0.2, 0.1]);
  assert.deepEqual(line.places, [[0.1, 0.1], [0.2, 0.1]]);
  const arrow = [[0.5, 0.5], [0.9, 0.9]].reduce(
    (stroke, place) => extended(stroke, /** @type {[number, number]} */ (place)),
    /** @type {import("../../console/static/room/drawing.js").Stroke} */ ({ tool: "arrow", colour: RED, scale: 1, places: [[0, 0]] }),
  );
  assert.deepEqual(arrow.places, [[0, 0], [0.9, 0.9]]);
});

test("a click draws a dot, and neither an arrow nor a circle", () => {
  assert.ok(isDrawn({ tool: "line", colour: RED, scale: 1, places: [[0, 0]] }));
  assert.ok(!isDrawn({ tool: "arrow", colour: RED, scale: 1, places: [[0, 0]] }));
  assert.ok(!isDrawn({ tool: "circle", colour: RED, scale: 1, places: [[0, 0]] }));
});

test("a sketch takes its last stroke back, and then the one before", () => {
  const sketch = new Sketch();
  for (const start of [0.1, 0.2]) {
    sketch.begin([start, 0]);
    sketch.goOn([start, 0.5]);
    sketch.lift();
  }
  assert.equal(sketch.shown.length, 2);
  sketch.undo();
  assert.deepEqual(sketch.strokes.map((one) => one.places[0]), [[0.1, 0]]);
  sketch.undo();
  sketch.undo();
  assert.deepEqual(sketch.strokes, []);
});

test("strokes lie where the hand drew them, whatever the size of the canvas, each with a dark edge", () => {
  const { calls, context } = noting();
  paint(context, [{ tool: "circle", colour: RED, scale: 1, places: [[0.25, 0.5], [0.75, 0.9]] }], { width: 400, height: 200 });
  const circles = calls.filter(([name]) => name === "ellipse");
  assert.equal(circles.length, 2);
  assert.deepEqual(circles[0]?.slice(1, 5).map(Math.round), [200, 140, 100, 40]);
});

test("what is sent is no larger than the picture, and not too heavy for a phone", () => {
  assert.deepEqual(sentSize({ width: 640, height: 480 }), { width: 640, height: 480 });
  assert.deepEqual(sentSize({ width: 3200, height: 1800 }), { width: LONGEST, height: 900 });
});

test("what is sent is the part of the picture that is in sight, turned as it is looked at", () => {
  const box = { left: 0, top: 0, width: 400, height: 300 };
  const size = { width: 800, height: 600 };
  assert.deepEqual(seen(WHOLE, box, size), { left: 0, top: 0, width: 1, height: 1 });
  const corner = { ...WHOLE, zoom: 2, x: 0.5, y: 0.5 };
  assert.deepEqual(seen(corner, box, size), { left: 0, top: 0, width: 0.5, height: 0.5 });
  const { width, height } = seen({ ...WHOLE, turn: 1, zoom: 4 / 3 }, box, size);
  assert.equal(width, 1);
  assert.ok(Math.abs(height - 0.75) < 1e-9);
});

test("a line is as wide to the eye on an enlarged picture", () => {
  const sketch = new Sketch();
  sketch.begin([0.5, 0.5], 4);
  const { context } = noting();
  paint(context, sketch.shown, { width: 1000, height: 500 });
  assert.equal(context.lineWidth, 2);
  sketch.begin([0.5, 0.5]);
  paint(context, sketch.shown, { width: 1000, height: 500 });
  assert.equal(context.lineWidth, 8);
});
