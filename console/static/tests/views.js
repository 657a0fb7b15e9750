import { clockTime } from "../shared/clock.js";
import { copyOf, part, setAttribute, setText, show } from "../shared/dom.js";

/** @typedef {{words: string, tone: string}} Standing */
/** @typedef {{address: string, at: {iso: string}, standing: Standing, code: string}} Row as console/phone_tests.py */
/** @typedef {{code: string, at: {iso: string}, browser: string, standing: Standing, lines: {label: string, words: string, tone: string}[]}} Result */

/** @param {ParentNode} card @param {Row[]} rows @param {string} language @param {(code: string) => void} onOpen */
export function showList(card, rows, language, onOpen) {
  const list = part(card, "tests-list");
  while (list.children.length > rows.length) list.lastElementChild?.remove();
  for (const [index, row] of rows.entries()) {
    const item = list.children[index] ?? list.appendChild(copyOf("tests-row"));
    setText(part(item, "address"), row.address);
    setText(part(item, "code"), spaced(row.code));
    showMoment(item, row.at.iso, language);
    showStanding(item, row.standing);
    const open = part(item, "open");
    show(open, row.code !== "");
    open.onclick = () => onOpen(row.code);
  }
  show(part(card, "tests-none"), rows.length === 0);
}

/** @param {HTMLElement} article @param {Result} result @param {string} language */
export function showResult(article, result, language) {
  setText(part(article, "code"), spaced(result.code));
  setText(part(article, "browser"), result.browser);
  showMoment(article, result.at.iso, language);
  showStanding(article, result.standing);
  part(article, "lines").replaceChildren(...result.lines.map(lineOf));
  article.focus();
}

/** @param {Result["lines"][number]} line */
function lineOf({ label, words, tone }) {
  const made = copyOf("tests-line");
  made.dataset["tone"] = tone;
  /** @type {HTMLElement} */ (made.querySelector("dt")).textContent = label;
  /** @type {HTMLElement} */ (made.querySelector("dd")).textContent = words;
  return made;
}

/** @param {ParentNode} root @param {Standing} standing */
function showStanding(root, { words, tone }) {
  const badge = part(root, "standing");
  setText(badge, words);
  setAttribute(badge, "class", `badge ${tone}`);
}

/** @param {ParentNode} root @param {string} iso @param {string} language */
function showMoment(root, iso, language) {
  for (const form of ["day", "time"]) {
    const time = part(root, form);
    setAttribute(time, "datetime", iso);
    setText(time, clockTime(iso, form, language));
  }
}

/** Read aloud in two threes. @param {string} code */
const spaced = (code) => code.replace(/^(...)(...)$/, "$1 $2");
