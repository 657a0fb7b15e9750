/** Technical tests of phones, on the home page: send one, see what came of them, look one up by its code. */

import { part, show } from "../shared/dom.js";
import { ask } from "./server.js";
import { showList, showResult } from "./views.js";

const REFRESH = 5000; // ms: a phone's test takes half a minute, and its sender has other things to do

const card = part(document, "tests");
const language = document.documentElement.lang;

async function refresh() {
  const { status, body } = await ask("/tests");
  if (status !== 200) return; // no test page here, or no answer: what is shown stays
  showList(card, body, language, find);
  show(card, true);
}

/** @param {string} code */
async function find(code) {
  const { status, body } = await ask(`/tests/${encodeURIComponent(code)}`);
  say("tests-wrong", status === 200 ? "" : (body?.error ?? card.dataset["failed"]), status !== 200);
  show(part(card, "tests-result"), status === 200);
  if (status === 200) showResult(part(card, "tests-result"), body, language);
}

/** @param {string} to */
async function send(to) {
  const { status, body } = await ask("/tests", { to });
  const left = status === 201;
  say("tests-said", left ? (card.dataset["leaving"] ?? "") : (body?.error ?? card.dataset["failed"]), !left);
  if (left) await refresh();
  return left;
}

/** @param {string} name @param {string} text @param {boolean} wrong */
function say(name, text, wrong) {
  const line = part(card, name);
  line.textContent = text;
  line.classList.toggle("wrong", wrong);
}

/**
 * One press is one request, however often it is pressed.
 * @param {string} name of the form @param {(typed: string) => Promise<boolean | void>} work whether to empty the field
 */
function onSubmit(name, work) {
  const form = /** @type {HTMLFormElement} */ (part(card, name));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const emptied = await work(field.value);
    busy = false;
    button.setAttribute("aria-busy", "false");
    if (emptied) field.value = "";
  });
}

onSubmit("tests-send", send);
onSubmit("tests-find", find);
setInterval(() => document.visibilityState === "visible" && void refresh(), REFRESH);
void refresh();
