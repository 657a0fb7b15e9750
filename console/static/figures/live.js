/** The numbers of the page, fetched anew when sessions have been counted. They come as the page itself: the
 * server draws them, here and without a script alike. */

import { Socket } from "../../../signaling/client/socket.js";
import { lasting } from "../shared/lasting.js";

/** @param {HTMLElement} numbers */
export function follow(numbers) {
  const socket = new Socket({
    url: `${location.origin.replace(/^http/, "ws")}/ws/console`,
    first: () => ({ type: "follow_figures" }),
    onFrame: (frame) => {
      if (frame.type === "figures_changed") void renew(numbers);
    },
    onState: () => undefined, // the numbers stay as they were until the line is back
  });
  lasting(socket);
}

let asking = false;
let again = false;

/** One request at a time; what changes meanwhile is asked for after it. @param {HTMLElement} numbers */
async function renew(numbers) {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const fresh = await fetched(numbers.dataset["version"] ?? "");
  asking = false;
  if (fresh) replace(numbers, fresh);
  if (again) {
    again = false;
    await renew(numbers);
  }
}

/** Null when they are the same. @param {string} version */
async function fetched(version) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html", "If-None-Match": version } });
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return /** @type {HTMLElement | null} */ (page.querySelector("[data-part=numbers]"));
  } catch {
    return null; // the next change asks again
  }
}

/** Charts keep their places, what is open stays open, and the focus stays where it is.
 * @param {HTMLElement} numbers @param {HTMLElement} fresh */
function replace(numbers, fresh) {
  const open = [...numbers.querySelectorAll("[data-chart] details[open]")].map(chartOf);
  const held = document.activeElement;
  const [chart, kind] = held && numbers.contains(held) ? [chartOf(held), kindOf(held)] : ["", ""];
  numbers.replaceChildren(...fresh.children);
  numbers.dataset["version"] = fresh.dataset["version"];
  for (const key of open) numbers.querySelector(`[data-chart="${key}"] details`)?.setAttribute("open", "");
  if (kind) /** @type {HTMLElement | null} */ (numbers.querySelector(`[data-chart="${chart}"] ${kind}`))?.focus();
}

/** @param {Element} node */
function chartOf(node) {
  return node.closest("[data-chart]")?.getAttribute("data-chart") ?? "";
}

/** Of the few that can have the focus. @param {Element} node */
function kindOf(node) {
  return ["a", "button", "summary", ".chart-rows"].find((kind) => node.matches(kind)) ?? "";
}
