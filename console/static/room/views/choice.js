import { setAttribute } from "../../shared/dom.js";
import { control } from "../controls.js";

/** @typedef {import("../state.js").State} State */

/**
 * One of a few values of a control, each a click away.
 *
 * @param {ParentNode} root
 * @param {import("../state.js").ControlName} name
 * @param {import("../../shared/phrases.js").Say} say
 * @param {import("../intents.js").Intents} intents
 */
export function choiceView(root, name, say, intents) {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-choice="${name}"] button`));
  for (const button of buttons) {
    button.addEventListener("click", () => intents.set(name, String(button.dataset["value"])));
  }
  return (/** @type {State} */ state) => {
    const { obstacle, wanted, waiting } = control(state, name);
    for (const button of buttons) {
      const pressed = wanted === button.dataset["value"];
      setAttribute(button, "aria-disabled", String(Boolean(obstacle)));
      setAttribute(button, "aria-pressed", String(pressed));
      setAttribute(button, "data-waiting", String(pressed && waiting));
      setAttribute(button, "title", obstacle ? say(obstacle) : "");
    }
  };
}
