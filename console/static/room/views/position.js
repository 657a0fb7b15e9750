import { copyButton } from "../../shared/copying.js";
import { duration } from "../../shared/durations.js";
import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { mapView } from "./map.js";
import { compass, copied, decimal, distanceText, links, news } from "../place.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * @param {ParentNode} root
 * @param {object} context
 * @param {Say} context.say
 * @param {string} context.language
 * @param {() => State} context.state
 * @param {import("../places.js").Places} context.places
 * @param {import("./map.js").MapSource | null} context.source of the map
 */
export function positionView(root, { say, language, state: read, places, source }) {
  const copy = /** @type {HTMLButtonElement} */ (part(root, "copy-position"));
  copyButton(copy, () => copied(read().call, read().place), say("copied"));
  const map = mapView(root, say, source);
  const form = /** @type {HTMLFormElement} */ (part(root, "distance-form"));
  const field = /** @type {HTMLInputElement} */ (part(root, "distance-to"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void places.seek(field.value);
  });
  const render = (/** @type {State} */ state) => {
    const { call, now } = state;
    const { position, positionError } = call;
    const said = news(call, now);
    setText(part(root, "position-news"), said && say(said));
    show(part(root, "position"), Boolean(position || positionError));
    show(part(root, "position-error"), Boolean(positionError));
    if (positionError) setText(part(root, "position-error-text"), say(`position.${positionError.reason}`));
    show(part(root, "position-facts"), Boolean(position));
    if (!position) return;
    const age = duration(Math.max(0, now - position.at), language);
    setText(part(root, "position-age"), say("ago", { duration: age }));
    placed(root, call.address, position);
    written(root, state);
    distance(root, state.place, say, language);
    map.render(state);
  };
  return { doing: { map: map.toggle, place: () => copy.click() }, render };
}

/** @param {ParentNode} root @param {string} address @param {import("../state.js").Position} position */
function placed(root, address, position) {
  setText(part(root, "address"), address);
  setText(part(root, "decimal"), decimal(position));
  setText(part(root, "accuracy"), `±\u00a0${Math.round(position.accuracy)}\u00a0m`);
  const { google, osm } = links(position);
  setAttribute(part(root, "google"), "href", google);
  setAttribute(part(root, "osm"), "href", osm);
}

/** Notations of an earlier position would be wrong ones. @param {ParentNode} root @param {State} state */
function written(root, { call, place }) {
  const known = place.of === call.position?.id ? place.notations : null;
  setText(part(root, "minutes"), known?.minutes ?? "…");
  setText(part(root, "mgrs"), known?.mgrs ?? "…");
  setText(part(root, "plus-code"), known?.plus_code ?? "…");
}

/** @param {ParentNode} root @param {import("../place.js").Place} place @param {Say} say @param {string} language */
function distance(root, { remote, seeking, text }, say, language) {
  const result = part(root, "distance");
  setAttribute(part(root, "distance-form"), "aria-busy", String(seeking === "busy"));
  result.classList.toggle("wrong", seeking === "failed");
  if (seeking === "busy") setText(result, say("distance.busy"));
  else if (seeking === "failed") setText(result, text || say("distance.failed"));
  else if (remote) {
    const length = distanceText(remote.way.metres, language);
    const direction = say(`compass.${compass(remote.way.bearing)}`);
    setText(result, say("distance", { length, direction, place: remote.address }));
  } else setText(result, "");
}
