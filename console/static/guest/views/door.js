import { part, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * Before the picture and after it: who invites, in which role, and why there is nothing to enter.
 *
 * @param {ParentNode} root
 * @param {Say} say
 * @param {() => void} enter
 */
export function doorView(root, say, enter) {
  const title = part(root, "door-title");
  const door = part(root, "door");
  part(root, "enter").addEventListener("click", enter);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (root.querySelectorAll("a[data-lang]")))
    link.hash = location.hash; // the token, which the server never reads from an address
  return (/** @type {State} */ state) => {
    const { step, why, invitation, waits } = state;
    const wasHidden = door.hidden;
    show(door, step !== "inside");
    setText(part(door, "door-waits-words"), waits ? say("waits") : "");
    show(part(door, "door-waits"), waits);
    show(part(door, "door-enter"), step === "ready");
    setText(part(door, "door-name"), say("for", invitation));
    show(part(door, "door-name"), step === "ready" && invitation.name !== "");
    setText(part(door, "door-advice"), step === "over" ? adviceOf(say, why) : "");
    show(part(door, "door-advice"), step === "over");
    if (step === "ready") {
      setText(title, say("invites", invitation));
      setText(part(door, "door-role"), say(`role.${invitation.role}`));
    } else if (step === "over") {
      setText(title, say(say.has(`over.${why}`) ? `over.${why}` : "over.unknown"));
      if (wasHidden) title.focus(); // what was focused is gone
    }
  };
}

/** @param {Say} say @param {string} why */
const adviceOf = (say, why) => say(say.has(`over.${why}.advice`) ? `over.${why}.advice` : "over.advice");
