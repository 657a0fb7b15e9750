import { part, setAttribute, setText, show } from "../../shared/dom.js";

const UNDECIDED = 8_000; // ms after which the question goes away by itself

/**
 * Ending takes two clicks in the same place: "Cancel" comes where "End" was, so that a double click ends nothing.
 *
 * @param {ParentNode} root @param {import("../../shared/phrases.js").Say} say @param {() => void} end
 */
export function leavingView(root, say, end) {
  const ask = part(root, "end");
  const sure = part(root, "sure");
  let timer = 0;
  const question = (/** @type {boolean} */ open) => {
    clearTimeout(timer);
    const focused = sure.contains(document.activeElement);
    show(sure, open);
    show(ask, !open);
    if (open) {
      part(root, "cancel").focus();
      timer = Number(setTimeout(() => question(false), UNDECIDED));
    } else if (focused) ask.focus();
  };
  ask.addEventListener("click", () => question(true));
  part(root, "cancel").addEventListener("click", () => question(false));
  sure.addEventListener("keydown", (event) => event.key === "Escape" && question(false));
  part(root, "confirm").addEventListener("click", () => {
    question(false);
    end();
  });
  return (/** @type {import("../state.js").State} */ { ending }) => {
    setAttribute(ask, "aria-busy", String(ending.status === "busy"));
    setText(part(root, "ending-said"), ending.status === "failed" ? ending.text || say("end.failed") : "");
  };
}
