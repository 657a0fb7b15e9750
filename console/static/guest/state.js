/** What a guest's page knows, and how each message changes it. Pure. */

import { framed } from "../room/picture.js";

/** @typedef {"opening" | "ready" | "entering" | "inside" | "over"} Step */
/** @typedef {{id: string, kind: "phone" | "camera" | "screen"}} Beside a picture beside the caller's */
/** @typedef {{state: "waiting" | "live" | "paused" | "cut", phone: string, way: "video" | "stills" | "photo", photo?: string, beside?: Beside[], papers?: Paper[]}} Scene */
/** @typedef {{id: string, media_type: string, drawing: boolean}} Paper a document that a regulator sent */
/**
 * @typedef {object} OwnCamera
 * @property {"off" | "starting" | "on"} status
 * @property {string} trouble why it doesn't start or has stopped, "" for none
 * @property {string} facing
 * @property {boolean} canFlip
 */
/** @typedef {{state: string, centre: string, name: string, role: string}} Look what the link is worth */
/**
 * @typedef {object} State
 * @property {Step} step
 * @property {string} why it is over
 * @property {boolean} waits the server doesn't answer
 * @property {{centre: string, name: string, role: string}} invitation
 * @property {import("../../../signaling/client/socket.js").SocketState} line
 * @property {number} now
 * @property {Scene} scene
 * @property {import("../room/state.js").Picture} picture the caller's
 * @property {{ended: null}} call as `room/picture.js` reads it
 * @property {string} large id of the picture beside that is shown large, "" for the caller's
 * @property {number} watchers
 * @property {OwnCamera} camera
 */
/**
 * @typedef {(
 *   | {type: "looked", look: Look}
 *   | {type: "waits"}
 *   | {type: "entering"}
 *   | {type: "inside"}
 *   | {type: "over", why: string}
 *   | {type: "line", state: State["line"]}
 *   | {type: "welcome", centre: string, name: string, role: string}
 *   | {type: "scene", scene: Scene}
 *   | {type: "watchers", count: number}
 *   | {type: "frame", clock: number, width: number, height: number}
 *   | {type: "jpeg", clock: number, jpeg: Omit<import("../room/state.js").Jpeg, "shownAt">}
 *   | {type: "tick", clock: number}
 *   | {type: "enlarge", id: string}
 *   | {type: "camera", change: Partial<OwnCamera>}
 * )} Message
 */

/** @type {OwnCamera} */
const OFF = { status: "off", trouble: "", facing: "user", canFlip: false };
/** @type {Scene} */
const EMPTY = { state: "waiting", phone: "", way: "video" };
// What may still be entered: a link that was taken may have been taken by this browser.
const ENTERED_AT_ONCE = ["mine", "claimed"];

/** @param {number} clock @returns {State} */
export function initial(clock) {
  return {
    step: "opening",
    why: "",
    waits: false,
    invitation: { centre: "", name: "", role: "" },
    line: "connecting",
    now: clock,
    scene: EMPTY,
    picture: { frameAt: null, since: 0, width: 0, height: 0, jpeg: null },
    call: { ended: null },
    large: "",
    watchers: 0,
    camera: OFF,
  };
}

/** @type {{[type: string]: (state: State, message: any) => State}} */
const REDUCE = {
  looked: (state, { look }) => looked(state, look),
  waits: (state) => ({ ...state, waits: true }),
  entering: (state) => ({ ...state, step: "entering" }),
  inside: (state) => ({ ...state, step: "inside", waits: false }),
  over: (state, { why }) => ({ ...state, step: "over", why, waits: false, camera: OFF }),
  line: (state, message) => ({ ...state, line: message.state }),
  welcome: (state, { centre, name, role }) => ({ ...state, invitation: { centre, name, role } }),
  scene: (state, { scene }) => ({ ...state, scene, large: isBeside(scene, state.large) ? state.large : "" }),
  watchers: (state, { count }) => ({ ...state, watchers: count }),
  frame: (state, { clock, ...size }) => ({ ...state, now: clock, picture: framed(state.picture, clock, size) }),
  jpeg: (state, { clock, jpeg }) => ({ ...state, now: clock, picture: { ...state.picture, jpeg: { ...jpeg, shownAt: clock } } }),
  tick: (state, { clock }) => ({ ...state, now: clock }),
  enlarge: (state, { id }) => ({ ...state, large: id }),
  camera: (state, { change }) => ({ ...state, camera: { ...state.camera, ...change } }),
};

/** @param {State} state @param {Message} message @returns {State} */
export const reduce = (state, message) => REDUCE[message.type](state, message);

/** @param {State} state @param {Look} look @returns {State} */
function looked(state, { state: worth, centre, name, role }) {
  const invitation = { centre, name, role };
  const known = { ...state, invitation, waits: false };
  if (worth === "ready") return { ...known, step: "ready" };
  if (ENTERED_AT_ONCE.includes(worth)) return { ...known, step: "entering" };
  return { ...known, step: "over", why: worth };
}

/** @param {Scene} scene @param {string} id */
const isBeside = ({ beside = [] }, id) => beside.some((one) => one.id === id);
