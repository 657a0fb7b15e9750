import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { control, wantedZoom, zoomRange } from "../controls.js";
import { isLive } from "../ladder.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").ControlName} ControlName */
/** @typedef {import("../intents.js").Intents} Intents */
/** @typedef {import("../../shared/phrases.js").Say} Say */

const SWITCHES = /** @type {const} */ (["camera", "torch", "position"]);

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
export function barView(root, say, intents) {
  const views = [
    ...SWITCHES.map((name) => switchView(controlNode(root, name), name, say, intents)),
    captureView(controlNode(root, "capture"), say, intents),
    noteView(root, say),
  ];
  return (/** @type {State} */ state) => views.forEach((view) => view(state));
}

/** @param {ParentNode} root @param {string} name @returns {HTMLElement} */
export function controlNode(root, name) {
  return /** @type {HTMLElement} */ (root.querySelector(`[data-control="${name}"]`));
}

/** @param {HTMLElement} node @param {ControlName} name @param {Say} say @param {Intents} intents */
function switchView(node, name, say, intents) {
  const button = part(node, "button");
  const tip = part(node, "tip");
  button.addEventListener("click", () => intents.switch(name));
  return (/** @type {State} */ state) => {
    const now = control(state, name);
    setAttribute(button, "aria-disabled", String(Boolean(now.obstacle)));
    if (name !== "camera") setAttribute(button, "aria-pressed", String(now.actual === true));
    setAttribute(node, "data-waiting", String(now.waiting));
    setAttribute(node, "data-refused", String(Boolean(now.refusal)));
    setAttribute(button, "aria-busy", String(now.waiting));
    setText(part(node, "state"), stateWords(now, name, say));
    setText(tip, say(now.obstacle || `do.${name}.${String(now.next)}`));
  };
}

/** @param {import("../controls.js").Control} now @param {ControlName} name @param {Say} say */
function stateWords(now, name, say) {
  if (now.actual === null) return say(now.obstacle ? "is.unavailable" : "is.unknown");
  return say(`is.${name}.${String(now.actual)}`);
}

/** @param {HTMLElement} node @param {Say} say @param {Intents} intents */
function captureView(node, say, intents) {
  const button = part(node, "button");
  button.addEventListener("click", () => intents.capture());
  return (/** @type {State} */ state) => {
    const live = isLive(state);
    setAttribute(button, "aria-disabled", String(!live));
    const { width, height } = state.picture;
    setText(part(node, "state"), live ? `${width}\u00a0×\u00a0${height}` : say("is.unavailable"));
    setText(part(node, "tip"), say(live ? "do.capture" : "can't.no_picture"));
  };
}

/** Why the last click came to nothing. @param {ParentNode} root @param {Say} say */
function noteView(root, say) {
  const note = part(root, "bar-note");
  return (/** @type {State} */ state) => {
    const names = /** @type {ControlName[]} */ (Object.keys(state.call.refusals));
    const refused = names
      .map((name) => ({ name, refusal: control(state, name).refusal }))
      .filter((one) => one.refusal !== null)
      .sort((one, other) => (other.refusal?.at ?? 0) - (one.refusal?.at ?? 0))[0];
    show(note, Boolean(refused));
    if (!refused) return;
    const reason = refused.refusal?.text || say(`error.${refused.refusal?.key}`);
    setText(part(root, "bar-note-text"), say("refusal", { control: say(`control.${refused.name}`), reason }));
  };
}

/**
 * @param {ParentNode} root @param {Say} say @param {Intents} intents @param {string} language
 * @param {HTMLElement} stage where the wheel zooms
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
  onNotches(stage, (notches) => intents.zoomBy(notches));
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

/** @param {HTMLElement} stage @param {(notches: number) => void} zoom */
function onNotches(stage, zoom) {
  let rest = 0;
  stage.addEventListener(
    "wheel",
    (event) => {
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
