/** Strokes on a frozen picture, in shares of the picture as the phone sent it. Pure, but for the context drawn on. */

import { fit } from "./framing.js";
import { pictureBox } from "./pointing.js";

/** @typedef {[number, number]} Place shares, from the left and from the top */
/** @typedef {"line" | "arrow" | "circle"} Tool */
/** @typedef {{tool: Tool, colour: string, scale: number, places: Place[]}} Stroke a line has many places, the others two; scale: 1 for the whole picture, less where a part fills the stage */
/** @typedef {{width: number, height: number}} Size px */
/** @typedef {{left: number, top: number, width: number, height: number}} Part shares of the upright picture */

/** Red is seen on skin, yellow in the dark, white on blood; a dark edge makes each seen on anything. */
export const COLOURS = /** @type {const} */ ({ red: "#ff2b3d", yellow: "#ffe100", white: "#ffffff" });
const EDGE = "rgb(0 0 0 / 70%)";
const WIDTH = 0.008; // of the picture's long side
const HEAD = 0.045; // of an arrow, of the same
const CLOSE = 0.002; // nearer places say nothing new
export const LONGEST = 1600; // px of what is sent

/** @param {Stroke} stroke @param {Place} place @returns {Stroke} drawn on to there */
export function extended(stroke, place) {
  const [first] = stroke.places;
  if (!first) return { ...stroke, places: [place] };
  if (stroke.tool !== "line") return { ...stroke, places: [first, place] };
  const [x, y] = /** @type {Place} */ (stroke.places[stroke.places.length - 1]);
  if (Math.hypot(place[0] - x, place[1] - y) < CLOSE) return stroke;
  return { ...stroke, places: [...stroke.places, place] };
}

/** @param {Stroke} stroke whether it says anything: a click without a movement is a slip of the hand, but for a line */
export const isDrawn = ({ tool, places }) => (tool === "line" ? places.length > 0 : places.length > 1);

/** @param {Size} size @returns {Size} of what is sent: never larger than the picture */
export function sentSize({ width, height }) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/**
 * What is looked at of the picture, turned as it is looked at.
 *
 * @param {import("./framing.js").Framing} framing @param {import("./pointing.js").Box} box @param {Size} size of the picture
 * @returns {Part}
 */
export function seen(framing, box, size) {
  const picture = pictureBox(box, size);
  const scale = framing.zoom * fit(framing, box, size);
  const [wide, high] = framing.turn % 2 ? [picture.height, picture.width] : [picture.width, picture.height];
  const across = between(framing.x * box.width, box.width, wide * scale);
  const down = between(framing.y * box.height, box.height, high * scale);
  return { left: across.from, top: down.from, width: across.to - across.from, height: down.to - down.from };
}

/** @param {number} moved px @param {number} box px @param {number} picture px @returns {{from: number, to: number}} shares of the picture */
function between(moved, box, picture) {
  const share = (/** @type {number} */ edge) => Math.min(1, Math.max(0, 0.5 + (edge - moved) / picture));
  return { from: share(-box / 2), to: share(box / 2) };
}

/** What the hand has drawn, and with which tool it goes on. */
export class Sketch {
  constructor() {
    /** @type {Stroke[]} */
    this.strokes = [];
    /** @type {Stroke | null} under the hand */
    this.current = null;
    /** @type {Tool} */
    this.tool = "line";
    /** @type {keyof typeof COLOURS} */
    this.colour = "red";
  }

  /** @param {Place} place @param {number} [zoom] of the picture under the hand: the line is as wide to the eye */
  begin(place, zoom = 1) {
    const begun = { tool: this.tool, colour: COLOURS[this.colour], scale: 1 / zoom, places: [] };
    this.current = extended(begun, place);
  }

  /** @param {Place} place */
  goOn(place) {
    if (this.current) this.current = extended(this.current, place);
  }

  lift() {
    if (this.current && isDrawn(this.current)) this.strokes = [...this.strokes, this.current];
    this.current = null;
  }

  undo() {
    this.strokes = this.strokes.slice(0, -1);
  }

  clear() {
    this.strokes = [];
    this.current = null;
  }

  /** @returns {Stroke[]} as they are seen */
  get shown() {
    return this.current ? [...this.strokes, this.current] : this.strokes;
  }
}

/** @param {CanvasRenderingContext2D} context of a canvas that shows the whole picture @param {Stroke[]} strokes @param {Size} size of that canvas */
export function paint(context, strokes, size) {
  const unit = Math.max(size.width, size.height);
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    for (const [colour, width] of /** @type {[string, number][]} */ ([
      [EDGE, WIDTH * 1.8],
      [stroke.colour, WIDTH],
    ])) {
      context.strokeStyle = colour;
      context.lineWidth = Math.max(2, width * unit * stroke.scale);
      context.beginPath();
      trace(context, stroke, size, unit * stroke.scale);
      context.stroke();
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {Stroke} stroke @param {Size} size @param {number} unit px */
function trace(context, { tool, places }, size, unit) {
  const points = places.map(([x, y]) => ({ x: x * size.width, y: y * size.height }));
  const [first, second = first] = points;
  if (!first || !second) return;
  if (tool === "circle") {
    const [across, down] = [(second.x - first.x) / 2, (second.y - first.y) / 2];
    context.ellipse(first.x + across, first.y + down, Math.abs(across), Math.abs(down), 0, 0, 2 * Math.PI);
    return;
  }
  context.moveTo(first.x, first.y);
  for (const { x, y } of points.length > 1 ? points.slice(1) : [first]) context.lineTo(x, y);
  if (tool === "arrow") head(context, first, second, HEAD * unit);
}

/** @param {CanvasRenderingContext2D} context @param {{x: number, y: number}} from @param {{x: number, y: number}} to @param {number} length px */
function head(context, from, to, length) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  for (const side of [-1, 1]) {
    const back = angle + Math.PI + side * 0.5;
    context.moveTo(to.x, to.y);
    context.lineTo(to.x + length * Math.cos(back), to.y + length * Math.sin(back));
  }
}
