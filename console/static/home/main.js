/** The home page: the running sessions of the centre, as they change. */

import { Socket } from "../../../signaling/client/socket.js";
import { pageData } from "../shared/dom.js";
import { lasting } from "../shared/lasting.js";
import { phrasebook } from "../shared/phrases.js";
import { submitOnce } from "./once.js";
import { runningView } from "./running.js";

const TICK = 1000; // ms
const page = pageData("home-data");
const show = runningView(document, phrasebook(page.phrases), document.documentElement.lang);

/** @type {import("./running.js").Running[]} */
let sessions = page.running;
let skew = page.now - Date.now(); // the server's clock minus ours

const socket = new Socket({
  url: `${location.origin.replace(/^http/, "ws")}/ws/console`,
  first: () => ({ type: "watch" }),
  onFrame: (frame) => {
    if (frame.type !== "running") return;
    skew = frame["now"] - Date.now();
    sessions = frame["sessions"];
    paint();
  },
  onState: () => undefined, // the list stays as it was until the line is back; the form needs no line
});

function paint() {
  show(sessions, Date.now() + skew);
}

for (const form of document.querySelectorAll("main form")) submitOnce(/** @type {HTMLFormElement} */ (form));
setInterval(paint, TICK);
lasting(socket);
