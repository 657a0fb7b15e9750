/** The page of figures: pictures of its charts, and numbers that follow. The numbers themselves, their choice
 * and their files need no script. */

import { part } from "../shared/dom.js";
import { follow } from "./live.js";
import { picture } from "./picture.js";

/** @param {HTMLElement} figure */
async function save(figure) {
  const blob = await picture(figure);
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${figure.dataset["file"]}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // a slow disk may still be reading it
}

/** Whoever prints gets every number. */
function openAll() {
  for (const details of document.querySelectorAll("details.chart-numbers")) details.setAttribute("open", "");
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-act=png]");
  const figure = button && /** @type {HTMLElement | null} */ (button.closest("[data-chart]"));
  if (figure) void save(figure);
});
addEventListener("beforeprint", openAll);
follow(part(document, "numbers"));
