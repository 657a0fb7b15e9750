import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { grade, wayOf } from "../picture.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").Quality} Quality */
/** @typedef {import("../../shared/phrases.js").Say} Say */

const LOW_BATTERY = 0.15;
const TOLD = ["stills", "photo"]; // ways that ask something of the regulator

/** How the picture comes, and how well. @param {ParentNode} root @param {Say} say @param {string} language */
export function qualityView(root, say, language) {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  return (/** @type {State} */ state) => {
    const way = wayOf(state);
    const graded = grade(state);
    setAttribute(part(root, "stage"), "data-way", way);
    show(part(root, "call-picture"), state.call.phone !== null && !state.call.ended);
    show(part(root, "quality"), Boolean(way || graded));
    showWay(root, way, say);
    setAttribute(part(root, "grade"), "data-grade", graded);
    show(part(root, "grade"), graded !== "");
    setText(part(root, "grade-words"), graded && say(`quality.${graded}`));
    showBattery(root, state.quality, say, number);
    const facts = graded && state.quality ? { ...factWords(state.quality, number), phone: phoneWords(state) } : {};
    for (const [name, words] of Object.entries(facts)) setText(part(root, `quality-${name}`), words);
  };
}

/** @param {ParentNode} root @param {string} way @param {Say} say */
function showWay(root, way, say) {
  const advice = part(root, "way-advice");
  show(part(root, "way"), way !== "");
  show(advice, TOLD.includes(way));
  if (!way) return;
  setText(part(root, "way"), say(`way.${way}`));
  setText(part(root, "way-more"), TOLD.includes(way) ? "" : say(`way.${way}.more`));
  if (TOLD.includes(way)) setText(advice, say(`way.${way}.more`));
}

/** @param {ParentNode} root @param {Quality | null} quality @param {Say} say @param {Intl.NumberFormat} number */
function showBattery(root, quality, say, number) {
  const low = quality?.battery != null && quality.battery <= LOW_BATTERY;
  show(part(root, "battery"), low);
  if (low) setText(part(root, "battery"), say("battery", { percent: number.format((quality.battery ?? 0) * 100) }));
}

/** Model and browser, as far as the phone tells. @param {State} state */
function phoneWords({ call: { phone } }) {
  return [phone?.model, phone?.browser].filter(Boolean).join(", ") || "—";
}

/** @param {Quality} quality @param {Intl.NumberFormat} number @returns {Record<string, string>} */
function factWords({ bitrate, frames, width, height, loss, roundTrip, battery }, number) {
  return {
    bitrate: `${number.format(bitrate)}\u00a0kbit/s`,
    frames: `${number.format(frames)}\u00a0/s`,
    size: `${width}\u00a0×\u00a0${height}`,
    loss: `${number.format(loss * 100)}\u00a0%`,
    trip: roundTrip === null ? "—" : `${number.format(roundTrip)}\u00a0ms`,
    power: battery === null ? "—" : `${number.format(battery * 100)}\u00a0%`,
  };
}
