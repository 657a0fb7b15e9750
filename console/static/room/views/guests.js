import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";
import { guestName, standing } from "../guests.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../guests.js").Guest} Guest */
/** @typedef {import("../intents.js").Intents} Intents */
/** @typedef {import("../../shared/phrases.js").Say} Say */

const UNSURE = 5_000; // ms until a removal that was not confirmed is forgotten

/** Who is invited, and the form that invites. @param {ParentNode} root @param {Say} say @param {Intents} intents */
export function guestsView(root, say, intents) {
  const views = [listView(root, say, intents), formView(root, say, intents)];
  return (/** @type {State} */ state) => views.forEach((view) => view(state));
}

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
function listView(root, say, intents) {
  const list = part(root, "guests-list");
  /** @type {Map<string, HTMLElement>} by invitation */
  const items = new Map();
  return (/** @type {State} */ state) => {
    const { guests } = state.call;
    for (const guest of guests) {
      const item = items.get(guest.invitation) ?? newItem(guest.invitation, list, say, intents);
      items.set(guest.invitation, item);
      showItem(item, guest, state, say);
    }
    for (const [invitation, item] of items) {
      if (guests.some((one) => one.invitation === invitation)) continue;
      const hadFocus = item.contains(document.activeElement);
      item.remove();
      items.delete(invitation);
      if (hadFocus) part(root, "guest-to").focus(); // not the top of the page
    }
  };
}

/** @param {string} invitation @param {HTMLElement} list @param {Say} say @param {Intents} intents */
function newItem(invitation, list, say, intents) {
  const item = copyOf("guest-item");
  part(item, "resend").addEventListener("click", () => void intents.invite({ type: "resend_guest", invitation }));
  confirmed(part(item, "remove"), say("guest.sure"), () => void intents.dismiss(invitation));
  list.append(item);
  return item;
}

/** A second click on the same button is the confirmation. @param {HTMLElement} button @param {string} question @param {() => void} act */
function confirmed(button, question, act) {
  const words = part(button, "remove-words");
  const usual = words.textContent ?? "";
  let until = 0;
  const forget = () => {
    until = 0;
    setText(words, usual);
  };
  button.addEventListener("click", () => {
    if (Date.now() < until) return act();
    until = Date.now() + UNSURE;
    setText(words, question);
    setTimeout(() => Date.now() >= until && forget(), UNSURE);
  });
  button.addEventListener("blur", forget);
}

/** @param {HTMLElement} item @param {Guest} guest @param {State} state @param {Say} say */
function showItem(item, guest, state, say) {
  const name = guestName(state, guest);
  const now = standing(state, guest);
  setAttribute(item, "data-standing", now);
  setText(part(item, "name"), name);
  setText(part(item, "role"), say(`guest.role.${guest.role}`));
  setText(part(item, "state"), now === "failed" ? failure(guest, say) : say(`guest.${now}`));
  setAttribute(part(item, "name"), "title", state.guestNames[guest.invitation]?.address ?? guest.hint);
  setAttribute(part(item, "resend"), "aria-label", say("guest.resend", { name }));
  show(part(item, "resend"), !guest.participant && now !== "queued");
  setAttribute(part(item, "remove"), "aria-description", say("guest.remove", { name }));
}

/** @param {Guest} guest @param {Say} say */
function failure({ message }, say) {
  const reason = message?.reason ?? "";
  const known = say.has(`carrier.${reason}`) ? say(`carrier.${reason}`) : reason;
  return known ? `${say("guest.failed")} : ${known}` : say("guest.failed");
}

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
function formView(root, say, intents) {
  const form = /** @type {HTMLFormElement} */ (part(root, "guest-form"));
  const [to, name] = ["guest-to", "guest-name"].map((id) => /** @type {HTMLInputElement} */ (part(root, id)));
  const said = part(root, "guests-said");
  let sent = false;
  /** @type {HTMLButtonElement} */ (part(root, "guest-send")).disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sent = true;
    const role = new FormData(form).get("guest-role");
    void intents.invite({ type: "invite_guest", to: to?.value.trim(), name: name?.value.trim(), role });
  });
  return (/** @type {State} */ { inviting: { status, text } }) => {
    setAttribute(part(root, "guest-send"), "aria-busy", String(status === "busy"));
    said.classList.toggle("wrong", status === "failed");
    const words = { idle: "", busy: say("guest.sending"), done: say("guest.sent"), failed: text || say("guest.refused") };
    setText(said, words[status]);
    if (to) setAttribute(to, "aria-invalid", String(sent && status === "failed"));
    if (sent && status === "done") form.reset();
    if (status === "done") sent = false;
  };
}
