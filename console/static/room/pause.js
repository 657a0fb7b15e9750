/** The picture that the regulator holds back: no fault, and no trouble to tell of. Pure. */

import { hadPicture } from "./picture.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{on: boolean, at: number}} Pause since when it is on, or over */

const COMING = 5_000; // ms that the picture has to be back; later it is a fault

/** @param {Pause | null} before @param {boolean | undefined} on as the phone says @param {number} at @returns {Pause | null} */
export function pauseAfter(before, on, at) {
  if (Boolean(on) === Boolean(before?.on)) return before;
  return { on: Boolean(on), at };
}

/** @param {import("./state.js").Call["phone"]} phone */
export const isPaused = (phone) => Boolean(phone?.pause?.on);

/** @param {State} state @returns {import("./situation.js").Situation | null} */
export function paused({ call }) {
  const { phone } = call;
  if (!phone?.pause?.on || phone.hungUpAt || phone.refused || phone.hidden) return null;
  return { title: "paused", advice: "paused.advice", tone: "wait", since: phone.pause.at };
}

/** Between the phone's word that it sends again and the picture. @param {State} state @returns {import("./situation.js").Situation | null} */
export function resuming(state) {
  const pause = state.call.phone?.pause;
  if (!pause || pause.on || state.line !== "open" || state.now - pause.at > COMING || !hadPicture(state)) return null;
  return { title: "resuming", advice: "resuming.advice", tone: "wait", since: null };
}
