import { part, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * Guests, folded away until there are some or one is to be invited: their view comes then.
 *
 * @param {ParentNode} root
 * @param {Say} say
 * @param {import("../intents.js").Intents} intents
 * @param {() => State} state
 */
export function guestsFold(root, say, intents, state) {
  const fold = /** @type {HTMLDetailsElement} */ (part(root, "guests"));
  /** @type {Promise<(state: State) => void> | null} */
  let coming = null;
  const form = /** @type {HTMLFormElement} */ (part(root, "guest-form"));
  let ready = false;
  let entered = false; // while the script was on its way
  form.addEventListener("keydown", ({ key }) => {
    entered = key === "Enter" && !ready;
  });
  const come = async () => {
    try {
      coming ??= import("./guests.js").then(({ guestsView }) => guestsView(root, say, intents));
      (await coming)(state());
      ready = true;
      if (entered) form.requestSubmit();
      entered = false;
    } catch {
      coming = null; // the line was away: the next opening or change asks again
    }
  };
  fold.addEventListener("toggle", () => fold.open && void come());
  const render = (/** @type {State} */ { call }) => {
    show(fold, !call.ended);
    setText(part(root, "guests-count"), call.guests.length ? String(call.guests.length) : "");
    if (fold.open || call.guests.length || coming) void come();
  };
  const invite = () => {
    fold.open = true;
    part(root, "guest-to").focus({ preventScroll: true });
    part(root, "guest-form").scrollIntoView({ block: "nearest" });
  };
  return { render, invite };
}
