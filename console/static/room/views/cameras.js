import { copyOf, part, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * Second cameras as small pictures at the side.
 *
 * @param {ParentNode} root
 * @param {Say} say
 * @param {(participant: string, video: HTMLVideoElement) => () => void} watch until what it returns is called
 */
export function camerasView(root, say, watch) {
  const list = part(root, "cameras-list");
  /** @type {Map<string, {tile: HTMLElement, leave: () => void}>} */
  const tiles = new Map();
  return (/** @type {State} */ { call, line }) => {
    const sending = call.ended || line !== "open" ? [] : call.others.filter((one) => one.media === "connected");
    show(part(root, "cameras"), sending.length > 0);
    show(part(root, "shared"), call.sharedAt !== null && !call.ended);
    for (const { participant, browser } of sending) {
      if (tiles.has(participant)) continue;
      const tile = copyOf("camera-item");
      setText(part(tile, "words"), browser || say("camera.second"));
      list.append(tile);
      const video = /** @type {HTMLVideoElement} */ (part(tile, "video"));
      tiles.set(participant, { tile, leave: watch(participant, video) });
    }
    for (const [participant, { tile, leave }] of tiles) {
      if (sending.some((one) => one.participant === participant)) continue;
      leave();
      tile.remove();
      tiles.delete(participant);
    }
  };
}
