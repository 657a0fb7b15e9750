/** CPR and its clocks, counted from the session's events alone: a reload and a colleague see the same. Pure. */

/** @typedef {import("./state.js").State} State */
/** @typedef {"compressions" | "pause"} Phase */
/**
 * @typedef {object} Cpr times in ms since the epoch, on the server's clock
 * @property {Phase} phase
 * @property {number} startedAt
 * @property {number} since when the phase began
 * @property {number} pressed ms of compressions before this phase
 */
/**
 * @typedef {object} Clocks
 * @property {Phase} phase
 * @property {number} total ms since CPR began
 * @property {number} inPhase ms
 * @property {number} handsOn share of the time so far, 0 to 1
 * @property {boolean} isTiring two minutes of compressions are over: time for the next rescuer
 * @property {boolean} isLong the pause is longer than the guidelines allow
 */

const TURN = 120_000; // ms that one rescuer presses well
const NOTICE = 20_000; // ms that the notice stays
const LONGEST_PAUSE = 10_000; // ms

/** @type {Record<string, import("./facts-phone.js").Fold>} */
export const CPR_FOLDS = {
  "cpr.changed": (call, { state }, at) => ({ cpr: state === "off" ? null : changed(call.cpr, state, at) }),
};

/** @param {Cpr | null} before @param {Phase} phase @param {number} at @returns {Cpr} the same when the phase is on already */
function changed(before, phase, at) {
  if (!before) return { phase, startedAt: at, since: at, pressed: 0 };
  return before.phase === phase ? before : { ...before, phase, since: at, pressed: pressedUntil(before, at) };
}

/** @param {Cpr} cpr @param {number} now @returns {number} ms of compressions */
function pressedUntil({ phase, since, pressed }, now) {
  return phase === "compressions" ? pressed + Math.max(0, now - since) : pressed;
}

/** @param {State} state @returns {Clocks | null} null when there is no CPR, or it ended with the visio */
export function clocks({ call, now }) {
  if (!call.cpr || call.ended) return null;
  const { phase, startedAt, since } = call.cpr;
  const total = Math.max(0, now - startedAt);
  const inPhase = Math.max(0, now - since);
  return {
    phase,
    total,
    inPhase,
    handsOn: total ? pressedUntil(call.cpr, now) / total : Number(phase === "compressions"),
    isTiring: phase === "compressions" && inPhase >= TURN && inPhase % TURN < NOTICE,
    isLong: phase === "pause" && inPhase > LONGEST_PAUSE,
  };
}

/** What one key asks for: to begin, to stand still, to go on. @param {State} state @returns {Phase} */
export function nextPhase({ call }) {
  return call.cpr?.phase === "compressions" ? "pause" : "compressions";
}

/** As clocks show it: 0:07, 12:30. @param {number} milliseconds */
export function reading(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
