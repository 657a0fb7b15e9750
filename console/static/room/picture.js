/** What is to be seen at this moment, and how good it is. Pure. */

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Picture} Picture */
/** @typedef {Pick<State, "picture" | "now"> & {call: Pick<State["call"], "ended">}} Seen of the room, or of a guest's page */

/** No frame for this long: the picture stands still. Two frames a second is the slowest that we call live. */
export const STILL_AFTER = 2_500;
/** The phone sends a still as soon as the one before has arrived: on any line that carries one. */
const STILLS_STOPPED = 10_000;
const STEADY = 1_000; // ms of video before it takes the place of stills: the first frames may be a trial
const OUTLIVED = 5_000; // ms that a still may be older than the video that takes its place at once
const OVERTAKES = 700; // ms: a still that much newer than the newest frame shows more than the video does
const QUALITY_KEPT = 8_000; // ms; the phone measures every two seconds

/** kbit/s, frames a second, share of packets, ms: beyond these a gesture can't be followed */
const POOR = { bitrate: 100, frames: 5, loss: 0.1, roundTrip: 1000 };
/** Beyond these a wound is hard to judge. */
const FAIR = { bitrate: 350, frames: 12, loss: 0.03, roundTrip: 400 };

/** @param {Seen} state whether video flows */
export function isLive(state) {
  const { frameAt } = state.picture;
  return frameAt !== null && state.now - frameAt < STILL_AFTER && !state.call.ended;
}

/** @param {Record<string, any>} frame `quality` of signaling/PROTOCOL.md @returns {Omit<import("./state.js").Quality, "at">} */
export function measured(frame) {
  const { participant, bitrate, frames, width, height, loss = 0, round_trip: roundTrip = null, battery = null } = frame;
  return { participant, bitrate, frames, width, height, loss, roundTrip, battery };
}

/** Which of the two layers of the stage is seen. @param {Pick<Seen, "picture">} state @returns {"video" | "jpeg" | "none"} */
export function shown(state) {
  const { frameAt, since, jpeg } = state.picture;
  if (!jpeg) return frameAt === null ? "none" : "video";
  if (frameAt === null || isOvertaken(state.picture)) return "jpeg";
  return frameAt - since >= STEADY || since - jpeg.shownAt > OUTLIVED ? "video" : "jpeg";
}

/** One frame of video more, after a gap or without. @param {Picture} picture @param {number} now @param {{width: number, height: number}} size @returns {Picture} */
export function framed(picture, now, { width, height }) {
  const { frameAt, since, jpeg } = picture;
  const goesOn = frameAt !== null && now - frameAt < STILL_AFTER && !isOvertaken(picture);
  return { frameAt: now, since: goesOn ? since : now, width, height, jpeg };
}

/** Whether a still is clearly newer than the newest frame. @param {import("./state.js").Picture} picture */
export function isOvertaken({ frameAt, jpeg }) {
  return jpeg !== null && jpeg.shownAt - (frameAt ?? 0) > OVERTAKES;
}

/** @param {Seen} state whether what is seen is of this moment: video, stills that go on, or a photo */
export function isCurrent(state) {
  if (state.call.ended || shown(state) !== "jpeg") return isLive(state);
  const { jpeg } = state.picture;
  return jpeg?.kind === "photo" || state.now - (jpeg?.shownAt ?? 0) < STILLS_STOPPED;
}

/** @param {State} state whether this console shows a picture, if only an old one */
export function hadPicture(state) {
  return shown(state) !== "none";
}

/** Of the newest frame, still or photo. @param {State} state @returns {number | null} */
export function pictureAt({ picture }) {
  return picture.jpeg && picture.jpeg.shownAt > (picture.frameAt ?? 0) ? picture.jpeg.at : picture.frameAt;
}

/** @param {State} state of the layer that is seen large @returns {{width: number, height: number}} */
export function pictureSize(state) {
  if (state.frozen) return state.frozen;
  return shown(state) === "jpeg" && state.picture.jpeg ? state.picture.jpeg : state.picture;
}

/** @param {State} state @returns {"direct" | "relayed" | "stills" | "photo" | ""} "" while no picture comes */
export function wayOf(state) {
  const way = state.call.phone?.way;
  if (shown(state) === "jpeg" && state.picture.jpeg) return state.picture.jpeg.kind;
  if (way === "stills" || way === "photo") return way;
  if (!isLive(state)) return "";
  return !way || way === "udp" ? "direct" : "relayed";
}

/**
 * What the phone measures, as one word.
 *
 * @param {State} state
 * @returns {"good" | "fair" | "poor" | ""} "" when the phone says nothing
 */
export function grade({ quality, call, now }) {
  if (!quality || quality.participant !== call.phone?.participant || now - quality.at > QUALITY_KEPT) return "";
  if (!within(quality, POOR)) return "poor";
  return within(quality, FAIR) ? "good" : "fair";
}

/** @param {import("./state.js").Quality} quality @param {typeof FAIR} limits */
function within({ bitrate, frames, loss, roundTrip }, limits) {
  if (bitrate < limits.bitrate || frames < limits.frames) return false;
  return loss <= limits.loss && (roundTrip ?? 0) <= limits.roundTrip;
}
