import { panned, zoomedBy, zoomedTo } from "../framing.js";
import { control, wantedZoom } from "../controls.js";
import { pictureSize } from "../picture.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../framing.js").Point} Point */

const NOTCH = 100; // px of a wheel's click; a pinch on a touchpad comes as a wheel with Ctrl, in small change
const SLIP = 5; // px that a click may move

/**
 * Ctrl and the wheel zoom at the cursor, a drag pans, two fingers pinch.
 *
 * @param {HTMLElement} layers @param {import("../intents.js").Intents} intents @param {() => State} read
 */
export function followGestures(layers, intents, read) {
  /** @type {Map<number, Point>} fingers, or the mouse, by their pointer ids */
  const held = new Map();
  let pinch = { apart: 0, phone: 1, digital: 1 };
  let travelled = 0;
  const box = () => layers.getBoundingClientRect();

  layers.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const notches = -(event.deltaMode === 0 ? event.deltaY : event.deltaY * 33) / NOTCH;
      intents.frame(zoomedBy(read().framing, notches, box(), pictureSize(read()), pointOf(event)));
    },
    { passive: false },
  );
  layers.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (held.size === 0) travelled = 0;
    held.set(event.pointerId, pointOf(event));
    if (held.size === 2) pinch = { apart: apart(held), phone: wantedZoom(read()), digital: read().framing.zoom };
  });
  layers.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const by = { x: event.clientX - before.x, y: event.clientY - before.y };
    held.set(event.pointerId, pointOf(event));
    travelled += Math.hypot(by.x, by.y);
    if (travelled > SLIP) layers.setPointerCapture(event.pointerId);
    if (held.size === 2) follow();
    else if (read().framing.zoom > 1) intents.frame(panned(read().framing, by, box(), pictureSize(read())));
  });
  for (const over of /** @type {const} */ (["pointerup", "pointercancel"])) {
    layers.addEventListener(over, (event) => held.delete(event.pointerId));
  }
  // The click that ends a drag points at nothing.
  layers.addEventListener("click", (event) => travelled > SLIP && event.stopImmediatePropagation(), true);

  /** The phone's own zoom shows more than enlarged pixels: the fingers drive it where there is one. */
  function follow() {
    const ratio = apart(held) / (pinch.apart || 1);
    if (!control(read(), "zoom").obstacle) return intents.zoomTo(pinch.phone * ratio);
    intents.frame(zoomedTo(read().framing, pinch.digital * ratio, box(), pictureSize(read()), middle(held)));
  }
}

/** @param {MouseEvent} event @returns {Point} */
const pointOf = (event) => ({ x: event.clientX, y: event.clientY });

/** @param {Map<number, Point>} held @returns {[Point, Point]} */
function pair(held) {
  const [one = { x: 0, y: 0 }, other = one] = held.values();
  return [one, other];
}

/** @param {Map<number, Point>} held */
function apart(held) {
  const [one, other] = pair(held);
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** @param {Map<number, Point>} held @returns {Point} */
function middle(held) {
  const [one, other] = pair(held);
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
