/** The newest page of the list follows what happens, and never moves what somebody points at. */

import { Socket } from "../../../signaling/client/socket.js";
import { lasting } from "../shared/lasting.js";

/** @typedef {{id: string, outcome: string}} Running */

const AT_MOST_EVERY = 1_000; // ms

/** What of the running sessions a list shows. @param {Running[]} sessions */
export const shownOf = (sessions) => sessions.map(({ id, outcome }) => `${id} ${outcome}`).sort().join("\n");

export class LiveList {
  /** @param {string} centre of which it is, "" for all @param {() => void} onShown once the list was made anew */
  constructor(centre, onShown) {
    this._centre = centre;
    this._onShown = onShown;
    /** @type {string | null} */
    this._shown = null;
    this._changed = false; // and not shown yet
    this._asking = false;
    this._askedAt = -AT_MOST_EVERY;
  }

  open() {
    const socket = new Socket({
      url: `${location.origin.replace(/^http/, "ws")}/ws/console`,
      first: () => ({ type: "watch", centre: this._centre }),
      onFrame: (frame) => frame.type === "running" && this.heard(frame["sessions"]),
      onState: () => undefined, // the list stays as it was until the line is back
    });
    document.addEventListener("pointerover", () => this.catchUp());
    document.addEventListener("focusin", () => this.catchUp());
    document.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-part=news]")) void this.renew();
    });
    lasting(socket);
  }

  /** @param {Running[]} sessions */
  heard(sessions) {
    const now = shownOf(sessions);
    const isNew = this._shown !== null && this._shown !== now; // the first frame is what the page came with
    this._shown = now;
    if (!isNew) return;
    this._changed = true;
    this.catchUp();
  }

  /** Shows what has changed, unless somebody is about to click on what is there. */
  catchUp() {
    if (!this._changed || !isNewest()) return;
    const list = found();
    const busy = list !== null && (list.matches(":hover") || list.contains(document.activeElement));
    document.querySelector("[data-part=news]")?.toggleAttribute("hidden", !busy);
    if (!busy) void this.renew();
  }

  async renew() {
    const wait = this._askedAt + AT_MOST_EVERY - performance.now();
    if (this._asking) return;
    this._asking = true;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this._askedAt = performance.now();
    this._changed = false;
    const fresh = await read();
    this._asking = false;
    if (fresh) {
      found()?.replaceWith(document.importNode(fresh, true));
      document.querySelector("[data-part=news]")?.setAttribute("hidden", "");
      this._onShown();
    }
    if (this._changed) this.catchUp();
  }
}

const found = () => document.querySelector("[data-part=found]");

/** Older pages stay what they were. */
function isNewest() {
  const query = new URLSearchParams(location.search);
  return !query.has("before") && !query.has("after");
}

/** @returns {Promise<Element | null>} null while the server can't be reached, and once another page stands there */
async function read() {
  const address = location.href;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
    const text = answer.ok ? await answer.text() : "";
    if (location.href !== address) return null;
    return new DOMParser().parseFromString(text, "text/html").querySelector("[data-part=found]");
  } catch {
    return null;
  }
}
