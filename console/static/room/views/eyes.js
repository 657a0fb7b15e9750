import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { untilReleased, whenHeld } from "../../shared/holding.js";
import { hadPicture } from "../picture.js";
import { storePreference } from "../server.js";

/** @typedef {import("../state.js").State} State */

const SHOWN = "visio-shown"; // the session whose pictures this window shows: a reload hides nothing again

/**
 * Pictures that arrive blurred for a regulator who wants it so, until they are looked at: while a key or a button is
 * held, or for the rest of this visio.
 *
 * @param {Document} root
 * @param {import("../../shared/phrases.js").Say} say
 * @param {{session: string, blurred: boolean}} page
 * @param {Storage} storage of this window
 */
export function eyesView(root, say, { session, blurred }, storage) {
  const layers = part(root, "layers");
  const room = /** @type {HTMLElement} */ (root.getElementById("main"));
  const note = part(root, "eyes");
  const choice = part(root, "blur");
  let wanted = blurred;
  let shown = storage.getItem(SHOWN) === session;
  let held = false;
  let picture = false;

  const paint = () => {
    const now = String(wanted && !shown && !held);
    setAttribute(layers, "data-blurred", now);
    setAttribute(room, "data-blurred", now);
    setAttribute(choice, "aria-pressed", String(wanted && !shown));
    show(note, wanted && !shown && picture);
  };
  const hold = () => {
    if (held || !wanted || shown) return;
    held = true;
    paint();
    untilReleased([window, layers.ownerDocument.defaultView ?? window], () => {
      held = false;
      paint();
    });
  };
  /** @param {boolean} wide for the rest of this visio */
  const open = (wide) => {
    shown = wide;
    storage.setItem(SHOWN, wide ? session : "");
    paint();
  };
  const choose = async () => {
    if (wanted && shown) return open(false);
    wanted = !wanted;
    open(false);
    try {
      await storePreference({ blurred: wanted });
      setText(part(root, "eyes-said"), "");
    } catch {
      setText(part(root, "eyes-said"), say("eyes.failed"));
    }
  };

  whenHeld(part(root, "eyes-hold"), hold);
  part(root, "eyes-show").addEventListener("click", () => {
    open(true);
    choice.focus();
  });
  choice.addEventListener("click", () => void choose());
  paint();
  const render = (/** @type {State} */ state) => {
    picture = hadPicture(state) && !state.call.ended;
    show(note, wanted && !shown && picture);
  };
  return { hold, render };
}
