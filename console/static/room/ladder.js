/** The ladder of the call, as it is shown: which rung is reached, when, and what is being waited for. Pure. */

import { followed } from "./call.js";
import { isLive, shown } from "./picture.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {"done" | "current" | "failed" | "todo"} RungStatus */
/**
 * @typedef {object} Rung
 * @property {string} name
 * @property {RungStatus} status
 * @property {number | null} milliseconds it took, or has been waited for; null when nobody said
 */

/** @param {State} state @returns {Rung[]} */
export function ladder(state) {
  const reached = reachedIndex(state);
  const failed = failedIndex(state, reached);
  const top = Math.max(reached, failed);
  let since = state.call.invitation?.at ?? null;
  return state.rungs.map((name, index) => {
    const at = state.call.times[name] ?? null;
    const before = since;
    if (at !== null) since = Math.max(at, since ?? at);
    if (index === failed) return { name, status: "failed", milliseconds: null };
    if (index <= reached) return { name, status: "done", milliseconds: between(before, at) };
    if (index === top + 1 && failed < 0 && !state.call.ended)
      return { name, status: "current", milliseconds: between(since, state.now) };
    return { name, status: "todo", milliseconds: null };
  });
}

/** From the invitation to the first picture, ms; null until then. @param {State} state */
export function timeToPicture(state) {
  return between(state.call.invitation?.at ?? null, state.call.times["picture"] ?? null);
}

/** @param {State} state the furthest rung reached, -1 for none */
function reachedIndex(state) {
  const { rungs, call } = state;
  const { jpeg } = state.picture;
  if (shown(state) === "jpeg" && jpeg?.participant === call.phone?.participant) return rungs.length - 1;
  if (isLive(state) && call.phone?.media === "connected") return rungs.length - 1;
  return rungs.reduce((furthest, name, index) => (call.times[name] ? index : furthest), -1);
}

/** @param {State} state @param {number} reached the rung that was refused, -1 for none */
function failedIndex(state, reached) {
  const { rungs, call } = state;
  if (followed(call)?.refused) return rungs.indexOf("granted");
  if (call.message?.state !== "failed" || reached >= rungs.indexOf("opened")) return -1;
  return Math.min(Math.max(reached + 1, rungs.indexOf("accepted")), rungs.indexOf("delivered"));
}

/** @param {number | null} from @param {number | null} to */
function between(from, to) {
  return from === null || to === null ? null : Math.max(0, to - from);
}
