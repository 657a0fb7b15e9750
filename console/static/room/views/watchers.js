import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";
import { drives, handOf, hasAsked, looksOn, nameOf, requests } from "../watchers.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */
/** @typedef {import("../intents.js").Intents} Intents */

/** Who watches and who drives, for the panel and for the bar. @param {ParentNode} root @param {Say} say @param {Intents} intents */
export function watchersView(root, say, intents) {
  const views = [listView(root, say, intents), requestView(root, say, intents), handView(root, say, intents)];
  return (/** @type {State} */ state) => views.forEach((view) => view(state));
}

/** @param {State} state @param {string} user @param {Say} say */
const named = (state, user, say) => nameOf(state, user) || say("colleague");

/** Alone and driving, nobody needs to read it. @param {ParentNode} root @param {Say} say @param {Intents} intents */
function listView(root, say, intents) {
  const [section, list, said] = [part(root, "watchers"), part(root, "watchers-list"), part(root, "hand-said")];
  /** @type {Map<string, HTMLElement>} by user id */
  const items = new Map();
  return (/** @type {State} */ state) => {
    const { watchers, call, handing } = state;
    show(section, !call.ended && (watchers.length > 1 || looksOn(state)));
    const users = watchers.map((one) => one.user);
    if (looksOn(state) && !users.includes(call.driver)) users.push(call.driver);
    for (const [user, item] of items) {
      if (users.includes(user)) continue;
      item.remove();
      items.delete(user);
    }
    for (const user of users) {
      const item = items.get(user) ?? newItem(user, list, intents);
      items.set(user, item);
      showItem(item, user, state, say);
    }
    setText(said, handing.status === "failed" ? handing.text || say("hand.failed") : "");
  };
}

/** @param {string} user @param {HTMLElement} list @param {Intents} intents */
function newItem(user, list, intents) {
  const item = copyOf("watcher-item");
  part(item, "give").addEventListener("click", () => void intents.give(user));
  list.append(item);
  return item;
}

/** @param {HTMLElement} item @param {string} user @param {State} state @param {Say} say */
function showItem(item, user, state, say) {
  const { me, call, line } = state;
  const name = named(state, user, say);
  const give = part(item, "give");
  setText(part(item, "name"), user === me ? say(drives(state) ? "watchers.me.drives" : "watchers.me") : words(state, user, name, say));
  setAttribute(item, "data-drives", String(user === call.driver));
  setAttribute(give, "aria-label", say("watchers.give", { name }));
  show(give, user !== me && !isGuest(state, user) && drives(state) && line === "open");
}

/** @param {State} state @param {string} user */
const isGuest = ({ watchers }, user) => watchers.some((one) => one.user === user && one.role === "guest");

/** @param {State} state @param {string} user somebody else @param {string} name @param {Say} say */
function words(state, user, name, say) {
  const { call, watchers } = state;
  if (isGuest(state, user)) return say("watchers.guest", { name });
  if (user !== call.driver) return name;
  return say(watchers.some((one) => one.user === user) ? "watchers.drives" : "watchers.away", { name });
}

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
function requestView(root, say, intents) {
  const card = part(root, "hand-card");
  part(root, "hand-give").addEventListener("click", () => intents.hand());
  return (/** @type {State} */ state) => {
    const [first] = requests(state);
    show(card, Boolean(first));
    if (first) setText(part(root, "hand-card-words"), say("hand.asked", { name: named(state, first.by, say) }));
  };
}

/** @param {ParentNode} root @param {Say} say @param {Intents} intents */
function handView(root, say, intents) {
  const hand = part(root, "hand");
  const button = part(root, "hand-button");
  button.addEventListener("click", () => intents.hand());
  return (/** @type {State} */ state) => {
    const [first] = requests(state);
    show(hand, looksOn(state) || Boolean(first));
    setAttribute(hand, "data-drives", String(drives(state)));
    if (hand.hidden) return;
    const key = first ? "hand.asked" : isAway(state) ? "hand.away" : "hand.drives";
    setText(part(root, "hand-words"), say(key, { name: named(state, first?.by ?? state.call.driver, say) }));
    setText(part(root, "hand-do"), say(`hand.${handOf(state)?.action ?? "asking"}`));
    setAttribute(button, "aria-disabled", String(hasAsked(state) && !handOf(state)));
  };
}

/** @param {State} state whether who drives isn't there to be asked */
const isAway = ({ call, watchers }) => !watchers.some((one) => one.user === call.driver);
