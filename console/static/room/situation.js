/** What to tell the regulator when the picture isn't there: what is the matter, and what to say to the caller. Pure. */

import { followed } from "./call.js";
import { ladder } from "./ladder.js";
import { paused, resuming } from "./pause.js";
import { hadPicture, isCurrent, pictureAt } from "./picture.js";

/** @typedef {import("./state.js").State} State */
/**
 * @typedef {object} Situation `title` and `advice` are keys of phrases
 * @property {string} title
 * @property {string} advice
 * @property {"wait" | "warn" | "alert"} tone
 * @property {number | null} since when, ms since the epoch
 */

const PROMPT_AWAITED = 10_000; // ms that a caller may look at the browser's question: published pilots lost calls there
const RECEIPT_AWAITED = 15_000; // ms from the carrier's yes: an SMS that arrives is mostly there by then

/** @param {State} state @returns {Situation | null} null while what is seen is of this moment */
export function situation(state) {
  const held = state.call.ended ? null : paused(state);
  if (held || state.call.ended || isCurrent(state)) return held;
  return trouble(state) ?? relay(state) ?? resuming(state) ?? (hadPicture(state) ? stalled(state) : waiting(state));
}

/** @param {State} state @returns {Situation | null} what the phone itself said */
function trouble(state) {
  const phone = followed(state.call);
  if (phone?.refused) {
    const { reason, at } = phone.refused;
    return { title: `refused.${reason}`, advice: `refused.${reason}.advice`, tone: "alert", since: at };
  }
  if (phone?.hungUpAt) {
    return { title: "hung_up", advice: "hung_up.advice", tone: "warn", since: pictureAt(state) ?? phone.hungUpAt };
  }
  if (phone?.lost) {
    const title = `lost.${phone.lost.cause}`;
    return { title, advice: `${title}.advice`, tone: "warn", since: pictureAt(state) ?? phone.lost.at };
  }
  if (phone?.hidden) return { title: "hidden", advice: "hidden.advice", tone: "warn", since: pictureAt(state) };
  return null;
}

/** @param {State} state @returns {Situation | null} what the media nodes said */
function relay(state) {
  const { refusedAs } = state;
  if (!["relay_full", "relay_unavailable"].includes(refusedAs)) return null;
  return { title: refusedAs, advice: `${refusedAs}.advice`, tone: "alert", since: pictureAt(state) };
}

/** @param {State} state @returns {Situation} */
function stalled(state) {
  const title = state.line === "open" ? "stalled" : "stalled.console";
  return { title, advice: `${title}.advice`, tone: "warn", since: pictureAt(state) };
}

/** @param {State} state @returns {Situation} */
function waiting(state) {
  const { call } = state;
  const rungs = ladder(state);
  const channel = call.invitation?.channel ?? "sms";
  if (rungs.some((rung) => rung.status === "failed")) {
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
  const late = lateness(state, next);
  if (late) return { title: late, advice: `${late}.advice`, tone: "warn", since };
  return { ...waitFor(next?.name ?? "picture", channel), tone: "wait", since };
}

/** What takes too long to come by itself. @param {State} state @param {import("./ladder.js").Rung | undefined} next */
function lateness(state, next) {
  if (isOverdue(state)) return "wait.delivered.late";
  return next?.name === "granted" && (next.milliseconds ?? 0) > PROMPT_AWAITED ? "camera.late" : "";
}

/** The carrier took the SMS and never said that it arrived: time for another way. @param {State} state */
export function isOverdue({ call, now }) {
  const { message, invitation, phone, times } = call;
  if (message?.state !== "accepted" || invitation?.channel !== "sms" || phone || times["opened"]) return false;
  return now - message.at > RECEIPT_AWAITED;
}

/** @param {string} rung @param {string} channel */
function waitFor(rung, channel) {
  const byMessage = ["queued", "accepted", "delivered"].includes(rung);
  return { title: byMessage ? `wait.${rung}.${channel}` : `wait.${rung}`, advice: `wait.${rung}.advice` };
}
