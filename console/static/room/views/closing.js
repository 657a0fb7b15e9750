import { delay } from "../../../../signaling/client/backoff.js";
import { duration } from "../../shared/durations.js";
import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { isMarked } from "../closing.js";
import { readClosing, storeClosing } from "../server.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * After the end: what is kept of the visio, then home by one button or Enter.
 *
 * @param {Document} root @param {Say} say @param {string} language
 * @param {{users: Record<string, string>, session: string}} page
 */
export function endedView(root, say, language, { users, session }) {
  const ended = part(root, "ended");
  return (/** @type {State} */ state) => {
    const over = state.call.ended;
    if (!over || !ended.hidden) return;
    show(ended, true);
    show(part(root, "bar"), false);
    show(part(root, "leaving"), false);
    show(part(root, "keys"), false);
    const lasted = state.call.invitation ? over.at - state.call.invitation.at : 0;
    const values = { duration: duration(lasted, language), name: users[over.by ?? ""] ?? say("colleague") };
    setText(part(root, "ended-facts"), say(over.by ? "ended.by" : "ended.alone", values));
    part(root, "ended-title").focus();
    void openForm(root, say, session);
  };
}

/** @param {Document} root @param {Say} say @param {string} session */
async function openForm(root, say, session) {
  const home = /** @type {HTMLAnchorElement} */ (part(root, "home"));
  const title = part(root, "ended-title");
  let warned = false;
  root.addEventListener("keydown", (event) => {
    const free = [title, root.body].includes(/** @type {HTMLElement} */ (root.activeElement));
    if (event.key === "Enter" && !event.repeat && free) home.click();
  });
  const { closingForm } = await import("./closing-form.js");
  const form = closingForm(part(root, "closing"), {
    say,
    store: (wanted) => storeClosing(session, wanted),
    backoff: delay,
    submitted: () => home.click(),
  });
  home.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || warned) return;
    event.preventDefault();
    void form.settle().then((kept) => {
      warned = !kept; // whoever clicks again goes without it
      if (kept) location.assign(home.href);
    });
  });
  readClosing(session).then(form.fill, () => undefined); // the page brought what was kept before
}

/**
 * The mark "to be debriefed": in the room while the visio goes on and after it, and in its report.
 *
 * @param {ParentNode} root @param {Say} say
 * @param {(wanted: import("../keeper.js").Wanted) => Promise<import("../keeper.js").Kept>} store rejects with a Fault
 * @param {() => boolean} isOn as far as this page knows
 * @param {(kept: import("../keeper.js").Kept) => void} kept
 */
export function markSwitch(root, say, store, isOn, kept) {
  const button = part(root, "mark");
  const said = part(root, "mark-said");
  const toggle = async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    setAttribute(button, "aria-busy", "true");
    try {
      kept(await store({ debrief: !isOn() }));
      setText(said, "");
      setAttribute(button, "aria-pressed", String(isOn()));
    } catch (fault) {
      setText(said, /** @type {import("../server.js").Fault} */ (fault).message || say("closing.failed"));
    }
    setAttribute(button, "aria-busy", "false");
  };
  button.addEventListener("click", () => void toggle());
  return () => void toggle();
}

/** @param {ParentNode} root @param {Say} say @param {string} session @param {() => State} state */
export function markView(root, say, session, state) {
  /** @type {import("../keeper.js").Kept | null} */
  let answer = null;
  const isOn = () => isMarked(state().call, answer);
  const store = (/** @type {import("../keeper.js").Wanted} */ wanted) => storeClosing(session, wanted);
  const toggle = markSwitch(root, say, store, isOn, (kept) => {
    answer = kept;
  });
  return { toggle, render: () => setAttribute(part(root, "mark"), "aria-pressed", String(isOn())) };
}
