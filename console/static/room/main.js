/** The room: joins the session, receives its picture, and wires view -> intent -> message -> state -> view. */

import { delay } from "../../../signaling/client/backoff.js";
import { Socket } from "../../../signaling/client/socket.js";
import { Thumbnails } from "../../../media/client/thumbnails.js";
import { Viewer } from "../../../media/client/viewer.js";
import { pageData, part } from "../shared/dom.js";
import { phrasebook } from "../shared/phrases.js";
import { Documents } from "./documents.js";
import { Intents } from "./intents.js";
import { Jpegs } from "./jpegs.js";
import { intentOfKey, isPan } from "./keys.js";
import { linkKeeper } from "./link.js";
import { loop } from "./loop.js";
import { isPaused } from "./pause.js";
import { measured, shown } from "./picture.js";
import { Places } from "./places.js";
import { reduce } from "./reduce.js";
import { Reporter } from "./reporter.js";
import {
  readCapture,
  readDistance,
  readDocumentNames,
  readLink,
  readNotations,
  storeCapture,
  storeDocument,
} from "./server.js";
import { initial } from "./state.js";
import { large } from "./streams.js";
import { roomView } from "./views/room.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./reduce.js").RoomMessage} RoomMessage */

const TICK = 500; // ms
const page = pageData("room-data");
const say = phrasebook(page.phrases);
const video = /** @type {HTMLVideoElement} */ (part(document, "picture"));
const canvas = /** @type {HTMLCanvasElement} */ (part(document, "jpeg"));
const beside = /** @type {HTMLVideoElement} */ (part(document, "large"));
const frozen = /** @type {HTMLCanvasElement} */ (part(document, "frozen"));
/** @type {RTCIceServer[]} */
let iceServers = [];
/** @type {import("./sharing.js").Sharing | null} once it was used */
let sharing = null;

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
  onBinary: (data) => void jpegs.still(data, room.state().call.phone?.participant ?? ""),
  onState: (state) => room.dispatch({ type: "line", state }),
});

const viewer = new Viewer({
  video,
  negotiate: (sdp) => negotiate(sdp),
  onFrame: (size) => room.dispatch({ type: "frame", clock: Date.now(), ...size }),
  backoff: delay,
});

const intents = new Intents({
  state: room.state,
  dispatch: room.dispatch,
  socket,
  source: () => source(room.state()),
  storeCapture: (blob) => storeCapture(page.session, blob),
  backoff: delay,
  newId,
});

const documents = new Documents({
  dispatch: room.dispatch,
  store: (file, drawing) => storeDocument(page.session, file, drawing),
  readNames: () => readDocumentNames(page.session),
  say,
  backoff: delay,
  newId,
});

const places = new Places({
  state: room.state,
  dispatch: room.dispatch,
  readNotations: (position) => readNotations(page.session, position),
  readDistance: (position, to) => readDistance(page.session, position, to),
});

const jpegs = new Jpegs({
  canvas,
  onShown: (jpeg) => room.dispatch({ type: "jpeg", clock: Date.now(), jpeg }),
  readCapture,
});

const keepLink = linkKeeper({ read: () => readLink(page.session), dispatch: room.dispatch });
const thumbnails = new Thumbnails({ negotiate: offerThumbnail, backoff: delay });
const reporter = new Reporter((frame) => socket.send(frame));
socket.open(); // before the views, as its way takes longer; all that `follow` uses stands above
const { render, doing, keysOn, seeOurselves } = roomView(document, {
  say,
  language: document.documentElement.lang,
  page,
  intents,
  documents,
  places,
  watch: (name, small) => thumbnails.watch(name, small),
  enlarge: (name) => room.dispatch({ type: "large", name }),
  loadSharing,
  state: room.state,
});

