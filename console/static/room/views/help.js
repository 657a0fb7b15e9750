import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";
import { GROUPS, keysOf } from "../keys.js";

const REMEMBERED = "visio-keys";

/**
 * The list of keys, in place of the panel so that the picture stays free, with the switch of the one-letter
 * keys, remembered on this workstation.
 *
 * @param {ParentNode} root
 * @param {import("../../shared/phrases.js").Say} say
 * @param {Storage} storage
 */
export function helpView(root, say, storage) {
  const help = part(root, "help");
  const isOpen = () => !help.hidden;
  const opener = part(root, "keys");
  const box = /** @type {HTMLInputElement} */ (part(root, "keys-on"));
  box.checked = storage.getItem(REMEMBERED) !== "off";
  part(root, "help-groups").append(...Object.entries(GROUPS).map(([name, intents]) => group(name, intents, say)));
  /** @type {Element | null} where the focus was */
  let before = null;

  /** @param {boolean} open */
  function turn(open) {
    if (open === isOpen()) return;
    if (open) before = document.activeElement;
    show(help, open);
    setAttribute(opener, "aria-expanded", String(open));
    if (open) part(root, "help-close").focus();
    else if (before instanceof HTMLElement && before !== document.body) before.focus();
    else if (help.contains(document.activeElement)) /** @type {HTMLElement} */ (document.activeElement).blur();
  }
  const remember = () => {
    storage.setItem(REMEMBERED, box.checked ? "on" : "off");
    setAttribute(opener, "data-on", String(box.checked));
  };
  setAttribute(opener, "data-on", String(box.checked));
  box.addEventListener("change", remember);
  opener.addEventListener("click", () => turn(!isOpen()));
  part(root, "help-close").addEventListener("click", () => turn(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) turn(false);
  });
  return { toggle: () => turn(!isOpen()), keysOn: () => box.checked };
}

/** @param {string} name @param {readonly string[]} intents @param {import("../../shared/phrases.js").Say} say */
function group(name, intents, say) {
  const node = copyOf("help-group");
  setText(part(node, "title"), say(`keys.${name}`));
  part(node, "keys-of-group").append(...intents.map((intent) => row(intent, say)));
  return node;
}

/** @param {string} intent @param {import("../../shared/phrases.js").Say} say */
function row(intent, say) {
  const node = copyOf("help-key");
  const caps = keysOf(intent).map((key) => Object.assign(document.createElement("kbd"), { textContent: key }));
  part(node, "help-caps").append(...caps);
  setText(part(node, "words"), say(`key.${intent}`));
  return node;
}
