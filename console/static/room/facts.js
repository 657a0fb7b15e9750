/** One event more: each kind of fact changes the call in its own way. Pure. */

import { ASSISTANCE_FOLDS } from "./assistance.js";
import { followed } from "./call.js";
import { CLOSING_FOLDS } from "./closing.js";
import { CPR_FOLDS } from "./cpr.js";
import { PHONE_FOLDS } from "./facts-phone.js";
import { ofGuest } from "./guests.js";
import { fixed } from "./place.js";
import { STREAM_FOLDS } from "./streams.js";
import { TAPING_FOLDS } from "./taping.js";
import { CONTROL_FOLDS } from "./watchers.js";

/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./call.js").Fact} Fact */
/** @typedef {import("./facts-phone.js").Fold} Fold */

const NEW_LINK = ["invitation.created", "invitation.revoked", "message.queued"];

/** @type {Record<string, Fold>} */
const FOLDS = {
  ...PHONE_FOLDS,
  ...CONTROL_FOLDS,
  ...CPR_FOLDS,
  ...STREAM_FOLDS,
  ...TAPING_FOLDS,
  ...CLOSING_FOLDS,
  ...ASSISTANCE_FOLDS,
  "invitation.created": (_call, fact, at) => ({
    invitation: { id: fact.invitation, channel: fact.channel, hint: fact.to_hint, line: fact.line, at },
    message: null,
    times: {},
  }),
  "message.queued": (call, fact, at) => ({
    message: { id: fact.message, provider: fact.provider, state: "queued", at },
    times: call.times["opened"] ? call.times : {},
  }),
  "message.accepted": (call, fact, at) => message(call, fact, { state: "accepted", at }),
  "message.delivered": (call, fact, at) => message(call, fact, { state: "delivered", at }),
  "message.failed": (call, fact, at) =>
    message(call, fact, { state: "failed", at, reason: fact.reason, retryAt: fact.retry_at ?? null }),
  "position.fixed": (call, { position: id, latitude, longitude, accuracy }, at) =>
    fixed(call, { id, at, latitude, longitude, accuracy }),
  "position.addressed": (_call, fact) => ({ address: fact.address }),
  "position.failed": (_call, fact, at) => ({ positionError: { reason: fact.reason, at } }),
  "capture.stored": (call, fact, at) => captured(call, fact, at, "capture"),
  "photo.stored": (call, fact, at) => captured(call, fact, at, "photo"),
  "document.stored": (call, fact, at) => ({
    fileFailure: fact.by || call.fileFailure?.kind !== "document" ? call.fileFailure : null,
    documents: [
      ...call.documents,
      {
        id: fact.document,
        at,
        mediaType: fact.media_type,
        size: fact.size,
        by: fact.by ?? null,
        drawing: fact.drawing ?? false,
        openedAt: null,
      },
    ],
  }),
  "document.opened": (call, fact, at) => ({
    documents: call.documents.map((one) =>
      one.id === fact.document ? { ...one, openedAt: one.openedAt ?? at } : one,
    ),
  }),
  "file.failed": (_call, fact, at) => ({ fileFailure: { kind: fact.kind, reason: fact.reason, at } }),
  "session.ended": (_call, fact, at) => ({ ended: { at, by: fact.by ?? null }, pending: {}, handovers: [] }),
};

/**
 * @param {Call} call
 * @param {import("./call.js").Event} event
 * @param {Record<string, string>} rungOf
 * @returns {Call} unchanged when the event is one that it has already
 */
export function fold(call, event, rungOf) {
  if (event.version <= call.version) return call;
  const guests = ofGuest(call, event.fact, event.at);
  if (guests) return { ...call, ...guests, version: event.version };
  const change = FOLDS[event.fact.type]?.(call, event.fact, event.at) ?? {};
  const changed = { ...call, ...change, version: event.version };
  if (NEW_LINK.includes(event.fact.type)) changed.invitedAt = event.version;
  return reach(changed, event, rungOf[event.fact.type]);
}

/**
 * @param {Call} call
 * @param {import("./call.js").Event} event
 * @param {string | undefined} rung
 */
function reach(call, event, rung) {
  if (!rung || call.times[rung] || !current(call, event.fact)) return call;
  return { ...call, times: { ...call.times, [rung]: event.at } };
}

/**
 * Whether a fact speaks of the message and the phone that the room follows: after a second invitation,
 * what becomes of the first is history.
 *
 * @param {Call} call
 * @param {Fact} fact
 */
function current(call, fact) {
  if (fact.message) return call.message?.id === fact.message;
  if (fact.participant) return followed(call)?.participant === fact.participant;
  return !fact.invitation || call.invitation?.id === fact.invitation;
}

/** @type {(call: Call, fact: Fact, change: Partial<import("./call.js").Message>) => Partial<Call>} */
function message(call, fact, change) {
  if (!call.message || call.message.id !== fact.message) return {};
  // Carriers' call-backs overtake one another: what was delivered does not become accepted again.
  if (call.message.state === "delivered" && change.state === "accepted") return {};
  return { message: { ...call.message, ...change } };
}

/** @type {(call: Call, fact: Fact, at: number, kind: "capture" | "photo") => Partial<Call>} */
function captured(call, { capture, by = null, width, height, size }, at, kind) {
  const one = { id: capture, kind, by, at, width, height, size };
  return {
    captures: [...call.captures, one],
    fileFailure: kind === "photo" ? null : call.fileFailure,
  };
}
