/** The remote control as it is shown: what the phone does, what it can, what is being waited for. Pure. */

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").ControlName} ControlName */
/** @typedef {import("./state.js").ControlValue} ControlValue */
/**
 * @typedef {object} Control
 * @property {any} actual as the phone says
 * @property {ControlValue | null} next what a click asks for; null when the control can't be used
 * @property {boolean} waiting a click is on its way
 * @property {string} obstacle key of the phrase that says why it can't be used, "" when it can
 * @property {import("./state.js").Refusal | null} refusal of the last click, for a few seconds
 */

export const REFUSAL_SHOWN = 8_000;
const STEP = 1.25; // of zoom, for a key, a click and a notch of the wheel

/** @param {State} state @param {ControlName} name @returns {Control} */
export function control(state, name) {
  const refusal = state.call.refusals[name] ?? null;
  const obstacle = obstacleOf(state, name);
  const actual = state.call.phone?.account?.actual[name] ?? null;
  return {
    actual,
    next: obstacle ? null : nextOf(name, actual),
    waiting: name in state.call.pending || (name === "zoom" && state.nextZoom !== null),
    obstacle,
    refusal: refusal && state.now - refusal.at < REFUSAL_SHOWN ? refusal : null,
  };
}

/** @param {State} state why no control at all can be used, "" when some can */
function blocked({ call, line }) {
  if (line !== "open") return "can't.offline";
  if (!call.phone?.account) return "can't.no_phone";
  if (call.phone.hungUpAt) return "can't.hung_up";
  return call.phone.hidden ? "can't.hidden" : "";
}

/** @param {State} state @param {ControlName} name */
function obstacleOf(state, name) {
  const none = blocked(state);
  const account = state.call.phone?.account;
  if (none || !account) return none || "can't.no_phone";
  if (able(account.capabilities, name)) return "";
  const reason = account.reasons[name] ?? "unsupported";
  return `can't.${name}.${reason}`;
}

/** @param {import("./state.js").Capabilities} capabilities @param {ControlName} name */
function able(capabilities, name) {
  if (name === "camera") return (capabilities.facing ?? []).length > 1;
  if (name === "zoom") return Boolean(capabilities.zoom && capabilities.zoom[0] < capabilities.zoom[1]);
  return Boolean(capabilities[name]);
}

/** @param {ControlName} name @param {any} actual @returns {ControlValue} */
function nextOf(name, actual) {
  if (name === "camera") return actual === "user" ? "environment" : "user";
  return name === "zoom" ? (actual ?? 1) : !actual;
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
