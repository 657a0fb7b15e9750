import { part, setAttribute, show } from "../../shared/dom.js";
import { control } from "../controls.js";
import { hadPicture, pictureSize } from "../picture.js";
import { placeAt, pointOf } from "../framing.js";

/** @typedef {import("../state.js").State} State */

const RING_SHOWN = 4_000; // ms, as on the phone

/**
 * A click on the picture shows a ring there on the phone: with the tool switched on, or with Alt.
 *
 * @param {ParentNode} root
 * @param {import("../intents.js").Intents} intents
 * @param {() => State} read
 */
export function pointingView(root, intents, read) {
  const button = part(root, "pointing");
  const layers = part(root, "layers");
  const ring = part(root, "ring");
  let on = false;
  const toggle = (wanted = !on) => {
    on = wanted && !isBlocked(read());
    setAttribute(button, "aria-pressed", String(on));
    setAttribute(layers, "data-pointing", String(on));
  };
  button.addEventListener("click", () => toggle());
  document.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  layers.addEventListener("click", (event) => {
    if (!on && !event.altKey) return;
    const state = read();
    const click = { x: event.clientX, y: event.clientY };
    const place = placeAt(state.framing, layers.getBoundingClientRect(), pictureSize(state), click);
    if (place && hadPicture(state) && !isBlocked(state)) intents.point(place);
  });

  const render = (/** @type {State} */ state) => {
    const blocked = isBlocked(state);
    setAttribute(button, "aria-disabled", String(blocked));
    if (blocked && on) toggle(false);
    const now = isRingShown(state) ? state.ring : null;
    show(ring, now !== null);
    if (now) placeRing(ring, state, layers.getBoundingClientRect(), now.place);
  };
  return { render, toggle: () => toggle() };
}

/** A frozen picture is not what the phone shows now: a place on it may be another there. @param {State} state */
const isBlocked = (state) => state.frozen !== null || Boolean(control(state, "pointer").obstacle);

/** @param {State} state */
function isRingShown(state) {
  return state.ring !== null && !state.frozen && state.now - state.ring.at < RING_SHOWN && hadPicture(state);
}

/** @param {HTMLElement} ring @param {State} state @param {DOMRect} box @param {[number, number]} place */
function placeRing(ring, state, box, place) {
  const { x, y } = pointOf(state.framing, box, pictureSize(state), place);
  ring.style.left = `${x - box.left}px`;
  ring.style.top = `${y - box.top}px`;
}
