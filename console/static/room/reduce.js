/** Messages -> state. Pure: no document, no clock, no network; the same messages make the same room. */

import { fold } from "./facts.js";
import { framed } from "./picture.js";
import { without } from "./records.js";
import { arrived, forgetSilent, reduceUploads } from "./uploads.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").ControlName} ControlName */

/**
 * @typedef {(
 *   | {type: "events", events: import("./state.js").Event[]}
 *   | {type: "welcome", now: number, clock: number}
 *   | {type: "tick", clock: number}
 *   | {type: "line", state: import("./state.js").Line}
 *   | {type: "offered", refusedAs: string}
 *   | {type: "frame", clock: number, width: number, height: number}
 *   | {type: "jpeg", clock: number, jpeg: Omit<import("./state.js").Jpeg, "shownAt">}
 *   | {type: "quality", quality: Omit<import("./state.js").Quality, "at">}
 *   | {type: "file.progress", progress: Omit<import("./state.js").Progress, "heardAt">}
 *   | {type: "parcel.sending", key: string, name: string, size: number}
 *   | {type: "parcel.sent", key: string}
 *   | {type: "parcel.failed", key: string, text: string}
 *   | {type: "names", names: Record<string, string>}
 *   | {type: "place", change: Partial<import("./place.js").Place>}
 *   | {type: "large", name: string}
 *   | {type: "sharing", source: import("./streams.js").Source, change: Partial<import("./streams.js").Showing>}
 *   | {type: "pointed", place: [number, number]}
 *   | {type: "framed", framing: import("./framing.js").Framing}
 *   | {type: "frozen", frozen: State["frozen"]}
 *   | {type: "command.clicked", id: string, name: ControlName, value: import("./state.js").ControlValue}
 *   | {type: "command.failed", id: string, name: ControlName, text: string}
 *   | {type: "zoom.next", value: number | null}
 *   | {type: "watchers", watchers: import("./watchers.js").Watcher[]}
 *   | {type: "guests", guests: ({invitation: string} & import("./guests.js").Named)[]}
 *   | {type: "link", link: import("./state.js").Link | null, version: number}
 *   | {type: "still.taken", key: string, width: number, height: number}
 *   | {type: "still.storing", key: string}
 *   | {type: "still.stored", key: string, capture: string}
 *   | {type: "still.failed", key: string, text: string}
 *   | {type: "resend" | "deciding" | "ending" | "handing" | "pressing" | "taping" | "assisting" | "inviting", status: import("./state.js").Ask["status"], text?: string}
 * )} RoomMessage
 */

/** The server answers for a silent phone after 7 s; this holds when even that answer is lost. */
export const ANSWER_LIMIT = 12_000;
/** A sharp photo has 8 s on the phone, and the server waits 14 s for it. */
export const PHOTO_LIMIT = 20_000;

/**
 * @param {State} state
 * @param {RoomMessage} message
 * @returns {State}
 */
export function reduce(state, message) {
  switch (message.type) {
    case "events":
      return events(state, message.events);
    case "welcome":
      return { ...state, skew: message.now - message.clock, now: message.now };
    case "tick":
      return forgetSilent(giveUpWaiting({ ...state, now: message.clock + state.skew }));
    case "line":
      return line(state, message.state);
    case "resend":
    case "deciding":
    case "ending":
    case "pressing":
    case "handing":
    case "inviting":
      return { ...state, [message.type]: { status: message.status, text: message.text ?? "", at: state.now } };
    default:
      return reducePicture(state, message);
  }
}

/** @param {State} state @param {RoomMessage} message @returns {State} */
function reducePicture(state, message) {
  switch (message.type) {
    case "frame":
      return frame(state, message);
    case "offered":
      return { ...state, refusedAs: message.refusedAs };
    case "jpeg":
      return still(state, message);
    case "quality":
      return { ...state, quality: { ...message.quality, at: state.now } };
    case "watchers":
      return { ...state, users: withNames(state.users, message.watchers), watchers: message.watchers };
    case "large":
      return { ...state, large: message.name, frozen: null };
    case "framed":
      return { ...state, framing: message.framing };
    case "frozen":
      return { ...state, frozen: message.frozen };
    case "pointed":
      return { ...state, ring: { at: state.now, place: message.place } };
    default:
      return reduceIntent(state, message);
  }
}

