/** A guest's page: takes the link, shows what the scene names, and the guest's own camera if they turn it on. */

import { delay } from "../../../signaling/client/backoff.js";
import { Socket } from "../../../signaling/client/socket.js";
import { Thumbnails } from "../../../media/client/thumbnails.js";
import { Viewer } from "../../../media/client/viewer.js";
import { Jpegs } from "../room/jpegs.js";
import { loop } from "../room/loop.js";
import { pageData, part } from "../shared/dom.js";
import { phrasebook } from "../shared/phrases.js";
import { again, claim, look, readPhoto } from "./door.js";
import { OwnCamera } from "./own-camera.js";
import { photosOf, sendsVideo } from "./situation.js";
import { initial, reduce } from "./state.js";
import { pageView } from "./views/page.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Message} Message */
/** @typedef {import("../../../signaling/client/socket.js").Frame} Frame */

const TICK = 500; // ms
const ENDED = 4410;
const token = location.hash.slice(1);
const pageId = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const video = /** @type {HTMLVideoElement} */ (part(document, "picture"));
const own = /** @type {HTMLVideoElement} */ (part(document, "own-video"));

const guest = loop({
  state: initial(Date.now()),
  reduce: /** @type {(state: State, message: Message) => State} */ (reduce),
  onChange: (state) => follow(state),
  render: (state) => render(state),
  schedule: (paint) => requestAnimationFrame(paint),
});

const socket = new Socket({
  url: `${location.origin.replace(/^http/, "ws")}/ws/guest`,
  first: () => ({ type: "join", page: pageId }),
  onFrame: (frame) => RECEIVE[frame.type]?.(frame),
  onBinary: (data) => void jpegs.still(data, guest.state().scene.phone),
  onState: (state, code) => {
    guest.dispatch({ type: "line", state });
    if (state === "refused") guest.dispatch({ type: "over", why: code === ENDED ? "ended" : "removed" });
  },
});

const viewer = new Viewer({
  video,
  negotiate: (sdp) => negotiate(sdp),
  onFrame: (size) => guest.dispatch({ type: "frame", clock: Date.now(), ...size }),
  backoff: delay,
});

const others = new Thumbnails({
  negotiate: (sdp, id, large) => negotiate(sdp, { thumbnail_of: id, large }),
  backoff: delay,
});

const jpegs = new Jpegs({
  canvas: /** @type {HTMLCanvasElement} */ (part(document, "jpeg")),
  onShown: (jpeg) => guest.dispatch({ type: "jpeg", clock: Date.now(), jpeg }),
  readCapture: readPhoto,
});

const camera = new OwnCamera({
  socket,
  onChange: (change) => guest.dispatch({ type: "camera", change }),
  onTrack: (track) => {
    own.srcObject = track && new MediaStream([track]);
    if (track) own.play().catch(() => undefined); // overtaken by another track
  },
});

const render = pageView(document, phrasebook(pageData("guest-data").phrases), {
  enter: () => guest.dispatch({ type: "entering" }),
  toggleCamera: () => (guest.state().camera.status === "off" ? void camera.start() : camera.stop()),
  flip: () => void camera.flip(),
  enlarge: (id) => guest.dispatch({ type: "enlarge", id }),
  watch: (id, small) => others.watch(id, small),
});

/** @type {Record<string, (frame: Frame) => void>} */
const RECEIVE = {
  welcome: (frame) => {
    guest.dispatch({ type: "welcome", centre: frame["centre"], name: frame["name"], role: frame["role"] });
    // The relay drops a guest's legs with their socket: every welcome is a new one.
    for (const one of [viewer, others]) one.open(frame["ice_servers"]);
    camera.welcome(frame["ice_servers"]);
  },
  scene: (frame) => guest.dispatch({ type: "scene", scene: /** @type {any} */ (frame) }),
  watchers: (frame) => guest.dispatch({ type: "watchers", count: frame["count"] }),
  ice_servers: (frame) => {
    for (const one of [viewer, others, camera]) one.renew(frame["ice_servers"]);
  },
  move: () => [viewer, others, camera].forEach((one) => one.move()),
  ended: () => guest.dispatch({ type: "over", why: "ended" }),
};

let isTaking = false;

/** @param {State} state */
function follow(state) {
  if (state.step === "entering" && !isTaking) void take();
  viewer.expect(sendsVideo(state));
  others.enlarge(state.large);
  void jpegs.follow({ call: photosOf(state) });
  if (state.step !== "over") return;
  socket.close();
  viewer.close();
  video.srcObject = null; // the last picture is no trace to be left on the screen
  if (camera.isOn) camera.stop();
}

/** The link for this browser; once it is ours, in. */
async function take() {
  isTaking = true;
  const refusal = await again(() => claim(token), delay, () => guest.dispatch({ type: "waits" }));
  if (refusal) return guest.dispatch({ type: "over", why: refusal });
  guest.dispatch({ type: "inside" });
  socket.open();
}

/** @param {string} sdp our offer @param {object} [which] @returns {Promise<string>} the answer; rejects with a Refusal */
async function negotiate(sdp, which = {}) {
  return (await socket.request({ type: "offer", sdp, ...which }))["sdp"];
}

function wake() {
  if (guest.state().step !== "inside") return;
  socket.wake();
  for (const one of [viewer, others, camera]) one.wake();
}

addEventListener("online", wake);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
addEventListener("pagehide", () => socket.close());
addEventListener("pageshow", (event) => event.persisted && guest.state().step === "inside" && socket.open());
setInterval(() => guest.dispatch({ type: "tick", clock: Date.now() }), TICK);
void again(() => look(token), delay, () => guest.dispatch({ type: "waits" })).then((found) =>
  guest.dispatch({ type: "looked", look: found }),
);
