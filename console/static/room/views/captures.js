import { clockTime } from "../../shared/clock.js";
import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";
import { shots } from "../captures.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../captures.js").Shot} Shot */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/** @param {ParentNode} root @param {Say} say @param {string} language @param {import("../intents.js").Intents} intents */
export function capturesView(root, say, language, intents) {
  /** @type {Map<string, HTMLElement>} */
  const items = new Map();
  const strip = part(root, "strip");
  return (/** @type {State} */ state) => {
    const list = shots(state);
    show(part(root, "captures"), list.length > 0);
    setText(part(root, "captures-count"), String(list.length));
    setText(part(root, "captures-news"), news(list, say));
    for (const [index, shot] of list.entries()) {
      const item = items.get(shot.key) ?? newItem(shot, say, intents);
      items.set(shot.key, item);
      if (strip.children[index] !== item) strip.insertBefore(item, strip.children[index] ?? null);
      update(item, shot, say, language);
    }
    for (const [key, item] of items) {
      if (list.some((shot) => shot.key === key)) continue;
      item.remove();
      items.delete(key);
    }
  };
}

/** @param {Shot[]} list @param {Say} say */
function news(list, say) {
  const newest = list[0];
  if (!newest) return "";
  return say(newest.kind === "photo" ? "photo.stored" : `capture.${newest.status}`);
}

/** @param {Shot} shot @param {Say} say @param {import("../intents.js").Intents} intents */
function newItem(shot, say, intents) {
  const item = copyOf("capture-item");
  const canvas = intents.canvases.get(shot.key);
  part(item, "thumbnail").append(canvas ?? thumbnail(shot, say));
  part(item, "retry").addEventListener("click", () => void intents.store(shot.key));
  return item;
}

/** @param {Shot} shot @param {Say} say */
function thumbnail(shot, say) {
  const image = document.createElement("img");
  image.src = `/captures/${shot.capture}`;
  image.alt = say(shot.kind === "photo" ? "photo.alt" : "capture.alt");
  return image;
}

/** @param {HTMLElement} item @param {Shot} shot @param {Say} say @param {string} language */
function update(item, shot, say, language) {
  setAttribute(item, "data-status", shot.status);
  const stored = shot.status === "stored";
  const link = part(item, "open");
  if (stored) {
    setAttribute(link, "href", `/captures/${shot.capture}`);
    setAttribute(link, "title", say("capture.download"));
  }
  const words = stored ? clockTime(shot.at, "seconds", language) : say(`capture.${shot.status}`);
  setText(part(item, "words"), words);
  show(part(item, "retry"), shot.status === "failed");
  show(part(item, "kind"), shot.kind === "photo");
  setText(part(item, "kind"), say("photo.size", { width: shot.width, height: shot.height }));
}
