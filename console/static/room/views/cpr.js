import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { control } from "../controls.js";
import { clocks, nextPhase, reading } from "../cpr.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../intents.js").Intents} Intents */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * CPR as large clocks in the panel; the phone's metronome begins and ends with it.
 *
 * @param {ParentNode} root @param {Say} say @param {Intents} intents @param {string} language @param {() => State} state
 */
export function cprView(root, say, intents, language, state) {
  const card = part(root, "cpr");
  const sound = /** @type {HTMLInputElement} */ (part(card, "cpr-sound"));
  const beats = () => ["silent", "sound"].includes(control(state(), "metronome").wanted);
  const beat = () => intents.set("metronome", sound.checked ? "sound" : "silent");
  const toggle = () => {
    const begins = !state().call.cpr;
    void intents.cpr(nextPhase(state()));
    if (begins && !beats()) beat();
  };
  const end = () => {
    void intents.cpr("off");
    if (beats()) intents.set("metronome", "off");
  };
  part(root, "cpr-start").addEventListener("click", toggle);
  part(card, "cpr-toggle").addEventListener("click", toggle);
  part(card, "cpr-end").addEventListener("click", end);
  sound.addEventListener("change", beat);
  const percent = new Intl.NumberFormat(language, { style: "percent" });

  /** @param {State} now */
  const render = (now) => {
    const read = clocks(now);
    show(part(root, "cpr-begin"), !read);
    show(card, Boolean(read));
    setText(part(root, "cpr-said"), now.pressing.status === "failed" ? now.pressing.text || say("cpr.failed") : "");
    if (!read) return;
    setAttribute(card, "data-phase", read.phase);
    setAttribute(card, "data-tone", read.isLong || read.isTiring ? "warn" : "calm");
    setText(part(card, "cpr-phase"), say(`cpr.${read.phase}`));
    setText(part(card, "cpr-clock"), reading(read.inPhase));
    setText(part(card, "cpr-total"), reading(read.total));
    setText(part(card, "cpr-share"), percent.format(read.handsOn));
    setText(part(card, "cpr-notice"), noticeOf(read, say));
    setText(part(card, "cpr-toggle-words"), say(`cpr.do.${nextPhase(now)}`));
    setAttribute(part(card, "cpr-toggle"), "aria-pressed", String(read.phase === "pause"));
    const { actual } = control(now, "metronome");
    if (actual === "silent" || actual === "sound") sound.checked = actual === "sound";
  };
  return { render, toggle };
}

/** @param {import("../cpr.js").Clocks} read @param {Say} say */
function noticeOf({ isTiring, isLong }, say) {
  if (isTiring) return say("cpr.tiring");
  return isLong ? say("cpr.long") : "";
}
