import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { photoProgress } from "../captures.js";
import { REFUSAL_SHOWN, control, lenses } from "../controls.js";
import { pictureSize } from "../picture.js";
import { canCapture } from "../streams.js";
import { failureWords } from "./documents.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").ControlName} ControlName */
/** @typedef {import("../intents.js").Intents} Intents */
/** @typedef {import("../../shared/phrases.js").Say} Say */

const SWITCHES = /** @type {const} */ (["camera", "torch", "position", "pause"]);

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
export function barView(root, say, intents) {
  const views = [
    ...SWITCHES.map((name) => switchView(controlNode(root, name), name, say, intents)),
    lensView(controlNode(root, "lens"), say, intents),
    captureView(controlNode(root, "capture"), say, intents),
    photoView(controlNode(root, "photo"), say, intents),
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
    const live = canCapture(state);
    setAttribute(button, "aria-disabled", String(!live));
    const { width, height } = pictureSize(state);
    setText(part(node, "state"), live ? `${width}\u00a0×\u00a0${height}` : say("is.unavailable"));
    setText(part(node, "tip"), say(live ? "do.capture" : "can't.no_picture"));
  };
}

/** Shown where the phone has several that look the same way. @param {HTMLElement} node @param {Say} say @param {Intents} intents */
function lensView(node, say, intents) {
  const list = /** @type {HTMLSelectElement} */ (part(node, "lens-list"));
  let shown = "";
  list.addEventListener("change", () => intents.set("lens", list.value));
  return (/** @type {State} */ state) => {
    const { obstacle, wanted, waiting } = control(state, "lens");
    const known = lenses(state);
    show(node, known.length > 1);
    setAttribute(node, "data-waiting", String(waiting));
    if (shown !== JSON.stringify(known)) {
      shown = JSON.stringify(known);
      list.replaceChildren(...known.map(({ id, label }, index) => new Option(label || `${index + 1}`, id)));
    }
    list.disabled = Boolean(obstacle);
    if (wanted !== null && list.value !== wanted) list.value = wanted;
    setText(part(node, "tip"), say(obstacle || "do.lens"));
  };
}

/** @param {HTMLElement} node @param {Say} say @param {Intents} intents */
function photoView(node, say, intents) {
  const button = part(node, "button");
  button.addEventListener("click", () => intents.switch("photo"));
  return (/** @type {State} */ state) => {
    const now = control(state, "photo");
    const progress = photoProgress(state);
    setAttribute(button, "aria-disabled", String(Boolean(now.obstacle)));
    setAttribute(button, "aria-busy", String(now.waiting || progress !== null));
    setAttribute(node, "data-waiting", String(now.waiting || progress !== null));
    setAttribute(node, "data-refused", String(Boolean(now.refusal)));
    setText(part(node, "state"), photoWords(state, now, progress, say));
    setText(part(node, "tip"), say(now.obstacle || "do.photo"));
  };
}

/** @param {State} state @param {import("../controls.js").Control} now @param {number | null} progress @param {Say} say */
function photoWords(state, now, progress, say) {
  if (progress !== null) return say("photo.sending", { percent: Math.round(progress * 100) });
  if (now.waiting) return say("photo.taking");
  if (now.obstacle) return say("is.unavailable");
  const count = state.call.captures.filter((one) => one.kind === "photo").length;
  return count ? say("photo.count", { count }) : say("is.unknown");
}

/** A photo that has just been refused or cut off. @param {State} state */
function brokenPhoto({ call, now }) {
  const failure = call.fileFailure;
  return failure?.kind === "photo" && now - failure.at < REFUSAL_SHOWN ? failure : null;
}

/** Why the last click came to nothing. @param {ParentNode} root @param {Say} say */
function noteView(root, say) {
  const note = part(root, "bar-note");
  return (/** @type {State} */ state) => {
    const broken = brokenPhoto(state);
    const names = /** @type {ControlName[]} */ (Object.keys(state.call.refusals));
    const refused = names
      .map((name) => ({ name, refusal: control(state, name).refusal }))
      .filter((one) => one.refusal !== null)
      .sort((one, other) => (other.refusal?.at ?? 0) - (one.refusal?.at ?? 0))[0];
    show(note, Boolean(refused || broken));
    if (broken) setText(part(root, "bar-note-text"), failureWords(broken, say));
    if (!refused) return;
    const reason = refused.refusal?.text || say(`error.${refused.refusal?.key}`);
    setText(part(root, "bar-note-text"), say("refusal", { control: say(`control.${refused.name}`), reason }));
  };
}
