/** What is shown beside the caller's picture, and which of it is seen large here. Pure. */

import { filming, guestName } from "./guests.js";
import { isCurrent } from "./picture.js";
import { nameOf } from "./watchers.js";

/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./call.js").Fact} Fact */
/** @typedef {import("./state.js").State} State */
/** @typedef {"caller" | "guests" | "both"} Audience */
/** @typedef {"camera" | "screen"} Source */
/** @typedef {{id: string, participant: string, source: Source, audience: Audience}} Stream */
/** @typedef {{name: string, kind: "phone" | Source, who: string, browser: string}} Beside `name`: as the relay knows it */
/** @typedef {{status: "off" | "asking" | "on", trouble: string}} Showing `trouble`: key of a phrase, "" for none */

/** @type {Showing} */
export const OFF = { status: "off", trouble: "" };

/** @type {Record<string, (call: Call, fact: Fact) => Partial<Call>>} */
export const STREAM_FOLDS = {
  "viewer.joined": (call, { participant, user }) => ({ seats: { ...call.seats, [participant]: user } }),
  "stream.started": (call, { stream: id, participant, source, audience }) => ({
    streams: [...call.streams, { id, participant, source, audience }],
  }),
  "stream.ended": (call, { stream }) => ({ streams: call.streams.filter((one) => one.id !== stream) }),
};

/** Second cameras, then what others show; none of our own. @param {State} state @returns {Beside[]} */
export function beside(state) {
  const { call, line } = state;
  if (call.ended || line !== "open") return [];
  const phones = call.others
    .filter((one) => one.media === "connected")
    .map(({ participant, browser }) => ({
      name: participant,
      kind: /** @type {const} */ ("phone"),
      who: filming(state, participant),
      browser,
    }));
  const shown = call.streams
    .filter((one) => call.seats[one.participant] !== state.me)
    .map(({ id, participant, source }) => ({
      name: `stream-${id}`,
      kind: source,
      who: whoShows(state, participant),
      browser: "",
    }));
  return [...phones, ...shown];
}

/** @param {State} state @param {string} participant @returns {string} "" when this console never heard the name */
function whoShows(state, participant) {
  const guest = state.call.guests.find((one) => one.participant === participant);
  return guest ? guestName(state, guest) : nameOf(state, state.call.seats[participant] ?? "");
}

/** What is seen in the place of the caller's picture; null while that is large itself. @param {State} state */
export function large(state) {
  return state.large ? (beside(state).find((one) => one.name === state.large) ?? null) : null;
}

/** @param {State} state whether a capture shows something: a picture of this moment, or the frozen one */
export const canCapture = (state) => state.frozen !== null || large(state) !== null || isCurrent(state);

/** The next picture after the one that is large, round and round. @param {State} state @returns {string} "" is the caller's */
export function nextLarge(state) {
  const names = ["", ...beside(state).map((one) => one.name)];
  return names[(names.indexOf(large(state)?.name ?? "") + 1) % names.length] ?? "";
}
