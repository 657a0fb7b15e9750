/** The map: fetched when it is first shown; circle and track are drawn whether its tiles come or not. */

import { part, setAttribute, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../call.js").Position} Position */
/** @typedef {{tiles: string, attribution: string, whole?: boolean}} MapSource `whole`: all of the track is shown first */

const LEAFLET = "/console/static/vendor/leaflet/leaflet"; // .js and .css, as they are published
const CLOSE = 17; // zoom: a street with its houses
const STEP = 60; // px an arrow key moves
/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] };

/** @param {ParentNode} root @param {import("../../shared/phrases.js").Say} say @param {MapSource | null} source null: no map is offered */
export function mapView(root, say, source) {
  if (!source) return { toggle: () => undefined, render: () => undefined };
  const button = part(root, "map-toggle");
  const frame = part(root, "map");
  /** @type {ReturnType<typeof opened> | undefined} */
  let chart;
  /** @type {State["call"] | null} */
  let call = null;
  const draw = (/** @type {Chart} */ one) => !frame.hidden && call && one.draw(call);
  const toggle = () => {
    show(frame, Boolean(frame.hidden));
    setAttribute(button, "aria-pressed", String(!frame.hidden));
    if (frame.hidden) return;
    chart ??= opened(root, frame, say, source);
    chart.then(draw, () => {
      chart = undefined; // the next time it is shown it is fetched again
      show(part(root, "map-error"), true);
    });
    frame.scrollIntoView({ block: "nearest" });
  };
  button.addEventListener("click", toggle);
  return {
    toggle,
    render: (/** @type {State} */ state) => {
      if (state.call.track === call?.track) return;
      call = state.call;
      void chart?.then(draw, () => undefined);
    },
  };
}

/** @param {ParentNode} root @param {HTMLElement} frame @param {import("../../shared/phrases.js").Say} say @param {MapSource} source */
async function opened(root, frame, say, source) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${LEAFLET}.css` });
  const styled = new Promise((done, failed) => {
    sheet.onload = done;
    sheet.onerror = failed;
  });
  document.head.append(sheet);
  await Promise.all([styled, import(`${LEAFLET}.js`)]);
  return new Chart(/** @type {any} */ (globalThis).L, frame, part(root, "map-error"), say, source);
}

class Chart {
  /** @param {any} leaflet @param {HTMLElement} frame @param {HTMLElement} error @param {import("../../shared/phrases.js").Say} say @param {MapSource} source */
  constructor(leaflet, frame, error, say, source) {
    // Its own keys are heard on the whole document, where they would move the camera's zoom as well.
    this._map = leaflet.map(part(frame, "map-canvas"), { keyboard: false, zoomControl: false, minZoom: 3 });
    this._map.attributionControl.setPrefix(false);
    leaflet.control.zoom({ zoomInTitle: say("map.closer"), zoomOutTitle: say("map.wider") }).addTo(this._map);
    const tiles = leaflet.tileLayer(source.tiles, {
      attribution: plain(source.attribution),
      maxZoom: 19,
      referrerPolicy: "origin", // OpenStreetMap's servers want to know the site; the session is nobody's business
    });
    tiles.on("tileerror", () => show(error, true));
    tiles.on("tileload", () => show(error, false));
    tiles.addTo(this._map);
    const of = (/** @type {string} */ className) => ({ className, interactive: false });
    this._track = leaflet.polyline([], of("map-track")).addTo(this._map);
    this._circle = leaflet.circle([0, 0], { radius: 0, ...of("map-accuracy") });
    this._spot = leaflet.circleMarker([0, 0], { radius: 7, ...of("map-spot") });
    this._near = false;
    this._whole = source.whole ?? false;
    frame.addEventListener("keydown", (event) => this._key(event));
  }

  /** @param {import("../call.js").Call} call */
  draw({ position, track }) {
    if (!position) return;
    const here = at(position);
    if (!this._near) this._map.setView(here, CLOSE, { animate: false });
    this._map.invalidateSize({ animate: false });
    this._track.setLatLngs(track.map(at));
    this._circle.setLatLng(here).setRadius(position.accuracy).addTo(this._map);
    this._spot.setLatLng(here).addTo(this._map);
    const whole = this._circle.getBounds();
    if (this._whole) whole.extend(this._track.getBounds());
    if (!this._near) this._map.fitBounds(whole, { maxZoom: CLOSE, animate: false });
    else if (!this._map.getBounds().contains(here)) this._map.panTo(here, { animate: false });
    this._near = true;
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const move = MOVES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (move) this._map.panBy(move, { animate: false });
    else if (event.key === "+" || event.key === "=") this._map.zoomIn();
    else if (event.key === "-") this._map.zoomOut();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @param {Position} position @returns {[number, number]} */
const at = ({ latitude, longitude }) => [latitude, longitude];

/** Leaflet takes markup there; a setting is text. @param {string} text */
function plain(text) {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
