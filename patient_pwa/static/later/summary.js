import { delay } from "../../../signaling/client/backoff.js";

const SETTLED = 700; // ms until the server has read what was said last

/**
 * What was shared, once the camera is off for good: for the caller to read and to keep.
 * @param {import("../host.js").Host} host
 */
export function install(host) {
  const part = host.part("summary");
  let shown = ""; // the screen and the language that it was asked for
  host.watch(({ screen, socket }) => {
    // Before a caller's own stop has reached the server, the summary would say that the camera is on.
    const over = screen === "ended" || (screen === "hungup" && socket === "open");
    const wanted = over ? `${screen} ${document.documentElement.lang}` : "";
    if (wanted === shown || (screen === "hungup" && !over)) return;
    shown = wanted;
    part.hidden = true;
    if (wanted) void show(host, () => shown === wanted);
  });
}

/** @param {import("../host.js").Host} host @param {() => boolean} current whether it is still wanted */
async function show(host, current) {
  await pause(SETTLED);
  const reader = { lang: document.documentElement.lang, offset: -new Date().getTimezoneOffset() };
  for (let attempt = 1; current(); attempt++) {
    const reply = await host.post("/j/summary", reader).catch(() => undefined);
    if (!current() || (reply && reply.status >= 400 && reply.status < 500)) return; // not our call, or too long ago
    if (reply?.status === 200) return put(host, reply.body.html, reply.body.file);
    await pause(delay(attempt));
  }
}

/** @param {import("../host.js").Host} host @param {string} html @param {string} file address */
function put(host, html, file) {
  host.part("shared").replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children);
  /** @type {HTMLAnchorElement} */ (host.part("save")).href = file;
  host.part("summary").hidden = false;
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
