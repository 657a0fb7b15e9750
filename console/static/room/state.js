/**
 * What the room knows. `call` is made of the session's events alone, so that a reload, a second tab and a
 * colleague's console all come to the same; the rest belongs to this console.
 *
 * Times are ms since the epoch on the server's clock.
 */

/** @typedef {"camera" | "torch" | "zoom" | "position"} ControlName */
/** @typedef {boolean | number | string} ControlValue */
/** @typedef {Record<string, any> & {type: string}} Fact */
/** @typedef {{version: number, at: number, fact: Fact}} Event */

/** @typedef {{id: string, channel: "sms" | "email", hint: string, line: string, at: number}} Invitation */
/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string} provider
 * @property {"queued" | "accepted" | "delivered" | "failed"} state
 * @property {number} at
 * @property {string} [reason] of the failure
 * @property {number | null} [retryAt] when the next try comes by itself
 */
/**
 * @typedef {object} Capabilities absent means that the lens in use can't
 * @property {string[]} [facing]
 * @property {boolean} [torch]
 * @property {[number, number, number] | null} [zoom] lowest, highest, step
 * @property {boolean} [position]
 */
/** @typedef {Partial<Record<ControlName, any>>} Controls */
/**
 * @typedef {object} Account what the phone says of its own controls
 * @property {number} epoch
 * @property {number} revision
 * @property {Capabilities} capabilities
 * @property {Controls} actual
 * @property {Record<string, string>} reasons
 */
/**
 * @typedef {object} Phone
 * @property {string} participant
 * @property {string} browser
 * @property {"none" | "connecting" | "connected" | "stalled"} media
 * @property {boolean} hidden
 * @property {number | null} hungUpAt
 * @property {{reason: string, at: number} | null} refused
 * @property {Account | null} account
 */
/** @typedef {{id: string, value: ControlValue, at: number}} Pending */
/** @typedef {{key: string, at: number, text?: string}} Refusal `text`: a sentence of the server's */
/**
 * @typedef {object} Position
 * @property {string} id
 * @property {number} at
 * @property {number} latitude
 * @property {number} longitude
 * @property {number} accuracy
 */
/** @typedef {{id: string, by: string, at: number, width: number, height: number}} Capture */

/**
 * @typedef {object} Call
 * @property {number} version
 * @property {Record<string, number>} times rung -> when it was reached
 * @property {Invitation | null} invitation
 * @property {number} invitedAt version of the newest event that changed the link or its code
 * @property {Message | null} message
 * @property {Phone | null} phone
 * @property {Partial<Record<ControlName, Pending>>} pending
 * @property {Partial<Record<ControlName, Refusal>>} refusals
 * @property {Position | null} position
 * @property {string} address the newest one found; a moving phone's comes a few fixes late
 * @property {{reason: string, at: number} | null} positionError
 * @property {Capture[]} captures
 * @property {{at: number, by: string | null} | null} ended
 */

/** @typedef {"connecting" | "open" | "lost" | "refused"} Line */
/**
 * @typedef {object} Link what can be read out, shown or copied
 * @property {string} url
 * @property {string} code six digits
 * @property {string} code_spaced as they are read aloud
 * @property {number} code_expires_at
 * @property {{size: number, path: string}} qr
 */
/**
 * @typedef {object} Still a capture on its way to the server
 * @property {string} key
 * @property {number} at
 * @property {number} width
 * @property {number} height
 * @property {"storing" | "stored" | "failed"} status
 * @property {string | null} capture its id once stored
 * @property {string} text why it failed
 */
/** @typedef {{status: "idle" | "busy" | "done" | "failed", text: string, at: number}} Ask an intent and its answer */
/** @typedef {{frameAt: number | null, width: number, height: number}} Picture */

/**
 * @typedef {object} State
 * @property {Call} call
 * @property {Record<string, string>} rungOf fact type -> rung
 * @property {string[]} rungs
 * @property {string} me user id
 * @property {number} now
 * @property {number} skew the server's clock minus ours
 * @property {Line} line
 * @property {number} lineAt since when it is open, or away
 * @property {Picture} picture
 * @property {string} refusedAs code of the error that answered our last offer, "" when it was accepted
 * @property {number | null} nextZoom wanted after the zoom that is under way
 * @property {Still[]} stills
 * @property {Link | null} link
 * @property {number} linkAt version of the call that the link was read at
 * @property {Ask} resend
 * @property {Ask} ending
 */

/** @type {Ask} */
const IDLE = { status: "idle", text: "", at: 0 };

/** @returns {Call} */
export function emptyCall() {
  return {
    version: 0,
    times: {},
    invitation: null,
    invitedAt: 0,
    message: null,
    phone: null,
    pending: {},
    refusals: {},
    position: null,
    address: "",
    positionError: null,
    captures: [],
    ended: null,
  };
}

/**
 * @param {{rungs: string[], rung_of: Record<string, string>, me: string, now: number, version: number, link: Link | null}} page
 * @param {number} clock ours, when the page was read
 * @returns {State}
 */
export function initial(page, clock) {
  return {
    call: emptyCall(),
    rungs: page.rungs,
    rungOf: page.rung_of,
    me: page.me,
    now: page.now,
    skew: page.now - clock,
    line: "connecting",
    lineAt: page.now,
    picture: { frameAt: null, width: 0, height: 0 },
    refusedAs: "",
    nextZoom: null,
    stills: [],
    link: page.link,
    linkAt: page.version,
    resend: IDLE,
    ending: IDLE,
  };
}
