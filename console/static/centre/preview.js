/**
 * The SMS as callers get it, while it is typed: the server says what leaves and how many it makes.
 */

import { part, show as reveal } from "../shared/dom.js";

/** @typedef {{ text: string, segments: number, length: number, narrow: boolean, replaced: boolean }} Preview */

const PAUSE = 200; // ms without a key
const ROOM = { narrow: 160, wide: 70 }; // in one SMS
const PART = { narrow: 153, wide: 67 }; // in each of several: the header that joins them takes the rest

const shown = part(document, "preview");
const typed = /** @type {HTMLTextAreaElement} */ (part(document, "sms"));
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asked = 0;

typed.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => void ask(), PAUSE);
});
void ask();

/** Only the newest answer counts. */
async function ask() {
  asked += 1;
  const mine = asked;
  const body = JSON.stringify({ language: shown.dataset.language, text: typed.value.trim() });
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch("/centre/preview", { method: "POST", headers, body });
    if (answer.ok && mine === asked) {
      show(await answer.json());
    }
  } catch {
    // without the server there is no preview, and nothing could be saved either
  }
}

/** @param {Preview} made */
function show(made) {
  reveal(shown, true);
  part(shown, "bubble").textContent = made.text;
  const count = part(shown, "count");
  const many = String(count.dataset.many).replace("{count}", String(made.segments));
  count.textContent = made.segments === 1 ? String(count.dataset.one) : many;
  count.classList.toggle("ok", made.segments === 1);
  count.classList.toggle("warn", made.segments > 1);
  const length = part(shown, "length");
  const alphabet = made.narrow ? "narrow" : "wide";
  const room = made.segments === 1 ? ROOM[alphabet] : PART[alphabet] * made.segments;
  length.textContent = String(length.dataset.of).replace("{length}", String(made.length)).replace("{room}", String(room));
  reveal(part(shown, "wide"), !made.narrow);
  reveal(part(shown, "replaced"), made.replaced);
}
