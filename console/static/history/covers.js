import { setAttribute } from "../shared/dom.js";
import { untilReleased, whenHeld } from "../shared/holding.js";

const CLICK = 400; // ms: who holds longer wanted to look, not to leave it open

/** Pictures under a blur: seen while held, and until the next click after a short one. @param {ParentNode} root */
export function covers(root) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-part=cover]"))) {
    cover(button);
  }
}

/** @param {HTMLElement} button */
function cover(button) {
  let open = false;
  let since = 0; // when the hold began, on the clock of events
  const paint = (/** @type {boolean} */ seen) => {
    setAttribute(button, "data-seen", String(seen));
    setAttribute(button, "aria-pressed", String(open));
  };
  whenHeld(button, (event) => {
    since = event.timeStamp;
    paint(true);
    untilReleased([window], () => paint(open));
  });
  button.addEventListener("click", (event) => {
    if (event.timeStamp - since > CLICK && since > 0) {
      since = 0;
      return;
    }
    since = 0;
    open = !open;
    paint(open);
  });
}
