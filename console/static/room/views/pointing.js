import { part, setAttribute, show } from "../../shared/dom.js";
import { control } from "../controls.js";
import { hadPicture, pictureSize } from "../picture.js";
import { pictureBox, placeIn } from "../pointing.js";

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
  const stage = part(root, "stage");
  const layers = part(root, "layers");
  const ring = part(root, "ring");
  let on = false;
  const toggle = (wanted = !on) => {
    on = wanted && !control(read(), "pointer").obstacle;
    setAttribute(button, "aria-pressed", String(on));
    setAttribute(stage, "data-pointing", String(on));
  };
  button.addEventListener("click", () => toggle());
  document.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  layers.addEventListener("click", (event) => {
    if (!on && !event.altKey) return;
    const place = placeIn(picture(), { x: event.clientX, y: event.clientY });
    if (place && hadPicture(read())) intents.point(place);
  });
  const picture = () => pictureBox(layers.getBoundingClientRect(), pictureSize(read()));

  const render = (/** @type {State} */ state) => {
    const blocked = Boolean(control(state, "pointer").obstacle);
    setAttribute(button, "aria-disabled", String(blocked));
    if (blocked && on) toggle(false);
    const now = state.ring && state.now - state.ring.at < RING_SHOWN && hadPicture(state) ? state.ring : null;
    show(ring, now !== null);
    if (now) placeRing(ring, picture(), layers.getBoundingClientRect(), now.place);
  };
  return { render, toggle: () => toggle() };
}

/** @param {HTMLElement} ring @param {import("../pointing.js").Box} picture @param {{left: number, top: number}} origin @param {[number, number]} place */
function placeRing(ring, picture, origin, [across, down]) {
  ring.style.left = `${picture.left - origin.left + across * picture.width}px`;
  ring.style.top = `${picture.top - origin.top + down * picture.height}px`;
}
