import { flags } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** @param {string} selector */
const all = (selector) => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector));
const video = /** @type {HTMLVideoElement} */ (document.querySelector("video"));
const slider = /** @type {HTMLInputElement} */ (document.querySelector("#zoom"));
const digits = /** @type {HTMLInputElement} */ (document.querySelector("#digits"));
let parts = conditional();

/** What is shown under a condition only. */
function conditional() {
  return [...all("[data-when]")].map((part) => ({ part, when: String(part.dataset.when).split(" ") }));
}

/** Take in the rest of the page. @param {string} text HTML @param {string} style address */
export function adopt(text, style) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
  document.head.append(sheet);
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  main.append(...new DOMParser().parseFromString(text, "text/html").body.children);
  parts = conditional();
}

/** Show the state. @param {State} state */
export function render(state) {
  const now = flags(state);
  if (!parts.some(({ part, when }) => part.localName === "section" && when.includes(state.screen))) now.add("opening");
  for (const { part, when } of parts) part.hidden = !when.some((flag) => now.has(flag));
  for (const name of /** @type {const} */ (["centre", "phone", "word"])) {
    for (const part of all(`[data-${name}]`)) if (state[name]) part.textContent = state[name];
  }
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (all(".link"))) field.value = location.href;
  for (const part of all("[data-seconds]")) part.textContent = String(state.seconds);
  renderControls(state);
  if (document.body.dataset.screen === state.screen) return;
  document.body.dataset.screen = state.screen;
  /** @type {HTMLElement | null} */ (document.querySelector("main > :not([hidden]) h1"))?.focus();
}

/** @param {State} state */
function renderControls({ controls }) {
  if (!controls) return;
  const { capabilities, actual, wanted } = controls;
  video.classList.toggle("mirror", actual.camera === "user");
  for (const button of all("[data-act=torch]")) button.setAttribute("aria-pressed", String(Boolean(actual.torch)));
  if (!capabilities.zoom) return;
  [slider.min, slider.max, slider.step] = capabilities.zoom.map(String);
  if (document.activeElement !== slider || !slider.matches(":active")) slider.value = String(wanted.zoom);
}

/** One's own picture, without sound: a phone call goes on beside it. @param {MediaStreamTrack | null} track */
export function preview(track) {
  video.srcObject = track && new MediaStream([track]);
  if (track) video.play().catch(() => {});
}

/**
 * @param {object} intents
 * @param {(act: string) => void} intents.act a button was tapped
 * @param {(zoom: number) => void} intents.zoom
 * @param {(digits: string) => void} intents.code all six digits
 */
export function listen({ act, zoom, code }) {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-act]");
    if (button instanceof HTMLElement) act(String(button.dataset.act));
  });
  slider.addEventListener("input", () => zoom(slider.valueAsNumber));
  listenPinch((ratio, start) => zoom(within(start * ratio)));
  const send = () => digits.value.replace(/\D/g, "").length === 6 && code(digits.value.replace(/\D/g, ""));
  digits.addEventListener("input", send);
  digits.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}

/** @param {number} zoom */
const within = (zoom) => Math.min(Math.max(zoom, Number(slider.min)), Number(slider.max));

/** Two fingers on the picture. @param {(ratio: number, start: number) => void} onPinch */
function listenPinch(onPinch) {
  /** @type {Map<number, PointerEvent>} */
  const fingers = new Map();
  let apart = 0;
  let start = 0;
  const distance = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };
  video.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    if (fingers.size !== 2) return;
    apart = distance();
    start = slider.valueAsNumber;
  });
  video.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 2 && apart && !slider.closest("[hidden]")) onPinch(distance() / apart, start);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    video.addEventListener(end, (event) => fingers.delete(/** @type {PointerEvent} */ (event).pointerId));
  }
}
