import { part, setAttribute } from "../../shared/dom.js";

const REMEMBERED = "visio-keys";

/**
 * The switch of the one-letter keys, remembered on this workstation.
 *
 * @param {ParentNode} root
 * @param {Storage} storage
 * @returns {() => boolean} whether the keys are on
 */
export function keysSwitch(root, storage) {
  const button = part(root, "keys");
  let on = storage.getItem(REMEMBERED) !== "off";
  const show = () => setAttribute(button, "aria-pressed", String(on));
  button.addEventListener("click", () => {
    on = !on;
    storage.setItem(REMEMBERED, on ? "on" : "off");
    show();
  });
  show();
  return () => on;
}
