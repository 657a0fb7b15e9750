import { shown } from "../../room/picture.js";
import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";
import { isFresh, situation } from "../situation.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */
/** @typedef {{tile: HTMLElement, leave: () => void}} Shot */

/**
 * The pictures: one large, the others small beside it.
 *
 * @param {ParentNode} root
 * @param {Say} say
 * @param {object} doing
 * @param {(id: string, video: HTMLVideoElement) => () => void} doing.watch until what it returns is called
 * @param {(id: string) => void} doing.enlarge "" for the caller's
 */
export function shotsView(root, say, { watch, enlarge }) {
  const list = part(root, "shots");
  const caller = part(list, "caller");
  const own = part(list, "own");
  /** @type {Map<string, Shot>} */
  const shots = new Map();
  name(caller, say("beside.caller"), say, () => enlarge(""));
  return (/** @type {State} */ state) => {
    const beside = (state.step === "inside" && state.scene.beside) || [];
    for (const { id, kind } of beside) {
      if (shots.has(id)) continue;
      const tile = copyOf("shot-item");
      name(tile, say(`beside.${kind}`), say, () => enlarge(id));
      list.insertBefore(tile, own);
      const video = /** @type {HTMLVideoElement} */ (part(tile, "video"));
      setAttribute(video, "aria-label", say(`beside.${kind}`));
      shots.set(id, { tile, leave: watch(id, video) });
    }
    for (const [id, { tile, leave }] of shots) {
      if (beside.some((one) => one.id === id)) setLarge(tile, state.large === id);
      else leaveOut(id, tile, leave);
    }
    setLarge(caller, state.large === "");
    setAttribute(list, "data-count", String(beside.length + (own.hidden ? 0 : 1)));
    callersPicture(caller, state, say);
  };

  /** @param {string} id @param {HTMLElement} tile @param {() => void} leave */
  function leaveOut(id, tile, leave) {
    leave();
    tile.remove();
    shots.delete(id);
  }
}

/** @param {HTMLElement} tile @param {string} words @param {Say} say @param {() => void} onClick */
function name(tile, words, say, onClick) {
  setText(part(tile, "words"), words);
  const button = part(tile, "enlarge");
  setAttribute(button, "aria-label", say("enlarge", { name: words }));
  button.addEventListener("click", onClick);
}

/** @param {HTMLElement} tile @param {boolean} large */
function setLarge(tile, large) {
  setAttribute(tile, "data-large", String(large));
  show(part(tile, "enlarge"), !large);
}

/** @param {HTMLElement} caller @param {State} state @param {Say} say */
function callersPicture(caller, state, say) {
  const layer = shown(state);
  const now = situation(state);
  const isWithheld = now === "paused"; // an old picture would look like one of this moment
  show(part(caller, "picture"), layer !== "jpeg" && !isWithheld);
  show(part(caller, "jpeg"), layer === "jpeg" && !isWithheld);
  setAttribute(caller, "data-fresh", String(isFresh(now)));
  const isEmpty = layer === "none" || isWithheld;
  setText(part(caller, "sheet"), isEmpty ? say(`state.${now}`) : "");
  show(part(caller, "sheet"), isEmpty);
}
