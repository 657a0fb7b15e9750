import { browserOf, inApp } from "./browser.js";
import { Call } from "./call.js";
import { insist, post } from "./door.js";
import { initial, reduce } from "./state.js";
import { listen, preview, render } from "./view.js";

const PAGE = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
const SPEAKING = "visio-page"; // localStorage: the tab of this phone that speaks; two would fight for the camera
const HUNG_UP = "visio-hung-up"; // sessionStorage: a reload must not start a camera that its owner stopped

let token = /[\w-]+/.exec(location.hash)?.[0] ?? ""; // some SMS apps take the full stop into the link
let seated = false; // whether the link is claimed by this phone
/** @type {Promise<void> | null} */
let claiming = null; // one at a time: the second would come without the cookie of the first
let state = initial(browserOf(navigator.userAgent, navigator.maxTouchPoints > 1));

/** @param {import("./state.js").Message} message */
function emit(message) {
  state = reduce(state, message);
  render(state);
}

const call = new Call({
  url: `${location.origin.replace("http", "ws")}/ws/caller`,
  page: PAGE,
  emit,
  preview,
  onRefused: look,
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
  seated = body.state === "mine";
  const found = status === 200 ? body : { state: "unknown", centre: "" };
  emit({ type: "looked", ...found, inApp: inApp(navigator.userAgent) });
  if (!seated) return;
  if (quietly(() => sessionStorage.getItem(HUNG_UP))) emit({ type: "hungup" });
  else speak(() => emit({ type: "looked", ...found }));
}

/** @param {() => void} [onRefusal] */
function speak(onRefusal) {
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
  start: () => speak(),
  camera: () => call.set("camera", state.controls?.actual.camera === "user" ? "environment" : "user"),
  torch: () => call.set("torch", !state.controls?.actual.torch),
  hangup: () => {
    call.hangUp();
    quietly(() => sessionStorage.setItem(HUNG_UP, "1"));
  },
  code: () => emit({ type: "code" }),
  copy: () => navigator.clipboard?.writeText(location.href).then(() => emit({ type: "copied" }), () => {}),
};

listen({ act: (name) => ACTS[name]?.(), zoom: (value) => call.set("zoom", value), code: enter });
document.addEventListener("visibilitychange", () => call.shown(document.visibilityState === "visible"));
addEventListener("online", () => call.wake());
addEventListener("hashchange", () => location.reload()); // another link, opened in the same tab
addEventListener("storage", ({ key, newValue }) => {
  if (key === SPEAKING && newValue !== PAGE) call.leave({ type: "moved" });
});
navigator.serviceWorker?.register("/j/sw.js", { scope: "/j" }).catch(() => {});
if (token) look();
else emit({ type: "code" });
