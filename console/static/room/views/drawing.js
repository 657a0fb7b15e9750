import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { control } from "../controls.js";
import { COLOURS, Sketch, paint, seen, sentSize } from "../drawing.js";
import { placeAt } from "../framing.js";
import { drawn } from "../still.js";

/** @typedef {import("../state.js").State} State */

const QUALITY = 0.85; // of the JPEG
const TOOLS = /** @type {const} */ (["line", "arrow", "circle"]);

/**
 * Drawing on the frozen picture; sent, it fills the caller's screen and stays with the session.
 *
 * @param {Document} root
 * @param {object} context
 * @param {import("../../shared/phrases.js").Say} context.say
 * @param {() => State} context.state
 * @param {import("../intents.js").Intents} context.intents
 * @param {import("../documents.js").Documents} context.documents
 */
export function drawingView(root, { say, state, intents, documents }) {
  const layers = part(root, "layers");
  const bar = part(root, "drawing");
  const frozen = /** @type {HTMLCanvasElement} */ (part(layers, "frozen"));
  const canvas = /** @type {HTMLCanvasElement} */ (part(layers, "strokes"));
  const sketch = new Sketch();
  let open = false;

  function repaint() {
    const context = canvas.getContext("2d");
    context?.clearRect(0, 0, canvas.width, canvas.height);
    if (context) paint(context, sketch.shown, canvas);
    for (const name of ["drawing-undo", "drawing-clear", "drawing-send"]) {
      setAttribute(part(bar, name), "aria-disabled", String(sketch.strokes.length === 0));
    }
    render(state());
  }

  function begin() {
    if (!state().frozen) intents.freeze(frozen);
    if (!state().frozen) return;
    open = true;
    sketch.clear();
    Object.assign(canvas, { width: frozen.width, height: frozen.height });
    repaint();
    part(bar, "drawing-line").focus();
  }

  function end() {
    open = false;
    if (state().frozen) intents.freeze(frozen); // the picture goes on
    render(state());
  }

  async function send() {
    if (!sketch.strokes.length || obstacleOf(state())) return;
    const shown = seen(state().framing, layers.getBoundingClientRect(), frozen);
    const blob = await jpeg([frozen, canvas], state().framing.turn, shown);
    if (!blob) return;
    documents.send([new File([blob], say("drawing.file"), { type: "image/jpeg" })], true);
    end();
  }

  /** @param {State} now */
  function render(now) {
    if (open && (!now.frozen || now.call.ended)) open = false;
    show(bar, open);
    show(canvas, open);
    setAttribute(layers, "data-drawing", String(open));
    const obstacle = obstacleOf(now);
    setText(part(bar, "drawing-said"), obstacle ? say(obstacle) : "");
    if (obstacle) setAttribute(part(bar, "drawing-send"), "aria-disabled", "true");
  }

  const changed = (/** @type {() => void} */ change) => () => (change(), repaint());
  const undo = changed(() => sketch.undo());
  chooseFrom(bar, TOOLS, (tool) => (sketch.tool = tool));
  chooseFrom(bar, /** @type {(keyof typeof COLOURS)[]} */ (Object.keys(COLOURS)), (colour) => (sketch.colour = colour));
  part(bar, "drawing-undo").addEventListener("click", undo);
  part(bar, "drawing-clear").addEventListener("click", changed(() => sketch.clear()));
  part(bar, "drawing-send").addEventListener("click", () => void send());
  part(bar, "drawing-cancel").addEventListener("click", end);
  followHand(canvas, sketch, repaint, () => ({ framing: state().framing, box: layers.getBoundingClientRect() }));
  root.addEventListener("keydown", (event) => open && answer(event, { end, undo, send: () => void send() }));
  return { toggle: () => (open ? end() : begin()), render };
}

/**
 * The layers that lie on one another, as they are seen: turned, as bright, and only the part that is in sight.
 *
 * @param {HTMLCanvasElement[]} layers @param {number} turn @param {import("../drawing.js").Part} shown
 * @returns {Promise<Blob | null>}
 */
function jpeg(layers, turn, shown) {
  const made = document.createElement("canvas");
  const context = made.getContext("2d");
  for (const [index, layer] of layers.entries()) {
    const whole = drawn(layer, turn);
    const cut = { width: shown.width * whole.width, height: shown.height * whole.height };
    if (index === 0) Object.assign(made, sentSize(cut));
    const [left, top] = [shown.left * whole.width, shown.top * whole.height];
    if (context) context.filter = getComputedStyle(layer).filter;
    context?.drawImage(whole, left, top, cut.width, cut.height, 0, 0, made.width, made.height);
  }
  return new Promise((resolve) => made.toBlob(resolve, "image/jpeg", QUALITY));
}

/** @template {string} Name @param {HTMLElement} bar @param {readonly Name[]} names @param {(name: Name) => void} choose */
function chooseFrom(bar, names, choose) {
  for (const name of names) {
    part(bar, `drawing-${name}`).addEventListener("click", () => {
      choose(name);
      for (const other of names) setAttribute(part(bar, `drawing-${other}`), "aria-pressed", String(other === name));
    });
  }
}

/**
 * The hand draws: no pan, no ring on the phone.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Sketch} sketch
 * @param {() => void} repaint
 * @param {() => {framing: import("../framing.js").Framing, box: DOMRect}} read where the picture lies
 */
function followHand(canvas, sketch, repaint, read) {
  /** @param {"pointerdown" | "pointermove" | "pointerup" | "pointercancel"} type @param {(place: [number, number] | null, event: PointerEvent) => void} work */
  const on = (type, work) =>
    canvas.addEventListener(type, (event) => {
      event.stopPropagation();
      const { framing, box } = read();
      work(placeAt(framing, box, canvas, { x: event.clientX, y: event.clientY }), event);
      repaint();
    });
  on("pointerdown", (place, event) => {
    if (!place || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    sketch.begin(place, read().framing.zoom);
  });
  on("pointermove", (place) => place && sketch.goOn(place));
  on("pointerup", () => sketch.lift());
  on("pointercancel", () => sketch.lift());
  canvas.addEventListener("click", (event) => event.stopPropagation());
}

/** @param {KeyboardEvent} event @param {{end: () => void, undo: () => void, send: () => void}} work */
function answer(event, { end, undo, send }) {
  const isButton = /** @type {Element | null} */ (event.target)?.closest("button, input, select, textarea");
  if (event.key === "Escape") end();
  else if (event.key === "Enter" && !isButton) send();
  else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) undo();
  else return;
  event.preventDefault();
}

/** Words on the caller's screen are of whoever drives the phone. @param {State} state @returns {string} key of a phrase */
function obstacleOf(state) {
  const { obstacle } = control(state, "guidance");
  return obstacle === "can't.not_in_control" || obstacle === "can't.offline" ? obstacle : "";
}