/** @param {State} state @param {RoomMessage} message @returns {State} */
function reduceIntent(state, message) {
  switch (message.type) {
    case "command.clicked":
      return clicked(state, message);
    case "command.failed":
      return commandFailed(state, message);
    case "link":
      return { ...state, link: message.link, linkAt: message.version };
    case "guests":
      return { ...state, guestNames: Object.fromEntries(message.guests.map((one) => [one.invitation, one])) };
    case "sharing":
      return { ...state, sharing: { ...state.sharing, [message.source]: { ...state.sharing[message.source], ...message.change } } };
    case "taping":
      return { ...state, taping: { status: message.status, text: message.text ?? "", at: state.now } };
    case "assisting":
      return { ...state, assisting: { status: message.status, text: message.text ?? "", at: state.now } };
    case "zoom.next":
      return { ...state, nextZoom: message.value };
    case "place":
      return { ...state, place: { ...state.place, ...message.change } };
    default:
      return reduceUploads(state, message);
  }
}

/** @param {State} state @param {{id: string, name: ControlName, value: import("./state.js").ControlValue}} message @returns {State} */
function clicked(state, { id, name, value }) {
  const pending = { ...state.call.pending, [name]: { id, value, at: state.now } };
  return { ...state, call: { ...state.call, pending, refusals: without(state.call.refusals, [name]) } };
}

/** @param {Record<string, string>} users @param {import("./watchers.js").Watcher[]} watchers */
function withNames(users, watchers) {
  return { ...users, ...Object.fromEntries(watchers.map(({ user, name }) => [user, name])) };
}

/** @param {State} state @param {import("./state.js").Line} now @returns {State} */
function line(state, now) {
  // Lost and connecting follow one another for as long as the line is away: that is one absence.
  const turned = (state.line === "open") !== (now === "open");
  return { ...state, line: now, lineAt: turned ? state.now : state.lineAt };
}

/** @param {State} state @param {import("./state.js").Event[]} happened @returns {State} */
function events(state, happened) {
  const fresh = happened.filter((event) => event.version > state.call.version);
  const call = fresh.reduce((before, event) => fold(before, event, state.rungOf), state.call);
  return { ...state, call, files: fresh.reduce(arrived, state.files) };
}

/** @param {State} state @param {{clock: number, width: number, height: number}} message @returns {State} */
function frame(state, { clock, width, height }) {
  const now = clock + state.skew;
  return { ...state, now, picture: framed(state.picture, now, { width, height }) };
}

/** @param {State} state @param {{clock: number, jpeg: Omit<import("./state.js").Jpeg, "shownAt">}} message @returns {State} */
function still(state, { clock, jpeg: shown }) {
  const now = clock + state.skew;
  return { ...state, now, picture: { ...state.picture, jpeg: { ...shown, shownAt: now } } };
}

/** @param {State} state @param {{id: string, name: ControlName, text: string}} message @returns {State} */
function commandFailed(state, { id, name, text }) {
  if (state.call.pending[name]?.id !== id) return state;
  const refusals = { ...state.call.refusals, [name]: { key: "unsent", at: state.now, text } };
  return { ...state, call: { ...state.call, pending: without(state.call.pending, [name]), refusals } };
}

/** @param {string} name */
const limitOf = (name) => (name === "photo" ? PHOTO_LIMIT : ANSWER_LIMIT);

/** @param {State} state @returns {State} */
function giveUpWaiting(state) {
  const late = Object.entries(state.call.pending).filter(([name, pending]) => state.now - pending.at > limitOf(name));
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
