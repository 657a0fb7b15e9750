import { duration } from "../../shared/durations.js";
import { clockTime } from "../../shared/clock.js";
import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { followed } from "../call.js";
import { ladder, timeToPicture } from "../ladder.js";
import { isPaused } from "../pause.js";
import { hadPicture, isCurrent, isLive } from "../picture.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../ladder.js").Rung} Rung */
/** @typedef {import("../../shared/phrases.js").Say} Say */

const BY_MESSAGE = ["queued", "accepted", "delivered"];

/** Whom we call, how it stands, since when. @param {ParentNode} root @param {Say} say @param {string} language @param {number} startedAt */
export function callView(root, say, language, startedAt) {
  return (/** @type {State} */ state) => {
    const { key, tone } = standing(state);
    setAttribute(part(root, "call-state"), "data-tone", tone);
    setText(part(root, "call-words"), say(`call.${key}`));
    setText(part(root, "call-time"), duration((state.call.ended?.at ?? state.now) - startedAt, language));
  };
}

/** @param {State} state */
function standing(state) {
  if (state.call.ended) return { key: "ended", tone: "over" };
  if (isPaused(state.call.phone)) return { key: "paused", tone: "wait" };
  if (isLive(state)) return { key: "live", tone: "ok" };
  if (isCurrent(state)) return { key: "no_video", tone: "wait" };
  if (followed(state.call)?.refused) return { key: "refused", tone: "alert" };
  if (hadPicture(state)) return { key: "stalled", tone: "wait" };
  if (state.call.phone) return { key: "joined", tone: "wait" };
  return state.call.message?.state === "failed" ? { key: "failed", tone: "alert" } : { key: "waiting", tone: "wait" };
}

/** @param {ParentNode} root @param {Say} say @param {string} language */
export function ladderView(root, say, language) {
  const fold = /** @type {HTMLDetailsElement} */ (part(root, "ladder"));
  let served = false;
  return (/** @type {State} */ state) => {
    const rungs = ladder(state);
    const channel = state.call.invitation?.channel ?? "sms";
    for (const rung of rungs) showRung(fold, rung, say, channel, language);
    setText(part(root, "ladder-news"), news(rungs, say, channel));
    const took = timeToPicture(state);
    setText(part(root, "ladder-summary"), took === null ? "" : say("ladder.took", { duration: duration(took, language, true) }));
    // It has served once the picture is there: its place goes to what comes next. Folded once, not for ever.
    if (!served && isCurrent(state)) {
      served = true;
      fold.open = false;
    }
    showFailure(root, state, say, language);
    show(part(root, "landline"), state.call.invitation?.line === "fixed" && !state.call.phone);
  };
}

/** @param {HTMLElement} fold @param {Rung} rung @param {Say} say @param {string} channel @param {string} language */
function showRung(fold, rung, say, channel, language) {
  const node = /** @type {HTMLElement} */ (fold.querySelector(`[data-rung="${rung.name}"]`));
  setAttribute(node, "data-status", rung.status);
  setText(part(node, "name"), rungName(rung, say, channel));
  const fine = rung.status === "done";
  setText(part(node, "time"), rung.milliseconds === null ? "" : duration(rung.milliseconds, language, fine));
}

/** @param {Rung} rung @param {Say} say @param {string} channel */
function rungName({ name, status }, say, channel) {
  const failed = status === "failed" ? ".failed" : "";
  return say(`rung.${name}${failed}${BY_MESSAGE.includes(name) ? `.${channel}` : ""}`);
}

/** The newest step, for those who listen to the page. @param {Rung[]} rungs @param {Say} say @param {string} channel */
function news(rungs, say, channel) {
  const newest = rungs.filter((rung) => rung.status === "done" || rung.status === "failed").pop();
  return newest ? rungName(newest, say, channel) : "";
}

/** @param {ParentNode} root @param {State} state @param {Say} say @param {string} language */
function showFailure(root, state, say, language) {
  const failure = part(root, "failure");
  const message = state.call.message;
  const failed = message?.state === "failed" && !state.call.phone;
  show(failure, failed);
  if (!failed) return;
  const key = `carrier.${message.reason}`;
  setText(part(root, "failure-text"), say.has(key) ? say(key) : say("carrier.other", { reason: message.reason ?? "" }));
  const retry = message.retryAt ? say("carrier.retry", { time: clockTime(message.retryAt, "seconds", language) }) : "";
  setText(part(root, "failure-retry"), retry || say("carrier.no_retry"));
}
