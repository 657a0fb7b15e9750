/** Which key asks for what. Pure. */

/** @typedef {"camera" | "lens" | "torch" | "profile" | "position" | "photo" | "metronome" | "capture" | "closer" | "wider" | "clear" | number} RoomIntent a number: that phrase of GUIDANCE */
/** @typedef {"fullscreen" | "pointing" | "writing" | "language" | "document" | "move" | "add" | "refuse"} ViewIntent */
/** @typedef {RoomIntent | ViewIntent} KeyIntent */

/** @type {Record<string, KeyIntent>} */
const KEYS = {
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
  "+": "closer",
  "=": "closer", // the same key without Shift
  "-": "wider",
};

/**
 * @param {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat">} event
 * @param {boolean} typing into a text field
 * @returns {KeyIntent | null} null where a key is somebody else's: a text field, the browser's shortcuts
 */
export function intentOfKey(event, typing) {
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return null;
  const intent = phraseOfKey(event) ?? KEYS[event.key.toLowerCase()] ?? null;
  const repeatable = intent === "closer" || intent === "wider";
  return event.repeat && !repeatable ? null : intent;
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
