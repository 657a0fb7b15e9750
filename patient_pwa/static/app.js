import { inApp } from "./browser.js";
import { Call } from "./call.js";
import { delay } from "../../signaling/client/backoff.js";
import { insist, post } from "./door.js";
import { initial, isEarly, reduce } from "./state.js";
import { adopt, listen, preview, render } from "./view.js";

const PAGE = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
const SPEAKING = "visio-page"; // localStorage: the tab of this phone that speaks; two would fight for the camera
const VERSION = String(document.body.dataset.version);
const RENEWED = "visio-renewed"; // sessionStorage: a kept page was left for today's, once
const SETTLE = 1000; // ms from the connection on; its first picture has the line and the processor to itself
const PATIENCE = 4000; // ms for the picture, before what helps without one is fetched
const ANSWER = "visio-recording"; // sessionStorage: what the caller said to it, until the server is told
const HUNG_UP = "visio-hung-up"; // sessionStorage: a reload must not start a camera that its owner stopped

let token = /[\w-]+/.exec(location.hash)?.[0] ?? ""; // some SMS apps take the full stop into the link
let seated = false; // whether the link is claimed by this phone
/** @type {Promise<void> | null} */
let claiming = null; // one at a time: the second would come without the cookie of the first
let state = initial();

/** @type {Promise<void> | undefined} the rest of the page, on its way or here */
let rest;
/** @type {((state: import("./state.js").State) => void)[]} */
const watchers = [];

/** @param {import("./state.js").Message} message */
function emit(message) {
  state = reduce(state, message);
  render(state);
  for (const watcher of watchers) watcher(state);
  if (rest) return;
  if (!isEarly(state)) setTimeout(more, state.screen === "live" ? SETTLE : 0);
  else if (message.type === "granted") setTimeout(more, PATIENCE);
}

/** All that the first picture does not need: fetched once it is there, or as soon as something needs it. */
function more() {
  return (rest ??= fetchRest());
}

async function fetchRest() {
  const { later, style, parts } = document.body.dataset;
  for (let attempt = 0; ; attempt++) {
    try {
      const reply = await fetch(String(parts));
      if (!reply.ok) throw reply;
      const text = await reply.text();
      // An address that failed once fails for ever in some browsers, hence the number.
      const { install } = await import(attempt ? `${later}?${attempt}` : String(later));
      adopt(text, String(style));
      install(host);
      return keep();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delay(attempt)));
    }
  }
}

/** For the next visit and for a reload. Not sooner: until the picture is there the line has better to do. */
function keep() {
  navigator.serviceWorker?.register(`/j/sw.js?${VERSION}`, { scope: "/j" }).catch(() => {});
}

const call = new Call({
  url: `${location.origin.replace("http", "ws")}/ws/caller`,
  page: PAGE,
  emit,
  preview,
  onRefused: look,
  more,
});

/** Storage may be forbidden; nothing depends on it. @template T @param {() => T} work */
function quietly(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

async function look() {
  const { status, body } = await insist("/j/open", { token }, () => emit({ type: "trouble" }));
  if (body.version && body.version !== VERSION && !quietly(() => sessionStorage.getItem(RENEWED))) return renew();
  seated = body.state === "mine";
  const found = status === 200 ? body : { state: "unknown", centre: "" };
  emit({ type: "looked", ...found, inApp: inApp(navigator.userAgent) });
  if (!seated) return;
  if (quietly(() => sessionStorage.getItem(HUNG_UP))) emit({ type: "hungup" });
  else speak(() => emit({ type: "looked", ...found }));
}

/** This page was kept, and the server has a newer one. Nothing has begun yet: take that. */
async function renew() {
  quietly(() => sessionStorage.setItem(RENEWED, VERSION));
  for (const name of await caches.keys().catch(() => [])) await caches.delete(name);
  location.reload();
}

/** To the recording, where the screen tells of it. @param {"agreed" | "declined"} recording */
function answer(recording) {
  const told = ["ready", "inapp", "claimed"].includes(state.screen);
  if (told && state.recording) quietly(() => sessionStorage.setItem(ANSWER, recording));
}

/** @param {() => void} [onRefusal] */
function speak(onRefusal) {
  const recording = quietly(() => sessionStorage.getItem(ANSWER));
  if (recording) call.step({ type: "step", step: `recording.${recording}` });
  quietly(() => sessionStorage.removeItem(ANSWER));
  call.start(onRefusal);
  quietly(() => sessionStorage.removeItem(HUNG_UP));
  quietly(() => localStorage.setItem(SPEAKING, PAGE));
  if (seated) call.join();
  else claiming ??= claim();
}

async function claim() {
  const { status, body } = await insist("/j/claim", { token }, () => emit({ type: "link", link: "lost" }));
  claiming = null;
  seated = status === 204;
  if (seated) call.join();
  else call.leave({ type: "looked", state: body.state ?? "unknown", centre: state.centre });
}

/** @param {string} code six digits */
async function enter(code) {
  const reply = await post("/j/code", { code }).catch(() => null);
  if (reply?.status === 200) {
    token = reply.body.token;
    history.replaceState(null, "", `#${token}`); // so that a reload works
    await look();
  } else if (reply?.status === 429) {
    emit({ type: "code", reason: "throttled", seconds: reply.retryAfter });
  } else {
    emit({ type: "code", reason: reply?.status === 404 ? "wrong" : "offline" });
  }
}

/** @type {{[act: string]: () => unknown}} */
const ACTS = {
  start: () => {
    answer("agreed");
    speak();
  },
  unrecorded: () => {
    answer("declined");
    speak();
  },
  camera: () => call.set("camera", state.controls?.actual.camera === "user" ? "environment" : "user"),
  torch: () => call.set("torch", !state.controls?.actual.torch),
  hangup: () => {
    call.hangUp();
    quietly(() => sessionStorage.setItem(HUNG_UP, "1"));
  },
  code: () => emit({ type: "code" }),
  copy: () => navigator.clipboard?.writeText(location.href).then(() => emit({ type: "copied" }), () => {}),
};

/** In the tap itself, unless it needs what comes later. @param {string} name */
function act(name) {
  if (ACTS[name]) ACTS[name]();
  else more().then(() => ACTS[name]?.());
}

/** @type {import("./host.js").Host} */
const host = {
  control: (name, extra) => call.control.add(name, extra),
  changed: () => call.control.refresh(),
  set: (name, value) => call.set(name, value),
  on: (type, receive) => call.on(type, receive),
  tell: (frame) => call.tell(frame),
  answer,
  step: (step) => call.step(/** @type {any} */ (step)),
  socket: call.socket,
  publisher: call.publisher,
  camera: call.camera,
  capture: call,
  emit,
  state: () => state,
  watch: (watcher) => {
    watchers.push(watcher);
    watcher(state);
  },
  part: (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-part=${name}]`)),
  act: (name, work) => {
    ACTS[name] = work;
  },
  post,
};

call.on("recording", ({ on }) => emit({ type: "recorded", on }));
listen({ act, zoom: (value) => call.set("zoom", value), code: enter });
document.addEventListener("visibilitychange", () => call.shown(document.visibilityState === "visible"));
addEventListener("online", () => call.wake());
addEventListener("hashchange", () => location.reload()); // another link, opened in the same tab
addEventListener("storage", ({ key, newValue }) => {
  if (key === SPEAKING && newValue !== PAGE) call.leave({ type: "moved" });
});
if (token) look();
else emit({ type: "code" });
