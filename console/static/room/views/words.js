import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { control, onScreen } from "../controls.js";
import { isCurrent } from "../picture.js";
import { choiceView } from "./choice.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../intents.js").Intents} Intents */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/** What the caller reads, feels and hears beside the telephone call. @param {ParentNode} root @param {Say} say @param {Intents} intents */
export function wordsView(root, say, intents) {
  const views = [
    foldView(root),
    screenView(root, say, intents),
    phrasesView(root, say, intents),
    writingView(root, say, intents),
    choiceView(root, "metronome", say, intents),
    beatView(root),
    languageView(root, intents),
  ];
  return (/** @type {State} */ state) => views.forEach((view) => view(state));
}

/** Opened once, when there is somebody to read them. @param {ParentNode} root */
function foldView(root) {
  const fold = /** @type {HTMLDetailsElement} */ (part(root, "words"));
  let served = false;
  return (/** @type {State} */ state) => {
    show(fold, state.call.phone !== null && !state.call.ended);
    if (served || !(isCurrent(state) || state.call.phone?.refused)) return;
    served = true;
    fold.open = true;
  };
}

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
function screenView(root, say, intents) {
  part(root, "clear").addEventListener("click", () => intents.clear());
  return (/** @type {State} */ state) => {
    const { guidance, message } = onScreen(state);
    const words = [guidance && say(`guidance.${guidance}`), message].filter(Boolean).join(" · ");
    show(part(root, "on-screen"), words !== "");
    setText(part(root, "on-screen-text"), words);
    setText(part(root, "words-summary"), words && say("screen.full"));
  };
}

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
function phrasesView(root, say, intents) {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-phrase]"));
  for (const button of buttons) button.addEventListener("click", () => intents.say(String(button.dataset["phrase"])));
  return (/** @type {State} */ state) => {
    const { obstacle, wanted, waiting } = control(state, "guidance");
    for (const button of buttons) {
      const pressed = wanted === button.dataset["phrase"];
      setAttribute(button, "aria-disabled", String(Boolean(obstacle)));
      setAttribute(button, "aria-pressed", String(pressed));
      setAttribute(button, "data-waiting", String(pressed && waiting));
      setAttribute(button, "title", obstacle ? say(obstacle) : "");
    }
  };
}

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
function writingView(root, say, intents) {
  const field = /** @type {HTMLInputElement} */ (part(root, "message"));
  let possible = false;
  part(root, "writing").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text || !possible) return; // what was typed stays until it can leave
    intents.set("message", text);
    field.value = "";
  });
  return (/** @type {State} */ state) => {
    const { obstacle, waiting, refusal } = control(state, "message");
    possible = !obstacle;
    setAttribute(part(root, "message-send"), "aria-disabled", String(!possible));
    setAttribute(part(root, "message-send"), "aria-busy", String(waiting));
    setAttribute(field, "aria-invalid", String(Boolean(refusal)));
    setAttribute(field, "title", obstacle ? say(obstacle) : "");
  };
}

/** The pulse beats here as on the phone, each by its own clock. @param {ParentNode} root */
function beatView(root) {
  return (/** @type {State} */ state) => {
    const { actual } = control(state, "metronome");
    setAttribute(part(root, "beat"), "data-beating", String(actual === "silent" || actual === "sound"));
  };
}

/** @param {ParentNode} root @param {Intents} intents */
function languageView(root, intents) {
  const list = /** @type {HTMLSelectElement} */ (part(root, "language"));
  list.addEventListener("change", () => intents.set("language", list.value));
  return (/** @type {State} */ state) => {
    const { obstacle, wanted } = control(state, "language");
    list.disabled = Boolean(obstacle);
    const spoken = wanted ?? "";
    if (list.value !== spoken) list.value = spoken;
  };
}
