/** What the regulator can do with one click, and read aloud, where a caller is stuck. Pure. */

import { followed } from "./call.js";
import { control } from "./controls.js";
import { situation } from "./situation.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {"resend" | "other" | "weak"} Act */
/**
 * @typedef {object} Remedy
 * @property {Act[]} acts
 * @property {boolean} code whether the code that can be read aloud helps
 * @property {string} hint key of a phrase: what the phone shows, and what to tap; "" for none
 */

const BY_MESSAGE = /^(failed\.|wait\.delivered\.late$|wait\.opened$)/;
const ON_THE_PHONE = ["hidden", "hung_up", "lost.hidden", "lost.locked"]; // the link leads back to the page
const WEAK_LINE = ["stalled", "lost.network"];
const PROMPT = ["wait.asked", "wait.granted", "camera.late"]; // the phone's browser has the word

/** @param {State} state @param {boolean} hasOther whether there is a second provider @returns {Remedy | null} */
export function remedy(state, hasOther) {
  const title = situation(state)?.title ?? "";
  if (BY_MESSAGE.test(title)) return { acts: hasOther ? ["other", "resend"] : ["resend"], code: true, hint: "" };
  if (ON_THE_PHONE.includes(title)) return { acts: ["resend"], code: false, hint: "" };
  if (WEAK_LINE.includes(title)) return { acts: canBeWeak(state) ? ["weak"] : [], code: false, hint: "" };
  if (PROMPT.includes(title)) return { acts: [], code: false, hint: promptOf(followed(state.call)?.browser ?? "") };
  return null;
}

/** @param {State} state */
function canBeWeak(state) {
  const { obstacle, wanted } = control(state, "profile");
  return !obstacle && wanted !== "weak";
}

/**
 * What the browser's question looks like.
 *
 * @param {string} browser as `patient_pwa/agent.py` describes it @returns {string} "" for one that we don't know
 */
export function promptOf(browser) {
  const isApp = browser.includes("(in-app)");
  if (browser.endsWith("iOS")) return isApp ? "browser.ios_app" : "browser.ios";
  if (!browser.endsWith("Android")) return "";
  if (isApp) return "browser.android_app";
  if (browser.startsWith("Samsung")) return "browser.samsung";
  return browser.startsWith("Firefox") ? "browser.firefox" : "browser.android";
}
