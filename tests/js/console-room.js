/** A room for the tests of the console: facts in, state out, on a clock that stands still. */

import { reduce } from "../../console/static/room/reduce.js";
import { initial } from "../../console/static/room/state.js";

/** @typedef {import("../../console/static/room/state.js").State} State */
/** @typedef {import("../../console/static/room/reduce.js").RoomMessage} RoomMessage */

export const NOW = 1_795_000_000_000;
export const RUNGS = ["queued", "accepted", "delivered", "opened", "asked", "granted", "connecting", "picture"];
export const RUNG_OF = {
  "message.queued": "queued",
  "message.accepted": "accepted",
  "message.delivered": "delivered",
  "link.opened": "opened",
  "link.claimed": "opened",
  "camera.asked": "asked",
  "camera.granted": "granted",
  "media.connecting": "connecting",
  "picture.first": "picture",
};

/** @returns {State} */
export function emptyRoom() {
  const page = { rungs: RUNGS, rung_of: RUNG_OF, me: "alice", now: NOW, version: 0, link: null };
  return { ...initial(page, NOW), line: "open" };
}

/** @param {State} state @param {RoomMessage[]} messages */
export const after = (state, ...messages) => messages.reduce(reduce, state);

/** The facts, one second apart from the newest on. @param {State} state @param {any[]} facts */
export function happen(state, ...facts) {
  const events = facts.map((fact, index) => ({
    version: state.call.version + 1 + index,
    at: NOW + (state.call.version + index) * 1000,
    fact,
  }));
  return after(state, { type: "events", events });
}

/** @param {State} state @param {number} milliseconds since NOW */
export const at = (state, milliseconds) => after(state, { type: "tick", clock: NOW + milliseconds });

/** @param {State} state @param {number} milliseconds since NOW */
export const frame = (state, milliseconds) =>
  after(state, { type: "frame", clock: NOW + milliseconds, width: 1280, height: 720 });

export const invited = { type: "invitation.created", invitation: "i1", channel: "sms", to_hint: "•• 78", line: "mobile" };
export const queued = { type: "message.queued", message: "m1", invitation: "i1", channel: "sms", provider: "twilio" };
export const accepted = { type: "message.accepted", message: "m1" };
export const delivered = { type: "message.delivered", message: "m1" };
export const opened = { type: "link.opened", invitation: "i1" };
export const claimed = { type: "link.claimed", invitation: "i1", participant: "p1", browser: "Safari 18, iOS", language: "fr" };
export const asked = { type: "camera.asked", participant: "p1" };
export const granted = { type: "camera.granted", participant: "p1" };
export const connecting = { type: "media.connecting", participant: "p1", epoch: 1 };
export const connected = { type: "media.connected", participant: "p1" };
export const firstPicture = { type: "picture.first", participant: "p1" };
export const phoneState = {
  type: "phone.state",
  participant: "p1",
  epoch: 1,
  revision: 1,
  capabilities: { facing: ["environment", "user"], torch: true, zoom: [1, 8, 0.1], position: true },
  wanted: {},
  actual: { camera: "environment", torch: false, zoom: 1, position: false },
};

/** A room with a phone that says what it can. */
export const withPhone = () =>
  happen(emptyRoom(), invited, queued, accepted, delivered, opened, claimed, asked, granted, connecting, connected, phoneState);
