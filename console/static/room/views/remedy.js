import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { hadPicture } from "../picture.js";
import { remedy } from "../remedy.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * Beside what is the matter: what helps, in one click, and what to read aloud.
 *
 * @param {ParentNode} root
 * @param {Say} say
 * @param {import("../intents.js").Intents} intents
 * @param {{other_provider: boolean, host: string}} page `host`: where a caller types the code
 */
export function remedyView(root, say, intents, { other_provider: hasOther, host }) {
  const places = { sheet: part(root, "sheet-remedy"), overlay: part(root, "overlay-remedy") };
  /** @type {Record<import("../remedy.js").Act, () => void>} */
  const acts = {
    resend: () => void intents.resend(""),
    other: () => void intents.resend("", true),
    weak: () => intents.set("profile", "weak"),
  };
  for (const node of Object.values(places)) {
    for (const [name, act] of Object.entries(acts)) button(node, name).addEventListener("click", act);
  }
  return (/** @type {State} */ state) => {
    const found = remedy(state, hasOther);
    const place = hadPicture(state) ? "overlay" : "sheet";
    for (const [name, node] of Object.entries(places)) show(node, found !== null && name === place);
    if (!found) return;
    const node = places[place];
    for (const name of Object.keys(acts)) {
      show(button(node, name), found.acts.some((act) => act === name));
      setAttribute(button(node, name), "aria-busy", String(name !== "weak" && state.resend.status === "busy"));
    }
    const code = found.code && state.link ? say("remedy.code", { host, code: state.link.code_spaced }) : "";
    setText(part(node, "remedy-code"), code);
    setText(part(node, "remedy-hint"), found.hint && say(found.hint));
    setText(part(node, "remedy-said"), saidOf(state, found, say));
  };
}

/** What became of the click. @param {State} state @param {import("../remedy.js").Remedy} found @param {Say} say */
function saidOf({ resend }, found, say) {
  if (!found.acts.includes("resend")) return "";
  if (resend.status === "failed") return resend.text || say("resend.failed");
  return resend.status === "done" ? say("resend.done") : "";
}

/** @param {HTMLElement} node @param {string} name @returns {HTMLElement} */
function button(node, name) {
  return /** @type {HTMLElement} */ (node.querySelector(`[data-remedy="${name}"]`));
}
