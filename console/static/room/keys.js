/** Which key asks for what. Pure. */

/** @typedef {"camera" | "lens" | "torch" | "profile" | "position" | "photo" | "pause" | "metronome" | "capture" | "closer" | "wider" | "clear" | number} RoomIntent a number: that phrase of GUIDANCE */
/** @typedef {"fullscreen" | "pointing" | "writing" | "language" | "document" | "move" | "add" | "refuse" | "hand" | "help" | "pressing" | "ending" | "map" | "place" | Pan | "nearer" | "farther" | "whole" | "rotate" | "brighten" | "freeze" | "window" | "guest" | "reveal" | "mark" | "sharing" | "ownCamera" | "swap" | "draw" | "assistance"} ViewIntent */
/** @typedef {"left" | "right" | "up" | "down"} Pan */
/** @typedef {RoomIntent | ViewIntent} KeyIntent */

/** @type {Record<string, KeyIntent>} */
const KEYS = {
  "!": "guest",
  c: "camera",
  o: "lens",
  l: "torch",
  q: "profile",
  p: "position",
  n: "photo",
  r: "metronome",
  s: "capture",
  x: "clear",
  f: "fullscreen",
  i: "pointing",
  m: "writing",
  g: "language",
  d: "document",
  j: "move",
  k: "add",
  u: "refuse",
  h: "hand",
  "?": "help",
  delete: "ending",
  b: "pressing",
  ",": "pause",
  a: "map",
  y: "place",
  "+": "closer",
  "=": "closer", // the same key without Shift
  "-": "wider",
  pageup: "nearer",
  pagedown: "farther",
  home: "whole",
  arrowleft: "left",
  arrowright: "right",
  arrowup: "up",
  arrowdown: "down",
  t: "rotate",
  e: "brighten",
  z: "freeze",
  w: "window",
  v: "reveal",
  ":": "mark",
  ".": "sharing",
  _: "ownCamera",
  "*": "swap",
  ";": "draw",
  "<": "assistance",
};

/** What the list of keys shows, part by part: every intent of a key, `phrase` for the digits. */
export const GROUPS = /** @type {const} */ ({
  picture: ["closer", "wider", "capture", "fullscreen", "nearer", "farther", "whole", "left", "right", "up", "down", "rotate", "brighten", "freeze", "window", "reveal", "swap", "draw"],
  phone: ["camera", "lens", "torch", "photo", "pause", "position", "map", "place", "profile"],
  words: ["phrase", "clear", "writing", "metronome", "pressing", "pointing", "language", "document"],
  visio: ["move", "add", "refuse", "hand", "guest", "mark", "ending", "help", "assistance", "sharing", "ownCamera"],
});

/** The keys of an intent, as they are printed. @param {string} intent @returns {string[]} */
export function keysOf(intent) {
  if (intent === "phrase") return ["1 … 9, 0"];
  const names = Object.keys(KEYS).filter((key) => KEYS[key] === intent && key !== "=");
  return names.map((key) => PRINTED[key] ?? key.toUpperCase());
}

/** @type {Record<string, string>} */
const PRINTED = {
  "-": "−",
  delete: "Del",
  pageup: "Pg ↑",
  pagedown: "Pg ↓",
  home: "↖",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
};

/** Held down, they go on. */
const REPEATABLE = ["closer", "wider", "nearer", "farther", "left", "right", "up", "down"];

/** An arrow is the zoomed picture's only while no field or list has the focus. @param {KeyIntent} intent */
export const isPan = (intent) => ["left", "right", "up", "down"].includes(String(intent));

/** Of all keys. @returns {Set<string>} */
export const intentsOfKeys = () => new Set([...Object.values(KEYS).map(String), "phrase"]);

/**
 * @param {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat">} event
 * @param {boolean} typing into a text field
 * @returns {KeyIntent | null} null where a key is somebody else's: a text field, the browser's shortcuts
 */
export function intentOfKey(event, typing) {
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return null;
  const intent = phraseOfKey(event) ?? KEYS[event.key.toLowerCase()] ?? null;
  return event.repeat && !REPEATABLE.includes(String(intent)) ? null : intent;
}

/**
 * Digits as they are typed: with Shift on a French keyboard, without on others and on the number pad; Shift and
 * the key of a digit is one everywhere.
 *
 * @param {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} event
 * @returns {number | undefined} 1 is the first phrase, 0 the tenth
 */
function phraseOfKey({ key, code, shiftKey }) {
  const digit = /^\d$/.test(key) ? key : shiftKey ? /^Digit(\d)$/.exec(code)?.[1] : undefined;
  return digit === undefined ? undefined : (Number(digit) + 9) % 10;
}
