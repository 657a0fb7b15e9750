/** Tiles into the page. Only here is the document touched for them. */

import { copyOf, part, setAttribute, setText, show } from "../shared/dom.js";
import { duration } from "../shared/durations.js";

/** @typedef {import("./order.js").Tile} Tile */
/** @typedef {import("./order.js").Part} Part */
/** @typedef {import("../shared/phrases.js").Say} Say */
/** @typedef {{centres: Record<string, string>, helps: boolean, blurred: boolean}} Page */

/** @param {ParentNode} root @param {Say} say @param {Page} page @param {string} language */
export function tilesView(root, say, page, language) {
  const list = part(root, "tiles");
  return (/** @type {Tile[]} */ tiles, /** @type {number} */ now, /** @type {(tile: Tile) => boolean} */ noted) => {
    const items = new Map([...list.children].map((item) => [item.getAttribute("data-id"), item]));
    for (const [index, tile] of tiles.entries()) {
      const item = items.get(tile.id) ?? newTile(tile, page);
      items.delete(tile.id);
      place(list, item, index);
      update(item, tile, { say, page, now, language, noted: noted(tile) });
    }
    for (const gone of items.values()) gone.remove();
    show(part(root, "none"), tiles.length === 0);
    show(part(root, "count"), tiles.length > 0);
    setText(part(root, "count"), String(tiles.length));
  };
}

/** The tile with the focus stays where it is. @param {Element} list @param {Element} item @param {number} index */
function place(list, item, index) {
  if (list.children[index] === item || (item.parentNode && item.contains(document.activeElement))) return;
  list.insertBefore(item, list.children[index] ?? null);
}

/** @param {Tile} tile @param {Page} page */
function newTile(tile, page) {
  const item = copyOf("wall-tile");
  item.setAttribute("data-id", tile.id);
  part(item, "link").setAttribute("href", `/sessions/${tile.id}`);
  part(item, "still").setAttribute("data-src", `/wall/${tile.centre}/${tile.id}/still.jpg`);
  item.classList.toggle("blurred", page.blurred);
  show(part(item, "help"), page.helps);
  const name = page.centres[tile.centre] ?? "";
  show(part(item, "centre"), name !== "");
  setText(part(item, "centre"), name);
  return item;
}

/**
 * @param {Element} item @param {Tile} tile
 * @param {{say: Say, page: Page, now: number, language: string, noted: boolean}} context
 */
function update(item, tile, { say, now, language, noted }) {
  setText(part(item, "address"), tile.address);
  setText(part(item, "regulator"), tile.regulator);
  setText(part(item, "length"), duration(Math.max(0, now - tile.started_at), language));
  setText(part(item, "state"), say(`state.${tile.state}`));
  setAttribute(item, "data-state", tile.state);
  const waits = tile.state === "waiting" && tile.rung !== "";
  setText(part(item, "rung"), waits ? say(`rung.${tile.rung}`) : "");
  setText(part(item, "stood"), waits ? duration(Math.max(0, now - tile.rung_at), language) : "");
  setAttribute(item, "data-alert", tile.alerts.length > 0 && !noted ? tile.alerts[0] ?? "" : "");
  alertsInto(part(item, "alerts"), tile.alerts, say);
  show(part(item, "quiet"), tile.alerts.length > 0 && !noted);
  setText(part(item, "helped"), tile.helped == null ? "" : say(tile.helped ? "helped.read" : "helped.sent"));
}

/** @param {Element} list @param {string[]} alerts @param {Say} say */
function alertsInto(list, alerts, say) {
  if (list.getAttribute("data-alerts") === alerts.join(" ")) return;
  list.setAttribute("data-alerts", alerts.join(" "));
  list.replaceChildren(
    ...alerts.map((alert) => {
      const item = copyOf("wall-alert");
      setText(part(item, "words"), say(`alert.${alert}`));
      return item;
    }),
  );
}

const NODE_SIGNS = 6; // of a node's name, which is 16 random ones

/** @param {ParentNode} root @param {Say} say */
export function partsView(root, say) {
  const list = part(root, "parts");
  return (/** @type {Part[]} */ parts) => {
    list.replaceChildren(
      ...parts.map((one) => {
        const item = copyOf("wall-part");
        const [kind = "", name = ""] = one.name.split(":");
        const known = kind === "node" ? name.slice(0, NODE_SIGNS) : name;
        item.setAttribute("data-health", one.health);
        setText(part(item, "name"), say(`part.${kind}`, { name: known }).trim());
        setText(part(item, "health"), say(`health.${one.health}`));
        setText(part(item, "detail"), detail(kind, one, say));
        return item;
      }),
    );
  };
}

/** @param {string} kind @param {Part} one @param {Say} say */
function detail(kind, one, say) {
  const { sent = 0, delivered = 0, failed = 0, waiting = 0, sessions = 0, packets = 0, cpu = 0, load = 0 } = one;
  if (kind === "carrier") return say("carrier", { sent, delivered, failed });
  if (kind === "node") return say("node", { sessions, packets, cpu, load });
  return waiting ? say("queue", { waiting }) : "";
}
