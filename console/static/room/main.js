/** The room: joins the session, receives its picture, and wires view -> intent -> message -> state -> view. */

import { delay } from "../../../signaling/client/backoff.js";
import { Socket } from "../../../signaling/client/socket.js";
import { Viewer } from "../../../media/client/viewer.js";
import { pageData, part } from "../shared/dom.js";
import { phrasebook } from "../shared/phrases.js";
import { Intents } from "./intents.js";
import { intentOfKey } from "./keys.js";
import { linkKeeper } from "./link.js";
import { loop } from "./loop.js";
import { reduce } from "./reduce.js";
import { Reporter } from "./reporter.js";
import { readLink, storeCapture } from "./server.js";
import { initial } from "./state.js";
import { keysSwitch } from "./views/keys.js";
import { roomView } from "./views/room.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./reduce.js").RoomMessage} RoomMessage */

const TICK = 500; // ms
const page = pageData("room-data");
const video = /** @type {HTMLVideoElement} */ (part(document, "picture"));

const room = loop({
  state: initial(page, Date.now()),
  reduce: /** @type {(state: State, message: RoomMessage) => State} */ (reduce),
  onChange: (state) => follow(state),
  render: (state) => render(state),
  schedule: (paint) => requestAnimationFrame(paint),
});

const socket = new Socket({
  url: `${location.origin.replace(/^http/, "ws")}/ws/console`,
  first: () => ({ type: "join", session: page.session, since: room.state().call.version }),
  onFrame: (frame) => receive(frame),
  onState: (state) => room.dispatch({ type: "line", state }),
});

const viewer = new Viewer({
  video,
  negotiate,
  onFrame: (size) => room.dispatch({ type: "frame", clock: Date.now(), ...size }),
  backoff: delay,
});

const intents = new Intents({
  state: room.state,
  dispatch: room.dispatch,
  socket,
  video,
  storeCapture: (blob) => storeCapture(page.session, blob),
  backoff: delay,
  newId,
});

const keepLink = linkKeeper({ read: () => readLink(page.session), dispatch: room.dispatch });
const reporter = new Reporter((frame) => socket.send(frame));
const { render, fullscreen } = roomView(document, {
  say: phrasebook(page.phrases),
  language: document.documentElement.lang,
  page,
  intents,
  state: room.state,
});

/** @param {import("../../../signaling/client/socket.js").Frame} frame */
function receive(frame) {
  if (frame.type === "welcome") {
    room.dispatch({ type: "welcome", now: frame["now"], clock: Date.now() });
    // The relay drops a console's leg with its socket: every welcome is a new one.
    if (!room.state().call.ended) viewer.open(frame["ice_servers"]);
  } else if (frame.type === "ice_servers") {
    viewer.renew(frame["ice_servers"]);
  } else if (frame.type === "move") {
    viewer.move();
  } else if (frame.type === "events") {
    room.dispatch({ type: "events", events: frame["events"] });
  }
}

/** @param {State} state */
function follow(state) {
  intents.followUp();
  void keepLink(state);
  reporter.follow(state);
  viewer.expect(state.call.phone?.media === "connected" && !state.call.phone.hidden);
  if (state.call.ended) {
    viewer.close();
    socket.close();
  }
}

/** 128 random bits in hex; `crypto.randomUUID` wants a secure page, which a local test may lack. */
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} sdp our offer @returns {Promise<string>} the answer; rejects with a Refusal */
async function negotiate(sdp) {
  try {
    const answer = await socket.request({ type: "offer", sdp });
    room.dispatch({ type: "offered", refusedAs: "" });
    return answer["sdp"];
  } catch (refusal) {
    room.dispatch({ type: "offered", refusedAs: /** @type {{code: string}} */ (refusal).code });
    throw refusal;
  }
}

function wake() {
  socket.wake();
  viewer.wake();
}

const keysOn = keysSwitch(document, localStorage);
document.addEventListener("keydown", (event) => {
  if (!keysOn()) return;
  const intent = intentOfKey(event, document.activeElement?.matches("input:not([type=range])") ?? false);
  if (!intent) return;
  event.preventDefault();
  if (intent === "fullscreen") fullscreen();
  else intents.perform(intent);
});
addEventListener("online", wake);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
addEventListener("pagehide", () => socket.close());
addEventListener("pageshow", (event) => event.persisted && socket.open());
setInterval(() => room.dispatch({ type: "tick", clock: Date.now() }), TICK);
socket.open();
