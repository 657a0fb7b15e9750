/** Messages -> state. Pure: no document, no clock, no network; the same messages make the same room. */

import { fold, without } from "./facts.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Still} Still */
/** @typedef {import("./state.js").ControlName} ControlName */

/**
 * @typedef {(
 *   | {type: "events", events: import("./state.js").Event[]}
 *   | {type: "welcome", now: number, clock: number}
 *   | {type: "tick", clock: number}
 *   | {type: "line", state: import("./state.js").Line}
 *   | {type: "offered", refusedAs: string}
 *   | {type: "frame", clock: number, width: number, height: number}
 *   | {type: "command.clicked", id: string, name: ControlName, value: import("./state.js").ControlValue}
 *   | {type: "command.failed", id: string, name: ControlName, text: string}
 *   | {type: "zoom.next", value: number | null}
 *   | {type: "link", link: import("./state.js").Link | null, version: number}
 *   | {type: "still.taken", key: string, width: number, height: number}
 *   | {type: "still.storing", key: string}
 *   | {type: "still.stored", key: string, capture: string}
 *   | {type: "still.failed", key: string, text: string}
 *   | {type: "resend" | "ending", status: import("./state.js").Ask["status"], text?: string}
 * )} RoomMessage
 */

/** The server answers for a silent phone after 7 s; this holds when even that answer is lost. */
export const ANSWER_LIMIT = 12_000;

/**
 * @param {State} state
 * @param {RoomMessage} message
 * @returns {State}
 */
export function reduce(state, message) {
  switch (message.type) {
    case "events":
      return {
        ...state,
        call: message.events.reduce((call, event) => fold(call, event, state.rungOf), state.call),
      };
    case "welcome":
      return { ...state, skew: message.now - message.clock, now: message.now };
    case "tick":
      return giveUpWaiting({ ...state, now: message.clock + state.skew });
    case "line":
      return line(state, message.state);
    case "link":
      return { ...state, link: message.link, linkAt: message.version };
    case "offered":
      return { ...state, refusedAs: message.refusedAs };
    case "frame":
      return frame(state, message);
    case "resend":
    case "ending":
      return { ...state, [message.type]: { status: message.status, text: message.text ?? "", at: state.now } };
    default:
      return reduceIntent(state, message);
  }
}

/** @param {State} state @param {RoomMessage} message @returns {State} */
function reduceIntent(state, message) {
  switch (message.type) {
    case "command.clicked":
      return {
        ...state,
        call: {
          ...state.call,
          pending: {
            ...state.call.pending,
            [message.name]: { id: message.id, value: message.value, at: state.now },
          },
          refusals: without(state.call.refusals, [message.name]),
        },
      };
    case "command.failed":
      return commandFailed(state, message);
    case "zoom.next":
      return { ...state, nextZoom: message.value };
    case "still.taken":
      return { ...state, stills: [...state.stills, newStill(message, state.now)] };
    case "still.storing":
      return still(state, message.key, { status: "storing", text: "" });
    case "still.stored":
      return still(state, message.key, { status: "stored", capture: message.capture });
    case "still.failed":
      return still(state, message.key, { status: "failed", text: message.text });
    default:
      return state;
  }
}

/** @param {State} state @param {import("./state.js").Line} now @returns {State} */
function line(state, now) {
  // Lost and connecting follow one another for as long as the line is away: that is one absence.
  const turned = (state.line === "open") !== (now === "open");
  return { ...state, line: now, lineAt: turned ? state.now : state.lineAt };
}

/** @param {State} state @param {{clock: number, width: number, height: number}} message @returns {State} */
function frame(state, { clock, width, height }) {
  return { ...state, now: clock + state.skew, picture: { frameAt: clock + state.skew, width, height } };
}

/** @param {State} state @param {{id: string, name: ControlName, text: string}} message @returns {State} */
function commandFailed(state, { id, name, text }) {
  if (state.call.pending[name]?.id !== id) return state;
  const refusals = { ...state.call.refusals, [name]: { key: "unsent", at: state.now, text } };
  return { ...state, call: { ...state.call, pending: without(state.call.pending, [name]), refusals } };
}

/** @param {State} state @returns {State} */
function giveUpWaiting(state) {
  const late = Object.entries(state.call.pending).filter(([, pending]) => state.now - pending.at > ANSWER_LIMIT);
  if (late.length === 0) return state;
  const names = late.map(([name]) => name);
  const refusals = Object.fromEntries(names.map((name) => [name, { key: "unreachable", at: state.now }]));
  const call = {
    ...state.call,
    pending: without(state.call.pending, names),
    refusals: { ...state.call.refusals, ...refusals },
  };
  return { ...state, call };
}

/** @param {{key: string, width: number, height: number}} message @param {number} at @returns {Still} */
function newStill({ key, width, height }, at) {
  return { key, at, width, height, status: "storing", capture: null, text: "" };
}

/** @param {State} state @param {string} key @param {Partial<Still>} change @returns {State} */
function still(state, key, change) {
  return { ...state, stills: state.stills.map((one) => (one.key === key ? { ...one, ...change } : one)) };
}
