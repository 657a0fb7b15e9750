import { part, setText, show } from "../../shared/dom.js";
import { tool } from "./tool.js";

/** @typedef {import("../state.js").State} State */

/**
 * Drawing on the picture: its view comes with the first use.
 *
 * @param {Document} root
 * @param {Parameters<typeof import("./drawing.js").drawingView>[1]} context
 */
export function drawingFold(root, context) {
  /** @type {Promise<ReturnType<typeof import("./drawing.js").drawingView>> | null} */
  let coming = null;
  /** @type {ReturnType<typeof import("./drawing.js").drawingView> | null} */
  let view = null;
  const toggle = async () => {
    try {
      coming ??= import("./drawing.js").then(({ drawingView }) => drawingView(root, context));
      view = await coming;
      view.toggle();
    } catch {
      coming = null; // the line was away: the next click asks again
      setText(part(root, "line-text"), context.say("line.lost"));
      show(part(root, "line"), true);
    }
  };
  tool(root, "draw").addEventListener("click", () => void toggle());
  return { doing: { draw: () => void toggle() }, render: (/** @type {State} */ state) => view?.render(state) };
}
