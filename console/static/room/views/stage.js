import { duration } from "../../shared/durations.js";
import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { followed } from "../call.js";
import { hadPicture, shown } from "../picture.js";
import { situation } from "../situation.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * What is the matter: over the whole stage before the first picture, in a corner of the picture after it.
 *
 * @param {ParentNode} root @param {Say} say @param {string} language
 */
export function stageView(root, say, language) {
  const sheet = part(root, "sheet");
  const overlay = part(root, "overlay");
  const trust = part(root, "trust");
  const word = part(trust, "trust-word");
  return (/** @type {State} */ state) => {
    const now = situation(state);
    show(trust, Boolean(word.textContent) && isDoubted(state));
    show(sheet, Boolean(now) && !hadPicture(state));
    show(overlay, Boolean(now) && hadPicture(state));
    if (!now) return;
    const place = hadPicture(state) ? "overlay" : "sheet";
    const since = now.since === null ? "" : duration(Math.max(0, state.now - now.since), language);
    setAttribute(sheet, "data-tone", now.tone);
    setAttribute(overlay, "data-tone", now.tone);
    setText(part(root, `${place}-title`), say(now.title));
    setText(part(root, `${place}-since`), since);
    setText(part(root, `${place}-advice`), say(now.advice));
  };
}

/** Until the camera is granted, the caller may wonder whether the link is ours. @param {State} state */
function isDoubted({ call }) {
  return call.message?.state !== "failed" && !call.times["granted"] && !followed(call)?.refused;
}

/** The layers of the picture: what is seen, and how old it is when it is no video. @param {ParentNode} root @param {Say} say @param {string} language */
export function layersView(root, say, language) {
  const canvas = part(root, "jpeg");
  const age = part(root, "age");
  return (/** @type {State} */ state) => {
    const jpeg = shown(state) === "jpeg" ? state.picture.jpeg : null;
    show(canvas, jpeg !== null);
    show(age, jpeg !== null && !state.call.ended);
    if (!jpeg) return;
    setText(part(root, "age-words"), ageWords(state, say, language));
    setAttribute(age, "data-old", String(jpeg.kind === "stills" && state.now - jpeg.at > OLD));
  };
}

/** How old the newest still or photo is. @param {State} state @param {Say} say @param {string} language */
export function ageWords({ picture: { jpeg }, now }, say, language) {
  return jpeg ? say(`age.${jpeg.kind}`, { duration: duration(Math.max(0, now - jpeg.at), language) }) : "";
}

const OLD = 5_000; // ms: a still of that age shows what was, not what is
const NOTICED = 1_000; // ms: a shorter absence is nobody's worry

/** Our own connection. @param {ParentNode} root @param {Say} say */
export function lineView(root, say) {
  const banner = part(root, "line");
  return (/** @type {State} */ state) => {
    const away = state.line !== "open" && !state.call.ended && state.now - state.lineAt > NOTICED;
    show(banner, away);
    setText(part(root, "line-text"), say(state.line === "refused" ? "line.refused" : "line.lost"));
  };
}
