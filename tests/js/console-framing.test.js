import assert from "node:assert/strict";
import test from "node:test";

import {
  WHOLE, brightened, panned, placeAt, pointOf, transform, turned, unzoomed, zoomedBy, zoomedTo,
} from "../../console/static/room/framing.js"; // prettier-ignore

const BOX = { left: 100, top: 50, width: 800, height: 600 };
const WIDE = { width: 1280, height: 720 };
const HIGH = { width: 720, height: 1280 };

test("what lies under the cursor stays there while the picture grows", () => {
  const cursor = { x: 300, y: 300 };
  const before = placeAt(WHOLE, BOX, WIDE, cursor);
  const closer = zoomedBy(WHOLE, 5, BOX, WIDE, cursor);
  assert.ok(closer.zoom > 3);
  assert.deepEqual(placeAt(closer, BOX, WIDE, cursor), before);
});

test("a zoom ends at 8, and the way back at the whole picture in its place", () => {
  const closest = zoomedBy(WHOLE, 100, BOX, WIDE, { x: 110, y: 300 });
  assert.equal(closest.zoom, 8);
  assert.deepEqual(zoomedBy(closest, -100, BOX, WIDE), WHOLE);
  assert.deepEqual(unzoomed(closest), WHOLE);
});

test("a picture that is whole can't be pushed away, a zoomed one no further than its edge", () => {
  assert.deepEqual(panned(WHOLE, { x: 200, y: 100 }, BOX, WIDE), WHOLE);
  const zoomed = panned(zoomedTo(WHOLE, 2, BOX, WIDE), { x: 9_999, y: 0 }, BOX, WIDE);
  assert.equal(pointOf(zoomed, BOX, WIDE, [0, 0.5]).x, BOX.left);
});

test("a turned picture fits its box: upright it uses the whole height", () => {
  const once = turned(WHOLE);
  const top = pointOf(once, BOX, HIGH, [0, 0.5]);
  const right = pointOf(once, BOX, HIGH, [0.5, 0]);
  assert.deepEqual([Math.round(top.x), Math.round(top.y)], [500, 125]); // the left edge is on top now
  assert.deepEqual([Math.round(right.x), Math.round(right.y)], [900, 350]);
});

test("turning four times, and brightening three times, is where it began", () => {
  assert.deepEqual([1, 2, 3, 4].reduce(turned, WHOLE), WHOLE);
  assert.deepEqual([1, 2, 3].reduce(brightened, WHOLE), WHOLE);
});

test("a click hits the same place of the picture under every zoom, pan and turn", () => {
  for (const size of [WIDE, HIGH]) {
    for (const quarters of [0, 1, 2, 3]) {
      const upright = Array.from({ length: quarters }).reduce(turned, WHOLE);
      const zoomed = zoomedTo(upright, 2.5, BOX, size, { x: 400, y: 300 });
      const framing = panned(zoomed, { x: 37, y: -21 }, BOX, size);
      for (const place of /** @type {[number, number][]} */ ([[0.25, 0.4], [0.9, 0.1], [0.5, 0.5]])) {
        assert.deepEqual(placeAt(framing, BOX, size, pointOf(framing, BOX, size, place)), place);
      }
    }
  }
});

test("a click beside a turned picture hits nothing", () => {
  assert.equal(placeAt(turned(WHOLE), BOX, WIDE, { x: 110, y: 350 }), null);
  assert.notEqual(placeAt(WHOLE, BOX, WIDE, { x: 110, y: 350 }), null);
});

test("the style says what the sums say", () => {
  const framing = { ...WHOLE, zoom: 2, x: 0.25, y: -0.1 };
  assert.equal(transform(framing, BOX, WIDE), "translate(25%, -10%) scale(2) rotate(0deg)");
});
