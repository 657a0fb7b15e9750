/** What to tell the regulator when the picture isn't there: what is the matter, and what to say to the caller. Pure. */

import { isLive, ladder } from "./ladder.js";

/** @typedef {import("./state.js").State} State */
/**
 * @typedef {object} Situation `title` and `advice` are keys of phrases
 * @property {string} title
 * @property {string} advice
 * @property {"wait" | "warn" | "alert"} tone
 * @property {number | null} since when, ms since the epoch
 */

/** @param {State} state @returns {Situation | null} null while the picture is live */
export function situation(state) {
  if (state.call.ended || isLive(state)) return null;
  return trouble(state) ?? relay(state) ?? (hadPicture(state) ? stalled(state) : waiting(state));
}

/** @param {State} state whether this console shows a picture, if only an old one */
export function hadPicture(state) {
  return state.picture.frameAt !== null;
}

/** @param {State} state @returns {Situation | null} what the phone itself said */
function trouble({ call, picture }) {
  if (call.phone?.refused) {
    const { reason, at } = call.phone.refused;
    return { title: `refused.${reason}`, advice: `refused.${reason}.advice`, tone: "alert", since: at };
  }
  if (call.phone?.hungUpAt) {
    return { title: "hung_up", advice: "hung_up.advice", tone: "warn", since: picture.frameAt ?? call.phone.hungUpAt };
  }
  if (call.phone?.hidden) return { title: "hidden", advice: "hidden.advice", tone: "warn", since: picture.frameAt };
  return null;
}

/** @param {State} state @returns {Situation | null} what the media nodes said */
function relay({ refusedAs, picture }) {
  if (!["relay_full", "relay_unavailable"].includes(refusedAs)) return null;
  return { title: refusedAs, advice: `${refusedAs}.advice`, tone: "alert", since: picture.frameAt };
}

/** @param {State} state @returns {Situation} */
function stalled({ line, picture }) {
  const title = line === "open" ? "stalled" : "stalled.console";
  return { title, advice: `${title}.advice`, tone: "warn", since: picture.frameAt };
}

/** @param {State} state @returns {Situation} */
function waiting(state) {
  const { call } = state;
  const rungs = ladder(state);
  if (rungs.some((rung) => rung.status === "failed")) {
    const channel = call.invitation?.channel ?? "sms";
    return {
      title: `failed.${channel}`,
      advice: "failed.advice",
      tone: "alert",
      since: call.message?.at ?? null,
    };
  }
  // Everything was reached on another console or in an earlier load; here the picture is still on its way.
  const next = rungs.find((rung) => rung.status === "current");
  const since = next?.milliseconds == null ? null : state.now - next.milliseconds;
  return { ...waitFor(next?.name ?? "picture", call.invitation?.channel ?? "sms"), tone: "wait", since };
}

/** @param {string} rung @param {string} channel */
function waitFor(rung, channel) {
  const byMessage = ["queued", "accepted", "delivered"].includes(rung);
  return { title: byMessage ? `wait.${rung}.${channel}` : `wait.${rung}`, advice: `wait.${rung}.advice` };
}
