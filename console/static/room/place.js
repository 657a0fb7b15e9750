/** Where the caller is, and whether they moved. Pure. */

/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./call.js").Position} Position */
/** @typedef {{minutes: string, mgrs: string, plus_code: string}} Notations */
/** @typedef {{address: string, latitude: number, longitude: number, way: {metres: number, bearing: number}}} Remote */
/**
 * @typedef {object} Place what the server worked out for this console
 * @property {string} of id of the position that the notations are of
 * @property {Notations | null} notations
 * @property {Remote | null} remote the point that was typed, and the way to it
 * @property {"idle" | "busy" | "failed"} seeking
 * @property {string} text why it failed
 */

const TRACK = 500; // fixes: over an hour of a phone on the move
const EARTH = 6_371_008; // m
const NEWS_SHOWN = 10_000; // ms

/** @type {Place} */
export const NOWHERE = { of: "", notations: null, remote: null, seeking: "idle", text: "" };

/** A new fix. @param {Call} call @param {Position} position @returns {Partial<Call>} */
export function fixed(call, position) {
  const last = call.told;
  const told = last && !isApart(last, position) ? last : position;
  return { position, positionError: null, track: [...call.track, position].slice(-TRACK), told };
}

/** Whether two fixes can't be one place: their circles of accuracy don't reach one another's middle. @param {Position} before @param {Position} now */
function isApart(before, now) {
  return metresBetween(before, now) > Math.max(before.accuracy, now.accuracy);
}

/** On a sphere, good to half a percent. @param {{latitude: number, longitude: number}} from @param {{latitude: number, longitude: number}} to */
export function metresBetween(from, to) {
  const radians = Math.PI / 180;
  const north = Math.sin(((to.latitude - from.latitude) * radians) / 2) ** 2;
  const east = Math.sin(((to.longitude - from.longitude) * radians) / 2) ** 2;
  const chord = north + east * Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians);
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** The news of the moment: a key of a phrase, "" for none. @param {Call} call @param {number} now */
export function news({ told, track }, now) {
  if (!told || now - told.at > NEWS_SHOWN) return "";
  return told === track[0] ? "place.sent" : "place.moved";
}

/** @param {number} bearing degrees from north @returns {number} 0 north, 1 north-east … 7 north-west */
export const compass = (bearing) => Math.round(bearing / 45) % 8;

/** @param {number} metres @param {string} language */
export function distanceText(metres, language) {
  const far = metres >= 1000;
  const digits = far && metres < 100_000 ? 1 : 0;
  const value = far ? metres / 1000 : metres < 100 ? metres : Math.round(metres / 10) * 10;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  return `${number}\u00a0${far ? "km" : "m"}`;
}

/** As it can be typed anywhere. @param {{latitude: number, longitude: number}} point */
export const decimal = ({ latitude, longitude }) => `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;

/** What is copied: address, decimal degrees with their accuracy, Plus Code. @param {Call} call @param {Place} place */
export function copied({ position, address }, place) {
  if (!position) return "";
  const where = `${decimal(position)} (± ${Math.round(position.accuracy)} m)`;
  const code = place.of === position.id ? place.notations?.plus_code : "";
  return [address, where, code].filter(Boolean).join("\n");
}

/** @param {Position} position @returns {{google: string, osm: string}} addresses of that point on the public maps */
export function links({ latitude, longitude }) {
  const google = new URL("https://www.google.com/maps/search/?api=1");
  google.searchParams.set("query", `${latitude},${longitude}`);
  const osm = new URL("https://www.openstreetmap.org/");
  osm.searchParams.set("mlat", String(latitude));
  osm.searchParams.set("mlon", String(longitude));
  osm.hash = `map=17/${latitude}/${longitude}`;
  return { google: google.href, osm: osm.href };
}
