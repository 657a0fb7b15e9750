/** The map of a past meeting: the room's own, with the track that it had at the end. */

import { mapView } from "../room/views/map.js";

/** @typedef {import("../room/call.js").Position} Position */
/** @typedef {{map: import("../room/views/map.js").MapSource | null, track: Position[]}} Data */

/** @param {ParentNode} root @param {import("../shared/phrases.js").Say} say @param {Data} data */
export function trackMap(root, say, { map, track }) {
  const call = /** @type {import("../room/call.js").Call} */ ({ position: track[track.length - 1], track });
  mapView(root, say, map && { ...map, whole: true }).render(/** @type {import("../room/state.js").State} */ ({ call }));
}
