import { install as guidance } from "./guidance.js";
import { install as metronome } from "./metronome.js";
import { install as position } from "./position.js";

/** @type {((host: import("../host.js").Host) => void)[]} */
const PARTS = [position, guidance, metronome];

/** What the page can do once the picture is on its way. @param {import("../host.js").Host} host */
export function install(host) {
  for (const part of PARTS) part(host);
}
