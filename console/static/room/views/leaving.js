import { part, setAttribute, setText, show } from "../../shared/dom.js";

const UNDECIDED = 8_000; // ms after which the question goes away by itself

/**
 * Ending takes two clicks in the same place; the styles keep a double click from being both.
 *
 * @param {ParentNode} root @param {import("../../shared/phrases.js").Say} say @param {() => void} end
 */
export function leavingView(root, say, end) {
  const ask = /** @type {HTMLButtonElement} */ (part(root, "end"));
  const sure = part(root, "sure");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const question = (/** @type {boolean} */ open) => {
    clearTimeout(timer);
    const focused = sure.contains(document.activeElement);
    show(sure, open);
    if (open) {
      part(root, "cancel").focus();
      timer = setTimeout(() => question(false), UNDECIDED);
    } else if (focused) ask.focus();
  };
  ask.addEventListener("click", () => question(true));
  ask.disabled = false; // until now a click would have done nothing
  part(root, "cancel").addEventListener("click", () => question(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !sure.hidden) question(false);
  });
  // A click beside the buttons, such as the second of a double click, leaves the focus on "Cancel".
  sure.addEventListener("mousedown", (event) => event.preventDefault());
  part(root, "confirm").addEventListener("click", () => {
    question(false);
    end();
  });
  return (/** @type {import("../state.js").State} */ { ending }) => {
    setAttribute(ask, "aria-busy", String(ending.status === "busy"));
    setText(part(root, "ending-said"), ending.status === "failed" ? ending.text || say("end.failed") : "");
  };
}
