import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../call.js").Handover} Handover */
/** @typedef {"move" | "add" | "refuse"} Decision */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/** Second phones that ask for the link, oldest first. @param {ParentNode} root @param {Say} say @param {import("../intents.js").Intents} intents */
export function handoversView(root, say, intents) {
  const place = part(root, "handovers");
  const news = part(root, "handover-news"); // on the stage, for those who have it fill the screen
  /** @type {Map<string, HTMLElement>} */
  const cards = new Map();
  return (/** @type {State} */ { call, deciding }) => {
    show(place, call.handovers.length > 0);
    show(news, call.handovers.length > 0);
    for (const asked of call.handovers) {
      if (!cards.has(asked.id)) cards.set(asked.id, newCard(place, asked, say, intents));
    }
    for (const [id, card] of cards) {
      if (call.handovers.some((one) => one.id === id)) {
        setAttribute(card, "aria-busy", String(deciding.status === "busy"));
        setText(part(card, "said"), deciding.status === "failed" ? deciding.text || say("decide.failed") : "");
        continue;
      }
      card.remove();
      cards.delete(id);
    }
  };
}

/** @param {HTMLElement} place @param {Handover} asked @param {Say} say @param {import("../intents.js").Intents} intents */
function newCard(place, { id, browser }, say, intents) {
  const card = copyOf("handover-item");
  setText(part(card, "words"), say("handover.asked", { browser: browser || "?" }));
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-decision]"))) {
    const decision = /** @type {Decision} */ (button.dataset["decision"]);
    button.addEventListener("click", () => void intents.decide(id, decision));
  }
  place.append(card);
  return card;
}
