import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";
import { beside, large, nextLarge } from "../streams.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../streams.js").Beside} Beside */
/** @typedef {import("../../shared/phrases.js").Say} Say */
/** @typedef {{tile: HTMLElement, video: HTMLVideoElement, leave: () => void}} Tile */

/**
 * What is shown beside the caller's picture, as small pictures at the side; a click swaps one with the large one.
 *
 * Nothing is negotiated for that: each picture goes on arriving where it did, and the two places show each other's.
 *
 * @param {ParentNode} root
 * @param {Say} say
 * @param {object} context
 * @param {() => State} context.state
 * @param {(name: string) => void} context.enlarge "" for the caller's picture
 * @param {(name: string, video: HTMLVideoElement) => () => void} context.watch until what it returns is called
 */
export function camerasView(root, say, { state, enlarge, watch }) {
  const list = part(root, "cameras-list");
  const picture = /** @type {HTMLVideoElement} */ (part(root, "picture"));
  const big = /** @type {HTMLVideoElement} */ (part(root, "large"));
  const note = part(root, "large-note");
  /** @type {Map<string, Tile>} */
  const tiles = new Map();
  part(note, "large-back").addEventListener("click", () => enlarge(""));
  root.addEventListener("keydown", (event) => {
    if (/** @type {KeyboardEvent} */ (event).key === "Escape" && large(state())) enlarge("");
  });

  /** @param {Beside} one @returns {Tile} */
  function newTile(one) {
    const tile = copyOf("camera-item");
    const video = /** @type {HTMLVideoElement} */ (part(tile, "video"));
    part(tile, "swap").addEventListener("click", () => enlarge(large(state())?.name === one.name ? "" : one.name));
    list.append(tile);
    return { tile, video, leave: watch(one.name, video) };
  }

  /** @param {HTMLElement} tile @param {Beside} one @param {boolean} isLarge then the tile shows the caller */
  function showTile(tile, one, isLarge) {
    const swap = part(tile, "swap");
    setText(part(tile, "words"), isLarge ? say("beside.caller") : words(one, say));
    setAttribute(swap, "aria-pressed", String(isLarge));
    setAttribute(swap, "aria-label", say(isLarge ? "beside.back" : "beside.enlarge", { what: words(one, say) }));
    mirror(/** @type {HTMLVideoElement} */ (part(tile, "mirror")), isLarge ? picture : null);
  }

  const render = (/** @type {State} */ now) => {
    const all = beside(now);
    const chosen = large(now);
    show(part(root, "cameras"), all.length > 0);
    show(part(root, "shared"), now.call.sharedAt !== null && !now.call.ended);
    for (const one of all) {
      const made = tiles.get(one.name) ?? newTile(one);
      tiles.set(one.name, made);
      showTile(made.tile, one, one.name === chosen?.name);
    }
    for (const [name, { tile, leave }] of tiles) {
      if (all.some((one) => one.name === name)) continue;
      leave();
      tile.remove();
      tiles.delete(name);
    }
    mirror(big, chosen ? (tiles.get(chosen.name)?.video ?? null) : null);
    show(note, chosen !== null);
    if (chosen) setText(part(note, "large-words"), words(chosen, say));
  };
  return { render, doing: { swap: () => enlarge(nextLarge(state())) } };
}

/** @param {Beside} one @param {Say} say */
function words({ kind, who, browser }, say) {
  if (who) return say(`beside.${kind}.of`, { name: who });
  return kind === "phone" && browser ? browser : say(`beside.${kind}`);
}

/** The same picture in a second place, or none there. @param {HTMLVideoElement} video @param {HTMLVideoElement | null} source */
function mirror(video, source) {
  const stream = source?.srcObject ?? null;
  show(video, source !== null);
  if (video.srcObject === stream) return;
  video.srcObject = stream;
  if (stream) video.play().catch(() => undefined); // muted: a rejection is an overtaken call
}
