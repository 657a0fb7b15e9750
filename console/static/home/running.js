/** The running sessions of the home page. */

import { duration } from "../shared/durations.js";
import { copyOf, part, setAttribute, setText, show } from "../shared/dom.js";

/** @typedef {{id: string, address: string, regulator: string, started_at: number, rung: string, outcome: string}} Running */
/** @typedef {import("../shared/phrases.js").Say} Say */

/**
 * How a running session stands. Pure.
 * @param {Pick<Running, "rung" | "outcome">} session
 * @returns {{key: string, tone: "ok" | "alert" | "wait"}}
 */
export function standing({ rung, outcome }) {
  if (outcome === "refused") return { key: "running.refused", tone: "alert" };
  if (outcome === "picture") return { key: "running.picture", tone: "ok" };
  return { key: `running.${rung || "queued"}`, tone: "wait" };
}

/** @param {ParentNode} root @param {Say} say @param {string} language */
export function runningView(root, say, language) {
  const list = part(root, "running");
  return (/** @type {Running[]} */ sessions, /** @type {number} */ now) => {
    const items = new Map([...list.children].map((item) => [item.getAttribute("data-id"), item]));
    for (const [index, session] of sessions.entries()) {
      const item = items.get(session.id) ?? newItem(session);
      items.delete(session.id);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
      update(item, session, say, duration(Math.max(0, now - session.started_at), language));
    }
    for (const gone of items.values()) gone.remove();
    show(part(root, "none"), sessions.length === 0);
    show(part(root, "count"), sessions.length > 0);
    setText(part(root, "count"), String(sessions.length));
  };
}

/** @param {Running} session */
function newItem(session) {
  const item = copyOf("running-row");
  item.setAttribute("data-id", session.id);
  item.querySelector("a")?.setAttribute("href", `/sessions/${session.id}`);
  return item;
}

/** @param {Element} item @param {Running} session @param {Say} say @param {string} age */
function update(item, session, say, age) {
  const { key, tone } = standing(session);
  setText(part(item, "address"), session.address);
  setText(part(item, "regulator"), session.regulator);
  setText(part(item, "since"), say("running.since", { duration: age }));
  setText(part(item, "words"), say(key));
  setAttribute(part(item, "state"), "data-tone", tone);
}
