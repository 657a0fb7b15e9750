/** Third persons whom a regulator invited: what became of their links. Pure. */

import { newPhone } from "./facts-phone.js";

/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./call.js").Fact} Fact */
/** @typedef {import("./state.js").State} State */
/**
 * @typedef {object} Guest who was invited and not removed
 * @property {string} invitation
 * @property {"watch" | "camera" | "seen"} role
 * @property {string} hint the masked address
 * @property {import("./call.js").Message | null} message the newest
 * @property {boolean} opened
 * @property {string | null} participant once they came
 */
/** @typedef {{name: string, address: string}} Named as who invited them says */
/** @typedef {"queued" | "accepted" | "delivered" | "failed" | "opened" | "came" | "here" | "films" | "gone"} Standing */

/** @type {Record<string, (call: Call, fact: Fact, at: number) => Partial<Call>>} */
const FOLDS = {
  "guest.invited": (call, { invitation, role, to_hint: hint }) => ({
    guests: [...call.guests, { invitation, role, hint, message: null, opened: false, participant: null }],
  }),
  "guest.joined": (call, fact) => ({
    ...changed(call, fact, () => ({ participant: fact.participant, opened: true })),
    ...(fact.role === "camera" && { others: [...call.others, newPhone(fact)] }),
  }),
  "guest.removed": (call, { invitation }) => {
    const gone = call.guests.find((one) => one.invitation === invitation);
    return {
      guests: call.guests.filter((one) => one !== gone),
      others: call.others.filter((one) => one.participant !== gone?.participant),
    };
  },
  "link.opened": (call, fact) => changed(call, fact, () => ({ opened: true })),
  "message.queued": (call, fact, at) =>
    changed(call, fact, () => ({ message: { id: fact.message, provider: fact.provider, state: "queued", at } })),
  "message.accepted": (call, fact, at) => told(call, fact, { state: "accepted", at }),
  "message.delivered": (call, fact, at) => told(call, fact, { state: "delivered", at }),
  "message.failed": (call, fact, at) => told(call, fact, { state: "failed", at, reason: fact.reason }),
};

/**
 * @param {Call} call
 * @param {Fact} fact
 * @param {number} at
 * @returns {Partial<Call> | null} null for a fact that speaks of the caller, or of what guests have no part in
 */
export function ofGuest(call, fact, at) {
  if (!fact.type.startsWith("guest.") && !call.guests.some((one) => isOf(one, fact))) return null;
  return FOLDS[fact.type]?.(call, fact, at) ?? null;
}

/** @param {Guest} guest @param {Fact} fact of their link, or of a message with it */
function isOf(guest, fact) {
  return fact["invitation"] === guest.invitation || (fact["message"] ?? "") === guest.message?.id;
}

/** @param {Call} call @param {Fact} fact @param {(guest: Guest) => Partial<Guest>} change @returns {Partial<Call>} */
function changed(call, fact, change) {
  return { guests: call.guests.map((one) => (isOf(one, fact) ? { ...one, ...change(one) } : one)) };
}

/** @param {Call} call @param {Fact} fact @param {Partial<import("./call.js").Message>} change */
function told(call, fact, change) {
  return changed(call, fact, ({ message }) => {
    // Carriers' call-backs overtake one another.
    const overtaken = !message || (message.state === "delivered" && change.state === "accepted");
    return overtaken ? {} : { message: { ...message, ...change } };
  });
}

/** @param {State} state @param {Guest} guest @returns {Standing} */
export function standing({ call, watchers }, { participant, role, opened, message }) {
  if (!participant) return opened ? "opened" : (message?.state ?? "queued");
  if (role !== "camera") return watchers.some((one) => one.user === participant) ? "here" : "gone";
  return call.others.some((one) => one.participant === participant && one.media === "connected") ? "films" : "came";
}

/** @param {State} state @param {Guest} guest */
export function guestName({ guestNames }, { invitation, hint }) {
  return guestNames[invitation]?.name || hint;
}

/** Who films beside the caller, "" for a phone of the caller's. @param {State} state @param {string} participant */
export function filming(state, participant) {
  const guest = state.call.guests.find((one) => one.participant === participant);
  return guest ? guestName(state, guest) : "";
}
