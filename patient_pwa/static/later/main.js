import { install as position } from "./position.js";

/** @type {((host: import("../host.js").Host) => void)[]} */
const PARTS = [position];

/** What the page can do once the picture is on its way. @param {import("../host.js").Host} host */
export function install(host) {
  for (const part of PARTS) part(host);
}
