/** What phones say and do: the camera of the call, and those beside it. Pure. */

import { followed } from "./call.js";
import { pauseAfter } from "./pause.js";
import { without } from "./records.js";

/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./call.js").Phone} Phone */
/** @typedef {import("./call.js").Fact} Fact */
/** @typedef {import("./call.js").ControlName} ControlName */
/** @typedef {(call: Call, fact: Fact, at: number) => Partial<Call>} Fold */

const ON_THE_PHONE = ["asked", "granted", "connecting", "picture"];

/** @type {Record<string, Fold>} */
export const PHONE_FOLDS = {
  // Its decision, or its predecessor, may have told of a phone before it said who it is.
  "link.claimed": (call, fact) => 
    isKnown(call, fact) ? phone(call, fact, { browser: fact.browser, model: fact.model }) : arriving(call, newPhone(fact)),
  "camera.asked": (call, fact) => ({
    ...phone(call, fact, { refused: null, hungUpAt: null, hidden: false, lost: null }),
    ...again(call, fact, ON_THE_PHONE),
  }),
  "camera.granted": (call, fact) => phone(call, fact, { refused: null, lost: null }),
  "camera.refused": (call, fact, at) => ({
    ...phone(call, fact, { refused: { reason: fact.reason, at }, lost: null }),
    ...again(call, fact, ["granted", "connecting"]),
  }),
  "camera.lost": (call, fact, at) => phone(call, fact, { lost: { cause: fact.cause, at } }),
  "camera.back": (call, fact) => phone(call, fact, { lost: null }),
  "picture.way": (call, fact) => phone(call, fact, { way: fact.way }),
  "media.connecting": (call, fact) => phone(call, fact, { media: "connecting", refused: null, hungUpAt: null }),
  "media.connected": (call, fact) => phone(call, fact, { media: "connected" }),
  "media.stalled": (call, fact) => phone(call, fact, { media: "stalled" }),
  "media.resumed": (call, fact) => phone(call, fact, { media: "connected" }),
  "page.hidden": (call, fact) => phone(call, fact, { hidden: true }),
  "page.shown": (call, fact) => phone(call, fact, { hidden: false }),
  "caller.hung_up": (call, fact, at) => phone(call, fact, { hungUpAt: at, media: "none", lost: null }),
  "phone.state": phoneState,
  "command.sent": (call, fact, at) => ({
    pending: { ...call.pending, [fact.name]: { id: fact.command, value: fact.value, at } },
    refusals: without(call.refusals, [fact.name]),
  }),
  "command.answered": commandAnswered,
  "invitation.shared": (_call, _fact, at) => ({ sharedAt: at }),
  "handover.asked": (call, fact, at) => ({
    handovers: [...call.handovers, { id: fact.handover, browser: fact.browser, at }],
  }),
  "handover.decided": handoverDecided,
  "phone.replaced": replaced,
};

/** @param {Call} call @param {Fact} fact whether it speaks of the phone that consoles drive */
const isCamera = (call, fact) => call.phone?.participant === fact["participant"];

/** @param {Call} call @param {Fact} fact */
function isKnown(call, fact) {
  return isCamera(call, fact) || call.others.some((one) => one.participant === fact.participant);
}

/** The first phone is the camera; a later one is to be it, and until it has a picture the first one goes on. @param {Call} call @param {Phone} newest */
function arriving(call, newest) {
  const times = without(call.times, ON_THE_PHONE);
  if (!call.phone) return { phone: newest, times };
  return { next: newest.participant, others: [...call.others, newest], sharedAt: null, times };
}

/** Another phone is the camera now; the one before goes on beside it, or leaves. @type {Fold} */
function replaced(call, { successor }) {
  if (call.phone?.participant === successor) return {};
  const camera = call.others.find((one) => one.participant === successor) ?? newPhone({ type: "", participant: successor, browser: "" });
  const others = call.others.filter((one) => one !== camera);
  return {
    phone: camera,
    next: call.next === successor ? null : call.next,
    others: call.phone ? [...others, call.phone] : others,
    pending: {},
    refusals: {},
  };
}

/** @type {Fold} */
function handoverDecided(call, fact) {
  const asked = call.handovers.find((one) => one.id === fact.handover);
  const handovers = call.handovers.filter((one) => one !== asked);
  if (!fact.participant || isKnown(call, fact)) return { handovers };
  const second = newPhone({ ...fact, browser: asked?.browser ?? "" });
  if (fact.decision === "move") return { ...arriving(call, second), handovers };
  return { handovers, others: [...call.others, second] };
}

/** Rungs are climbed again by the phone that is followed, until a picture was there. @param {Call} call @param {Fact} fact @param {string[]} rungs */
function again(call, fact, rungs) {
  const isFollowed = followed(call)?.participant === fact["participant"];
  return isFollowed && !call.times["picture"] ? { times: without(call.times, rungs) } : {};
}

/** @type {(call: Call, fact: Fact, change: Partial<Phone>) => Partial<Call>} */
function phone(call, fact, change) {
  if (call.phone && isCamera(call, fact)) return { phone: { ...call.phone, ...change } };
  if (!isKnown(call, fact)) return {};
  return {
    others: call.others.map((one) => (one.participant === fact.participant ? { ...one, ...change } : one)),
  };
}

/** @param {Fact} fact @returns {Phone} */
export function newPhone(fact) {
  return {
    participant: fact.participant,
    browser: fact.browser,
    model: fact.model,
    media: "none",
    hidden: false,
    lost: null,
    way: null,
    hungUpAt: null,
    refused: null,
    account: null,
    pause: null,
  };
}

/** @type {Fold} */
function phoneState(call, fact, at) {
  const before = [call.phone, ...call.others].find((one) => one?.participant === fact.participant);
  const account = before?.account;
  if (account && (fact.epoch < account.epoch || (fact.epoch === account.epoch && fact.revision < account.revision)))
    return {};
  const { epoch, revision, capabilities, actual, reasons = {} } = fact;
  const pause = pauseAfter(before?.pause ?? null, actual.pause, at);
  return phone(call, fact, { account: { epoch, revision, capabilities, actual, reasons }, pause });
}

/** @type {Fold} */
function commandAnswered(call, fact, at) {
  const name = /** @type {ControlName | undefined} */ (
    Object.entries(call.pending).find(([, pending]) => pending.id === fact.command)?.[0]
  );
  if (!name) return {};
  const pending = without(call.pending, [name]);
  // "replaced" is no refusal: a newer value of the same control is on its way.
  if (!fact.error || fact.error === "replaced") return { pending };
  return { pending, refusals: { ...call.refusals, [name]: { key: fact.error, at } } };
}
