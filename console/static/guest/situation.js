/** The state of the caller's picture, as one word for one sentence. Pure. */

import { isCurrent, shown } from "../room/picture.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {"connecting" | "lost" | "waiting" | "coming" | "live" | "stills" | "photo" | "paused" | "cut"} Situation */

/** @param {State} state @returns {Situation} */
export function situation(state) {
  const { line, scene, picture } = state;
  if (line !== "open") return picture.frameAt === null && line === "connecting" ? "connecting" : "lost";
  if (scene.state !== "live") return scene.state;
  if (!isCurrent(state)) return shown(state) === "none" ? "coming" : "cut";
  return shown(state) === "jpeg" && picture.jpeg ? picture.jpeg.kind : "live";
}

/** @param {Situation} now whether what is seen is of this moment */
export const isFresh = (now) => now === "live" || now === "stills" || now === "photo";

/** @param {State} state whether no frame of video would be a fault of ours */
export const sendsVideo = ({ scene }) => scene.state === "live" && scene.way === "video";

/** The scene's photo, as `room/jpegs.js` looks for one. @param {State} state */
export function photosOf({ scene, now }) {
  const captures = scene.photo ? [{ id: scene.photo, kind: /** @type {const} */ ("photo"), at: now }] : [];
  return { captures, phone: scene.phone ? { participant: scene.phone, way: scene.way } : null };
}
