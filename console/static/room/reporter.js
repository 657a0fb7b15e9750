/** Tells the server that a person can see this phone's picture: the top of the ladder. */

import { isLive, shown } from "./picture.js";

/** @typedef {import("./state.js").State} State */

const REPEAT = 2_000; // ms: a report may be lost with its connection; the event says that it was heard

export class Reporter {
  /** @param {(frame: {type: "seen", participant: string}) => boolean} send whether it left */
  constructor(send) {
    this._send = send;
    this._phone = "";
    this._at = 0;
  }

  /** @param {State} state */
  follow(state) {
    const { phone, times } = state.call;
    if (!phone || times["picture"] || !isSeen(state, phone)) return;
    if (phone.participant === this._phone && state.now - this._at < REPEAT) return;
    this._at = state.now;
    this._phone = this._send({ type: "seen", participant: phone.participant }) ? phone.participant : "";
  }
}

/** @param {State} state @param {import("./call.js").Phone} phone */
function isSeen(state, phone) {
  if (shown(state) === "jpeg") return state.picture.jpeg?.participant === phone.participant;
  // Frames of an earlier phone may still be on their way: only those that came after this one connected count.
  return phone.media === "connected" && isLive(state);
}
