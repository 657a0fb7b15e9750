import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { unread } from "../assistance.js";

/** @typedef {import("../state.js").State} State */

/**
 * A supervisor's words with the one click that says they were read, and the call for help.
 *
 * @param {ParentNode} root @param {import("../../shared/phrases.js").Say} say
 * @param {import("../intents.js").Intents} intents @param {() => State} state
 */
export function assistanceView(root, say, intents, state) {
  const seen = /** @type {HTMLButtonElement} */ (part(root, "help-seen"));
  const call = /** @type {HTMLButtonElement} */ (part(root, "help-call"));
  const toggle = () => {
    if (!state().call.ended) void intents.askHelp(!state().call.helpAsked);
  };
  seen.addEventListener("click", () => {
    const help = unread(state());
    if (help) void intents.seeHelp(help.id);
  });
  call.addEventListener("click", toggle);
  const render = (/** @type {State} */ now) => {
    const help = unread(now);
    show(part(root, "help-said"), help !== undefined);
    if (help) setText(part(root, "help-from"), help.name);
    if (help) setText(part(root, "help-words"), help.text);
    const failed = now.assisting.status === "failed" ? now.assisting.text || say("assistance.failed") : "";
    const words = say(now.call.helpAsked ? "assistance.called" : "assistance.call");
    show(part(root, "assistance"), help !== undefined || failed !== "");
    show(call, !now.call.ended);
    setAttribute(call, "aria-pressed", String(now.call.helpAsked));
    setAttribute(call, "title", words);
    setText(part(root, "help-call-words"), words);
    call.disabled = seen.disabled = now.assisting.status === "busy";
    setText(part(root, "help-failed"), failed);
  };
  return { toggle, render };
}
