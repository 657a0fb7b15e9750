/** The captures and photos of the session and those on their way to it, as one list. Pure. */

/** @typedef {import("./state.js").State} State */
/**
 * @typedef {object} Shot
 * @property {string} key the same from the click on, so that its element stays
 * @property {"capture" | "photo"} kind
 * @property {number} at
 * @property {string | null} capture id once stored
 * @property {number} width
 * @property {number} height
 * @property {"storing" | "stored" | "failed"} status
 */

/** @param {State} state @returns {Shot[]} newest first */
export function shots({ call, stills, me }) {
  const storing = stills.find((still) => still.status === "storing");
  const own = new Map(stills.map((still) => [still.capture, still.key]));
  const stored = call.captures
    // The event of a capture may overtake the answer to its upload: then it would be shown twice for a moment.
    .filter((one) => own.has(one.id) || !(storing && one.by === me && one.at >= storing.at))
    .map((one) => ({ ...one, key: own.get(one.id) ?? one.id, capture: one.id, status: "stored" }));
  const known = new Set(stored.map((one) => one.key));
  const under = stills.filter((still) => !known.has(still.key)).map((still) => ({ ...still, kind: "capture" }));
  return /** @type {Shot[]} */ ([...stored, ...under]).sort((one, other) => other.at - one.at);
}

/** The photo that the phone is sending, as a share of its bytes. @param {State} state @returns {number | null} */
export function photoProgress({ files, call }) {
  const photo = files.filter((one) => one.kind === "photo" && one.participant === call.phone?.participant).pop();
  return photo ? photo.at / Math.max(1, photo.size) : null;
}
