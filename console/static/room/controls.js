/** The remote control as it is shown: what the phone does, what it can, what is being waited for. Pure. */

import { isPaused } from "./pause.js";
import { large } from "./streams.js";
import { drives } from "./watchers.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").ControlName} ControlName */
/** @typedef {import("./state.js").ControlValue} ControlValue */
/**
 * @typedef {object} Control
 * @property {any} actual as the phone says
 * @property {any} wanted what was clicked last, until it is answered; else as the phone says
 * @property {ControlValue | null} next what a click asks for; null when the control can't be used
 * @property {boolean} waiting a click is on its way
 * @property {string} obstacle key of the phrase that says why it can't be used, "" when it can
 * @property {import("./state.js").Refusal | null} refusal of the last click, for a few seconds
 */

export const REFUSAL_SHOWN = 8_000;
const STEP = 1.25; // of zoom, for a key, a click and a notch of the wheel

/** In the order of `signaling/domain/controls.py`, which is that of the keys 1 to 0. */
export const GUIDANCE = /** @type {const} */ ([
  "speaker", "closer", "back", "face", "chest", "still", "prop", "light", "turn", "coming",
]); // prettier-ignore
export const PROFILES = /** @type {const} */ (["auto", "motion", "detail", "weak"]);
export const METRONOME = /** @type {const} */ (["off", "silent", "sound"]);

/** Words reach a caller whose camera is off, hidden or refused: that is when they are needed most. */
const WORDS = ["guidance", "message", "metronome", "language"];

/** @param {State} state @param {ControlName} name @returns {Control} */
export function control(state, name) {
  const refusal = state.call.refusals[name] ?? null;
  const obstacle = obstacleOf(state, name);
  const actual = state.call.phone?.account?.actual[name] ?? null;
  return {
    actual,
    wanted: state.call.pending[name]?.value ?? actual,
    next: obstacle ? null : nextOf(state, name, actual),
    waiting: name in state.call.pending || (name === "zoom" && state.nextZoom !== null),
    obstacle,
    refusal: refusal && state.now - refusal.at < REFUSAL_SHOWN ? refusal : null,
  };
}

/** @param {State} state @param {ControlName} name why no control of that kind can be used, "" when some can */
function blocked(state, name) {
  const { call, line } = state;
  if (line !== "open") return "can't.offline";
  if (!call.phone?.account) return "can't.no_phone";
  if (!drives(state)) return "can't.not_in_control";
  if (WORDS.includes(name)) return "";
  if (call.phone.hungUpAt) return "can't.hung_up";
  if (call.phone.hidden) return "can't.hidden";
  return name === "photo" && isPaused(call.phone) ? "can't.paused" : "";
}

/** @param {State} state @param {ControlName} name */
function obstacleOf(state, name) {
  const none = blocked(state, name);
  const account = state.call.phone?.account;
  if (none || !account) return none || "can't.no_phone";
  if (name === "pointer" && large(state)) return "can't.beside";
  const reason = account.reasons[name] ?? (able(account.capabilities, name) ? "" : "unsupported");
  return reason && !able(account.capabilities, name, reason) ? `can't.${name}.${reason}` : "";
}

/**
 * @param {import("./state.js").Capabilities} capabilities
 * @param {ControlName} name
 * @param {string} [reason] that the phone gives against it
 */
function able(capabilities, name, reason = "") {
  if (name === "camera") return (capabilities.facing ?? []).length > 1;
  if (name === "lens") return (capabilities.lenses ?? []).length > 1;
  if (name === "zoom") return Boolean(capabilities.zoom && capabilities.zoom[0] < capabilities.zoom[1]);
  if (name === "torch" || name === "position" || name === "photo") return Boolean(capabilities[name]);
  return !reason; // the rest needs nothing but a page
}

/** @param {State} state @param {ControlName} name @param {any} actual @returns {ControlValue} */
function nextOf(state, name, actual) {
  switch (name) {
    case "camera":
      return actual === "user" ? "environment" : "user";
    case "zoom":
      return actual ?? 1;
    case "photo":
      return true;
    case "lens":
      return after(lenses(state).map((lens) => lens.id), actual);
    case "profile":
      return after(PROFILES, actual);
    case "metronome":
      return after(METRONOME, actual);
    case "guidance":
    case "message":
      return "";
    default:
      return !actual;
  }
}

/** @param {readonly string[]} values @param {any} actual */
const after = (values, actual) => values[(values.indexOf(actual) + 1) % values.length] ?? "";

/** @param {State} state */
export function lenses(state) {
  return state.call.phone?.account?.capabilities.lenses ?? [];
}

/** What fills the caller's screen, as the phone says. @param {State} state */
export function onScreen(state) {
  const { guidance = "", message = "" } = state.call.phone?.account?.actual ?? {};
  return { guidance: guidance || "", message: message || "" };
}

/** @param {State} state */
export function zoomRange(state) {
  const [low, high, step] = state.call.phone?.account?.capabilities.zoom ?? [1, 1, 0];
  return { low, high, step: step || (high - low) / 100 || 0.1 };
}

/** The zoom that the regulator has asked for, or else that the phone shows. @param {State} state @returns {number} */
export function wantedZoom(state) {
  const pending = /** @type {number | undefined} */ (state.call.pending.zoom?.value);
  return state.nextZoom ?? pending ?? state.call.phone?.account?.actual.zoom ?? zoomRange(state).low;
}

/**
 * @param {State} state
 * @param {number} notches above 0: closer
 * @returns {number} within what the phone can do, on one of its steps
 */
export function zoomedBy(state, notches) {
  const { low, high, step } = zoomRange(state);
  const from = wantedZoom(state);
  const aim = from * STEP ** notches;
  const least = from + Math.sign(notches) * step;
  return onStep(notches > 0 ? Math.max(aim, least) : Math.min(aim, least), { low, high, step });
}

/** @param {number} value @param {{low: number, high: number, step: number}} range */
export function onStep(value, { low, high, step }) {
  const snapped = low + Math.round((value - low) / step) * step;
  return Number(Math.min(high, Math.max(low, snapped)).toFixed(4));
}
