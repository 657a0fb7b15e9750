import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { brightened, panned, transform, turned, unzoomed, zoomedBy } from "../framing.js";
import { hadPicture, pictureSize } from "../picture.js";
import { followGestures } from "./gestures.js";
import { tool } from "./tool.js";
import { windowView } from "./window.js";

/** @typedef {import("../state.js").State} State */

const PUSH = 80; // px that an arrow key moves the zoomed picture

/**
 * Digital zoom, pan, quarter turns, brightness, the frozen picture and its own window: the tools beside it.
 *
 * @param {Document} root @param {import("../intents.js").Intents} intents @param {() => State} read
 * @param {import("../../shared/phrases.js").Say} say @param {string} language
 */
export function framingView(root, intents, read, say, language) {
  const ownWindow = windowView(root, say, language);
  const layers = part(root, "layers");
  const frozen = /** @type {HTMLCanvasElement} */ (part(root, "frozen"));
  const tools = part(root, "tools");
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  /** @param {(framing: import("../framing.js").Framing, box: DOMRect, size: import("../framing.js").Size) => import("../framing.js").Framing} change */
  const frame = (change) => intents.frame(change(read().framing, layers.getBoundingClientRect(), pictureSize(read())));
  /** @param {number} x @param {number} y */
  const pushed = (x, y) => () => frame((framing, box, size) => panned(framing, { x: x * PUSH, y: y * PUSH }, box, size));
  const doing = {
    nearer: () => frame((framing, box, size) => zoomedBy(framing, 1, box, size)),
    farther: () => frame((framing, box, size) => zoomedBy(framing, -1, box, size)),
    whole: () => frame(unzoomed),
    rotate: () => frame(turned),
    brighten: () => frame(brightened),
    freeze: () => intents.freeze(frozen),
    window: ownWindow.toggle,
    // The eye goes to the left, the picture to the right.
    left: pushed(1, 0),
    right: pushed(-1, 0),
    up: pushed(0, 1),
    down: pushed(0, -1),
  };
  for (const name of /** @type {const} */ (["nearer", "farther", "whole", "rotate", "brighten", "freeze"])) {
    tool(tools, name).addEventListener("click", doing[name]);
  }
  followGestures(layers, intents, read);

  const render = (/** @type {State} */ state) => {
    const { framing } = state;
    ownWindow.render(state);
    const isFrozen = state.frozen !== null;
    show(tools, hadPicture(state) && !state.call.ended);
    show(frozen, isFrozen);
    show(part(root, "frozen-note"), isFrozen && !state.call.ended);
    layers.style.setProperty("--framing", transform(framing, layers.getBoundingClientRect(), pictureSize(state)));
    layers.style.setProperty("--turn", `${framing.turn * 90}deg`);
    setAttribute(layers, "data-light", String(framing.light));
    setAttribute(layers, "data-frozen", String(isFrozen));
    setAttribute(layers, "data-zoomed", String(framing.zoom > 1));
    setText(part(tools, "framing-zoom"), `${format.format(framing.zoom)}\u00a0×`);
    setAttribute(tool(tools, "rotate"), "aria-pressed", String(framing.turn !== 0));
    setAttribute(tool(tools, "brighten"), "aria-pressed", String(framing.light !== 0));
    setAttribute(tool(tools, "freeze"), "aria-pressed", String(isFrozen));
  };
  return { render, doing };
}