/** @type {Record<string, (frame: import("../../../signaling/client/socket.js").Frame) => void>} */
const RECEIVE = {
  welcome: (frame) => {
    iceServers = frame["ice_servers"];
    room.dispatch({ type: "welcome", now: frame["now"], clock: Date.now() });
    // The relay drops a console's leg with its socket: every welcome is a new one.
    if (!room.state().call.ended) for (const one of [viewer, thumbnails]) one.open(iceServers);
    sharing?.each((show) => show.welcome(iceServers));
  },
  ice_servers: (frame) => {
    iceServers = frame["ice_servers"];
    for (const one of [viewer, thumbnails]) one.renew(iceServers);
    sharing?.each((show) => show.renew(iceServers));
  },
  move: () => {
    for (const one of [viewer, thumbnails]) one.move();
    sharing?.each((show) => show.move());
  },
  events: (frame) => room.dispatch({ type: "events", events: frame["events"] }),
  watchers: (frame) => room.dispatch({ type: "watchers", watchers: frame["watchers"] }),
  guests: (frame) => room.dispatch({ type: "guests", guests: frame["guests"] }),
  quality: (frame) => room.dispatch({ type: "quality", quality: measured(frame) }),
  file_progress: (frame) => room.dispatch({ type: "file.progress", progress: /** @type {any} */ (frame) }),
};

/** @param {import("../../../signaling/client/socket.js").Frame} frame */
function receive(frame) {
  RECEIVE[frame.type]?.(frame);
}

/** @param {State} state */
function follow(state) {
  intents.followUp();
  void keepLink(state);
  reporter.follow(state);
  void jpegs.follow(state);
  void documents.follow(state);
  places.follow();
  viewer.expect(sendsVideo(state.call.phone));
  thumbnails.enlarge(large(state)?.name ?? "");
  sharing?.follow(state);
  if (state.call.ended) {
    viewer.close();
    socket.close();
  }
}

/** @param {import("./call.js").Phone | null} phone whether no frame of video would be a fault of ours */
function sendsVideo(phone) {
  if (!phone || phone.media !== "connected" || phone.hidden || phone.lost || isPaused(phone)) return false;
  return phone.way !== "stills" && phone.way !== "photo";
}

/** @param {State} state what a capture takes: that which is seen large */
function source(state) {
  if (state.frozen) return frozen;
  if (large(state)) return beside;
  return shown(state) === "jpeg" ? canvas : video;
}

/** Our own camera and screen: most visios never need them. */
async function loadSharing() {
  const { Sharing } = await import("./sharing.js");
  sharing ??= new Sharing({
    socket,
    iceServers: () => iceServers,
    onChange: (which, change, track) => {
      room.dispatch({ type: "sharing", source: which, change });
      if (which === "camera" && track !== undefined) void seeOurselves(track);
    },
  });
  return sharing;
}

/** 128 random bits in hex; `crypto.randomUUID` wants a secure page, which a local test may lack. */
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} sdp @param {string} name @param {boolean} isLarge @returns {Promise<string>} */
async function offerThumbnail(sdp, name, isLarge) {
  return (await socket.request({ type: "offer", sdp, thumbnail_of: name, large: isLarge }))["sdp"];
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
  for (const one of [viewer, thumbnails]) one.wake();
  sharing?.each((show) => show.wake());
}

document.addEventListener("keydown", (event) => {
  if (!keysOn()) return;
  const intent = intentOfKey(event, document.activeElement?.matches("input:not([type=range]), select, textarea") ?? false);
  if (intent === null) return; // 0 is the first phrase
  if (isPan(intent) && (room.state().framing.zoom === 1 || document.activeElement !== document.body)) return;
  event.preventDefault();
  if (typeof intent === "string" && intent in doing) doing[/** @type {import("./keys.js").ViewIntent} */ (intent)]();
  else intents.perform(/** @type {import("./keys.js").RoomIntent} */ (intent));
});
addEventListener("online", wake);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
addEventListener("pagehide", () => socket.close());
addEventListener("pageshow", (event) => event.persisted && socket.open());
setInterval(() => room.dispatch({ type: "tick", clock: Date.now() }), TICK);
