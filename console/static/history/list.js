/** The list of past meetings: keyboard, pictures on demand, the next page before it is asked for. */

import { localise } from "../shared/clock.js";
import { part, setAttribute } from "../shared/dom.js";
import { LiveList } from "./live-list.js";
import { NextPages } from "./next-pages.js";

const OURS = "Europe/Paris"; // the server's own, docs/history.md

/** Days and hours are meant where they are read. */
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-part=zone]"));
  if (!field || field.value || !zone || zone === OURS) return;
  field.value = zone;
  field.disabled = false;
}

/** @type {Readonly<Record<string, () => void>>} */
const KEYS = {
  "/": () => document.getElementById("search-words")?.focus(),
  n: () => /** @type {HTMLElement | null} */ (document.querySelector("[data-part=numbers]"))?.click(),
};

/** @param {KeyboardEvent} event */
function keys(event) {
  const field = event.target instanceof Element && event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = field || event.repeat ? undefined : KEYS[event.key];
  if (act) {
    act();
    event.preventDefault();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (!field || field.id === "search-words")) move(event, step);
}

/** From row to row. @param {KeyboardEvent} event @param {number} step */
function move(event, step) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-row]")]);
  const here = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = rows[here < 0 && step > 0 ? 0 : here + step];
  if (!next || (here < 0 && step < 0)) return;
  next.focus();
  event.preventDefault();
}

/** A picture is fetched, and noted in the audit, once somebody looks at it. @param {Event} event */
function look(event) {
  const button = event.target instanceof Element && event.target.closest("[data-cover]");
  for (const open of document.querySelectorAll("[data-cover][aria-pressed=true]")) {
    if (open !== button) cover(open);
  }
  if (!button) return;
  if (button.querySelector("img")) {
    cover(button);
    return;
  }
  const image = document.createElement("img");
  image.alt = button.getAttribute("aria-label") ?? "";
  image.src = /** @type {HTMLElement} */ (button).dataset["cover"] ?? "";
  button.append(image);
  setAttribute(button, "aria-pressed", "true");
}

/** @param {Element} button */
function cover(button) {
  button.querySelector("img")?.remove();
  setAttribute(button, "aria-pressed", "false");
}

const pages = new NextPages(() => {
  localise(document);
  tellZone();
});
document.addEventListener("keydown", keys);
document.addEventListener("click", look);
document.addEventListener("click", (event) => pages.follow(event));
document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) /** @type {HTMLFormElement} */ (part(document, "search")).requestSubmit();
});
addEventListener("popstate", () => pages.back(location.href));
tellZone();
pages.fetchAhead();
const live = /** @type {HTMLElement | null} */ (document.querySelector("[data-live]"));
if (live) new LiveList(live.dataset["live"] ?? "", () => localise(document)).open();
