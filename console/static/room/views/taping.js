import { part, setText, show } from "../../shared/dom.js";
import { isTaped } from "../taping.js";

/** @typedef {import("../state.js").State} State */

/**
 * That the picture is recorded, and the one click that stops it.
 *
 * @param {ParentNode} root @param {import("../../shared/phrases.js").Say} say @param {import("../intents.js").Intents} intents
 */
export function tapingView(root, say, intents) {
  const line = part(root, "taping");
  const stop = /** @type {HTMLButtonElement} */ (part(line, "taping-stop"));
  stop.addEventListener("click", () => void intents.stopTaping());
  return (/** @type {State} */ now) => {
    show(line, isTaped(now));
    stop.disabled = now.taping.status === "busy";
    setText(part(line, "taping-said"), now.taping.status === "failed" ? now.taping.text || say("taping.failed") : "");
  };
}
