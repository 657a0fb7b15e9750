/** Which key asks for what. Pure. */

/** @typedef {"camera" | "torch" | "position" | "capture" | "closer" | "wider" | "fullscreen"} KeyIntent */

/** @type {Record<string, KeyIntent>} */
const KEYS = {
  c: "camera",
  l: "torch",
  p: "position",
  s: "capture",
  f: "fullscreen",
  "+": "closer",
  "=": "closer", // the same key without Shift
  "-": "wider",
};

/**
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, repeat: boolean}} event
 * @param {boolean} typing into a text field
 * @returns {KeyIntent | null} null where a key is somebody else's: a text field, the browser's shortcuts
 */
export function intentOfKey(event, typing) {
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return null;
  const intent = KEYS[event.key.toLowerCase()] ?? null;
  const repeatable = intent === "closer" || intent === "wider";
  return event.repeat && !repeatable ? null : intent;
}
