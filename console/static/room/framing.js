/** How this console frames the picture: digital zoom, pan, quarter turns, brightness. Pure. */

import { pictureBox, placeIn } from "./pointing.js";

/** @typedef {import("./pointing.js").Box} Box */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Point px */
/**
 * @typedef {object} Framing
 * @property {number} zoom digital, on top of the phone's: 1 shows the whole picture
 * @property {number} x how far its centre lies to the right of the box's, as a share of the box's width
 * @property {number} y the same downwards, of its height
 * @property {number} turn quarter turns clockwise, 0 to 3
 * @property {number} light brightness: 0 as received, up to LIGHTS - 1
 */

/** @type {Framing} */
export const WHOLE = { zoom: 1, x: 0, y: 0, turn: 0, light: 0 };
export const LIGHTS = 3;
const CLOSEST = 8;
const STEP = 1.25; // for a key and a notch of the wheel, as the phone's zoom
const ALMOST_WHOLE = 1.01;

const COSINES = /** @type {const} */ ([1, 0, -1, 0]);

/** What makes a turned picture fit its box again. @param {Framing} framing @param {Box} box @param {Size} size of the picture */
export function fit({ turn }, box, size) {
  if (turn % 2 === 0 || !size.width || !size.height) return 1;
  const { width, height } = pictureBox(box, size);
  return Math.min(box.width / height, box.height / width);
}

/** @param {Framing} framing @param {Box} box @param {Size} size @returns {string} of CSS, for an element that fills the box */
export function transform(framing, box, size) {
  const { x, y, turn, zoom } = framing;
  return `translate(${x * 100}%, ${y * 100}%) scale(${zoom * fit(framing, box, size)}) rotate(${turn * 90}deg)`;
}

/**
 * @param {Framing} framing @param {number} notches above 0: closer @param {Box} box @param {Size} size
 * @param {Point} [at] what stays where it is; the centre of the box when not given
 */
export const zoomedBy = (framing, notches, box, size, at) =>
  zoomedTo(framing, framing.zoom * STEP ** notches, box, size, at);

/** @param {Framing} framing @param {number} wanted @param {Box} box @param {Size} size @param {Point} [at] @returns {Framing} */
export function zoomedTo(framing, wanted, box, size, at = centre(box)) {
  const zoom = wanted < ALMOST_WHOLE ? 1 : Math.min(CLOSEST, wanted);
  const ratio = zoom / framing.zoom;
  const [across, down] = shares({ x: at.x - centre(box).x, y: at.y - centre(box).y }, box);
  const moved = { ...framing, zoom, x: across - (across - framing.x) * ratio, y: down - (down - framing.y) * ratio };
  return held(moved, box, size);
}

/** @param {Framing} framing @param {Point} by px @param {Box} box @param {Size} size @returns {Framing} */
export function panned(framing, by, box, size) {
  const [across, down] = shares(by, box);
  return held({ ...framing, x: framing.x + across, y: framing.y + down }, box, size);
}

/** A quarter to the right; what was zoomed is whole again. @param {Framing} framing @returns {Framing} */
export const turned = (framing) => ({ ...framing, zoom: 1, x: 0, y: 0, turn: (framing.turn + 1) % 4 });

/** @param {Framing} framing @returns {Framing} */
export const brightened = (framing) => ({ ...framing, light: (framing.light + 1) % LIGHTS });

/** @param {Framing} framing @returns {Framing} */
export const unzoomed = (framing) => ({ ...framing, zoom: 1, x: 0, y: 0 });

/**
 * @param {Framing} framing @param {Box} box @param {Size} size @param {Point} point on the screen
 * @returns {[number, number] | null} shares of the picture as the phone sends it, null beside it
 */
export function placeAt(framing, box, size, point) {
  const middle = centre(box);
  const away = { x: point.x - middle.x - framing.x * box.width, y: point.y - middle.y - framing.y * box.height };
  const scale = framing.zoom * fit(framing, box, size);
  const back = rotated(away, 4 - framing.turn);
  return placeIn(pictureBox(box, size), { x: middle.x + back.x / scale, y: middle.y + back.y / scale });
}

/** Where a place of the picture is seen. @param {Framing} framing @param {Box} box @param {Size} size @param {[number, number]} place @returns {Point} */
export function pointOf(framing, box, size, [across, down]) {
  const { width, height } = pictureBox(box, size);
  const scale = framing.zoom * fit(framing, box, size);
  const away = rotated({ x: (across - 0.5) * width * scale, y: (down - 0.5) * height * scale }, framing.turn);
  const middle = centre(box);
  return { x: middle.x + framing.x * box.width + away.x, y: middle.y + framing.y * box.height + away.y };
}

/** The picture never leaves its box on one side while it could fill it. @param {Framing} framing @param {Box} box @param {Size} size @returns {Framing} */
function held(framing, box, size) {
  if (!size.width || !size.height) return unzoomed(framing);
  const picture = pictureBox(box, size);
  const scale = framing.zoom * fit(framing, box, size);
  const [width, height] = framing.turn % 2 ? [picture.height, picture.width] : [picture.width, picture.height];
  const limit = (/** @type {number} */ share, /** @type {number} */ filled) => {
    const most = Math.max(0, (filled - 1) / 2);
    return Math.min(most, Math.max(-most, share)) || 0; // no -0
  };
  return {
    ...framing,
    x: limit(framing.x, (width * scale) / box.width),
    y: limit(framing.y, (height * scale) / box.height),
  };
}

/** @param {Box} box @returns {Point} */
const centre = (box) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 });

/** @param {Point} by px @param {Box} box @returns {[number, number]} */
const shares = ({ x, y }, box) => [x / box.width, y / box.height];

/** @param {Point} point @param {number} turn quarters clockwise, on a screen whose y points down @returns {Point} */
function rotated({ x, y }, turn) {
  const cosine = COSINES[turn % 4] ?? 1;
  const sine = COSINES[(turn + 3) % 4] ?? 0;
  return { x: x * cosine - y * sine, y: x * sine + y * cosine };
}
