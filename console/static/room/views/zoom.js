import { part, setAttribute, setText } from "../../shared/dom.js";
import { control, wantedZoom, zoomRange } from "../controls.js";
import { controlNode } from "./bar.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../intents.js").Intents} Intents */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * @param {ParentNode} root @param {Say} say @param {Intents} intents @param {string} language
 * @param {HTMLElement} stage whose picture the wheel zooms
 */
export function zoomView(root, say, intents, language, stage) {
  const node = controlNode(root, "zoom");
  const slider = /** @type {HTMLInputElement} */ (part(node, "slider"));
  let held = false;
  slider.addEventListener("input", () => intents.zoomTo(slider.valueAsNumber));
  slider.addEventListener("pointerdown", () => (held = true));
  for (const over of ["pointerup", "pointercancel", "blur"]) slider.addEventListener(over, () => (held = false));
  part(node, "closer").addEventListener("click", () => intents.zoomBy(1));
  part(node, "wider").addEventListener("click", () => intents.zoomBy(-1));
  onNotches(part(stage, "layers"), (notches) => intents.zoomBy(notches));
  return (/** @type {State} */ state) => {
    const now = control(state, "zoom");
    const { low, high, step } = zoomRange(state);
    for (const name of ["closer", "wider"]) setAttribute(part(node, name), "aria-disabled", String(Boolean(now.obstacle)));
    setAttribute(node, "data-waiting", String(now.waiting));
    slider.disabled = Boolean(now.obstacle);
    for (const [name, value] of Object.entries({ min: low, max: high, step })) setAttribute(slider, name, String(value));
    if (!held) slider.value = String(wantedZoom(state));
    const words = now.actual === null ? say("is.unavailable") : zoomWords(now.actual, high, language);
    setAttribute(slider, "aria-valuetext", words);
    setText(part(node, "state"), words);
    setText(part(node, "tip"), say(now.obstacle || "do.zoom"));
  };
}

/** @param {number} zoom @param {number} high cameras that count in percent go far above 20 times */
function zoomWords(zoom, high, /** @type {string} */ language) {
  if (high > 20) return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(zoom);
  return `${new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(zoom)}\u00a0×`;
}

const NOTCH = 100; // px that one click of a wheel scrolls; touchpads send the same in small change

/** With Ctrl the wheel enlarges here, not at the phone. @param {HTMLElement} layers @param {(notches: number) => void} zoom */
function onNotches(layers, zoom) {
  let rest = 0;
  layers.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      rest -= event.deltaMode === 0 ? event.deltaY : event.deltaY * 33;
      const notches = Math.trunc(rest / NOTCH);
      if (notches === 0) return;
      rest -= notches * NOTCH;
      zoom(notches);
    },
    { passive: false },
  );
}
