/** The wall: tiles as the server tells them, at most once a second, without a reload. */

import { Socket } from "../../../signaling/client/socket.js";
import { pageData, part, setText, show } from "../shared/dom.js";
import { lasting } from "../shared/lasting.js";
import { phrasebook } from "../shared/phrases.js";
import { Noted, beside, fresh, ordered } from "./order.js";
import { stills } from "./stills.js";
import { partsView, tilesView } from "./tiles.js";

/** @typedef {import("./order.js").Tile} Tile */

const TICK = 1_000; // ms
const page = pageData("wall-data");
const say = phrasebook(page.phrases);
const list = part(document, "tiles");
const paintTiles = tilesView(document, say, page, document.documentElement.lang);
const paintParts = partsView(document, say);
const noted = new Noted();
const watch = stills(list);

/** @type {Tile[]} */
let tiles = [];
let skew = 0; // the server's clock minus ours
let told = false;

const socket = new Socket({
  url: `${location.origin.replace(/^http/, "ws")}/ws/console`,
  first: () => ({ type: "follow_wall" }),
  onFrame: (frame) => {
    if (frame.type !== "wall") return;
    skew = frame["now"] - Date.now();
    if (told && fresh(tiles, frame["tiles"])) ring();
    told = true;
    tiles = frame["tiles"];
    noted.keep(tiles);
    paintParts(frame["parts"]);
    paint();
  },
  onState: (state) => show(part(document, "away"), told && state !== "open"),
});

function paint() {
  if (!told) return;
  paintTiles(ordered(tiles, noted), Date.now() + skew, (tile) => noted.has(tile));
  watch();
}

/** One short soft tone, where somebody wants it. */
function ring() {
  if (!(/** @type {HTMLInputElement} */ (part(document, "sound")).checked)) return;
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  volume.gain.value = 0.1;
  tone.connect(volume).connect(context.destination);
  tone.onended = () => void context.close();
  tone.start();
  tone.stop(context.currentTime + 0.2);
}

/** @param {EventTarget | null} target */
const tileOf = (target) => {
  const item = target instanceof Element ? target.closest("[data-id]") : null;
  return tiles.find((tile) => tile.id === item?.getAttribute("data-id"));
};

list.addEventListener("click", (event) => {
  const tile = event.target instanceof Element && event.target.closest("[data-part=quiet]") ? tileOf(event.target) : undefined;
  if (!tile) return;
  noted.note(tile);
  paint();
});

list.addEventListener("submit", (event) => {
  event.preventDefault();
  const tile = tileOf(event.target);
  const field = /** @type {HTMLInputElement} */ (part(/** @type {Element} */ (event.target), "help-text"));
  if (!tile || !field.value.trim()) return;
  socket
    .request({ type: "send_help", centre: tile.centre, session: tile.id, text: field.value })
    .then(() => {
      field.value = "";
      setText(part(document, "said"), say("helped.sent"));
    })
    .catch((refusal) => setText(part(document, "said"), refusal?.message || say("failed")));
});

list.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("a.tile-link")];
  const at = links.indexOf(/** @type {Element} */ (event.target));
  if (at < 0 || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const top = links[0]?.getBoundingClientRect().top ?? 0;
  const columns = links.filter((link) => Math.abs(link.getBoundingClientRect().top - top) < 2).length || 1;
  /** @type {HTMLElement} */ (links[beside(at, event.key, columns, links.length)]).focus();
});

setInterval(paint, TICK);
lasting(socket);
