/** One event more: each kind of fact changes the call in its own way. Pure. */

/** @typedef {import("./state.js").Call} Call */
/** @typedef {import("./state.js").Phone} Phone */
/** @typedef {import("./state.js").Fact} Fact */
/** @typedef {import("./state.js").ControlName} ControlName */
/** @typedef {(call: Call, fact: Fact, at: number) => Partial<Call>} Fold */

const NEW_LINK = ["invitation.created", "invitation.revoked", "message.queued"];
const ON_THE_PHONE = ["asked", "granted", "connecting", "picture"];

/** @type {Record<string, Fold>} */
const FOLDS = {
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
  "link.claimed": (call, fact) =>
    call.phone?.participant === fact.participant
      ? {}
      : {
          phone: newPhone(fact),
          pending: {},
          refusals: {},
          times: without(call.times, ON_THE_PHONE),
        },
  "camera.asked": (call, fact) => ({
    ...phone(call, fact, { refused: null, hungUpAt: null, hidden: false }),
    times: call.times["picture"] ? call.times : without(call.times, ON_THE_PHONE),
  }),
  "camera.granted": (call, fact) => phone(call, fact, { refused: null }),
  "camera.refused": (call, fact, at) => ({
    ...phone(call, fact, { refused: { reason: fact.reason, at } }),
    times: call.times["picture"] ? call.times : without(call.times, ["granted", "connecting"]),
  }),
  "media.connecting": (call, fact) => phone(call, fact, { media: "connecting", refused: null, hungUpAt: null }),
  "media.connected": (call, fact) => phone(call, fact, { media: "connected" }),
  "media.stalled": (call, fact) => phone(call, fact, { media: "stalled" }),
  "media.resumed": (call, fact) => phone(call, fact, { media: "connected" }),
  "page.hidden": (call, fact) => phone(call, fact, { hidden: true }),
  "page.shown": (call, fact) => phone(call, fact, { hidden: false }),
  "caller.hung_up": (call, fact, at) => phone(call, fact, { hungUpAt: at, media: "none" }),
  "phone.state": phoneState,
  "command.sent": (call, fact, at) => ({
    pending: { ...call.pending, [fact.name]: { id: fact.command, value: fact.value, at } },
    refusals: without(call.refusals, [fact.name]),
  }),
  "command.answered": commandAnswered,
  "position.fixed": (_call, fact, at) => ({
    position: {
      id: fact.position,
      at,
      latitude: fact.latitude,
      longitude: fact.longitude,
      accuracy: fact.accuracy,
    },
    positionError: null,
  }),
  "position.addressed": (_call, fact) => ({ address: fact.address }),
  "position.failed": (_call, fact, at) => ({ positionError: { reason: fact.reason, at } }),
  "capture.stored": (call, fact, at) => ({
    captures: [
      ...call.captures,
      { id: fact.capture, by: fact.by, at, width: fact.width, height: fact.height },
    ],
  }),
  "session.ended": (_call, fact, at) => ({ ended: { at, by: fact.by ?? null }, pending: {} }),
};

/**
 * @param {Call} call
 * @param {import("./state.js").Event} event
 * @param {Record<string, string>} rungOf
 * @returns {Call} unchanged when the event is one that it has already
 */
export function fold(call, event, rungOf) {
  if (event.version <= call.version) return call;
  const change = FOLDS[event.fact.type]?.(call, event.fact, event.at) ?? {};
  const changed = { ...call, ...change, version: event.version };
  if (NEW_LINK.includes(event.fact.type)) changed.invitedAt = event.version;
  return reach(changed, event, rungOf[event.fact.type]);
}

/**
 * @param {Call} call
 * @param {import("./state.js").Event} event
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
  if (fact.participant) return call.phone?.participant === fact.participant;
  return !fact.invitation || call.invitation?.id === fact.invitation;
}

/** @type {(call: Call, fact: Fact, change: Partial<import("./state.js").Message>) => Partial<Call>} */
function message(call, fact, change) {
  if (!call.message || call.message.id !== fact.message) return {};
  // Carriers' call-backs overtake one another: what was delivered does not become accepted again.
  if (call.message.state === "delivered" && change.state === "accepted") return {};
  return { message: { ...call.message, ...change } };
}

/** @type {(call: Call, fact: Fact, change: Partial<Phone>) => Partial<Call>} */
function phone(call, fact, change) {
  if (!call.phone || call.phone.participant !== fact.participant) return {};
  return { phone: { ...call.phone, ...change } };
}

/** @param {Fact} fact @returns {Phone} */
function newPhone(fact) {
  return {
    participant: fact.participant,
    browser: fact.browser,
    media: "none",
    hidden: false,
    hungUpAt: null,
    refused: null,
    account: null,
  };
}

/** @type {Fold} */
function phoneState(call, fact) {
  const known = call.phone?.account;
  if (known && (fact.epoch < known.epoch || (fact.epoch === known.epoch && fact.revision < known.revision)))
    return {};
  const { epoch, revision, capabilities, actual, reasons = {} } = fact;
  return phone(call, fact, { account: { epoch, revision, capabilities, actual, reasons } });
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

/**
 * @template {object} T
 * @param {T} record
 * @param {string[]} names
 * @returns {T}
 */
export function without(record, names) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name))));
}
