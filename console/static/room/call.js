/** What the session's events say, and nothing else: a reload, a second tab and a colleague's console agree on it. */

/** @typedef {"camera" | "lens" | "torch" | "zoom" | "profile" | "position" | "photo" | "guidance" | "message" | "pointer" | "metronome" | "language" | "pause"} ControlName */
/** @typedef {boolean | number | string | [number, number]} ControlValue */
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
/** @typedef {{id: string, label: string, facing?: string}} Lens */
/**
 * @typedef {object} Capabilities absent means that the lens in use can't
 * @property {string[]} [facing]
 * @property {Lens[]} [lenses] when several look the same way
 * @property {boolean} [torch]
 * @property {[number, number, number] | null} [zoom] lowest, highest, step
 * @property {boolean} [position]
 * @property {boolean} [photo]
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
/** @typedef {"udp" | "turn_udp" | "turn_tcp" | "turn_tls" | "stills" | "photo"} Way how the picture leaves the phone */
/**
 * @typedef {object} Phone
 * @property {string} participant
 * @property {string} browser
 * @property {string} [model]
 * @property {"none" | "connecting" | "connected" | "stalled"} media
 * @property {boolean} hidden
 * @property {{cause: string, at: number} | null} lost why no picture leaves its camera
 * @property {Way | null} way
 * @property {number | null} hungUpAt
 * @property {{reason: string, at: number} | null} refused
 * @property {Account | null} account
 * @property {import("./pause.js").Pause | null} pause of its picture, by a regulator
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
/**
 * @typedef {object} Capture
 * @property {string} id
 * @property {"capture" | "photo"} kind of the video, or of more detail by the phone
 * @property {string | null} by user id; null: by the phone
 * @property {number} at
 * @property {number} width
 * @property {number} height
 * @property {number} size bytes
 */
/**
 * @typedef {object} Document
 * @property {string} id
 * @property {number} at
 * @property {string} mediaType
 * @property {number} size bytes
 * @property {string | null} by user id of who sent it; null: the caller
 * @property {boolean} drawing on a picture of the caller's
 * @property {number | null} openedAt by the caller
 */
/** @typedef {{id: string, browser: string, at: number}} Handover a second phone that asks for the link */

/**
 * @typedef {object} Call
 * @property {number} version
 * @property {Record<string, number>} times rung -> when it was reached
 * @property {Invitation | null} invitation
 * @property {number} invitedAt version of the newest event that changed the link or its code
 * @property {Message | null} message
 * @property {Phone | null} phone the camera, that consoles drive
 * @property {string | null} next participant of the phone that is to be the camera, with its first picture
 * @property {Phone[]} others that one, earlier phones and second cameras, oldest first
 * @property {Handover[]} handovers that wait for a decision
 * @property {import("./guests.js").Guest[]} guests who was invited first comes first
 * @property {string} driver user id of who drives the phone, "" before the first event
 * @property {import("./watchers.js").Request[]} requests to drive it, not granted yet
 * @property {number | null} sharedAt since when the phone shows a QR code that nobody took yet
 * @property {Partial<Record<ControlName, Pending>>} pending
 * @property {Partial<Record<ControlName, Refusal>>} refusals
 * @property {import("./cpr.js").Cpr | null} cpr
 * @property {Position | null} position
 * @property {Position[]} track its fixes, oldest first
 * @property {Position | null} told the fix that the regulator was told of last: the first, or one clearly elsewhere
 * @property {string} address the newest one found; a moving phone's comes a few fixes late
 * @property {{reason: string, at: number} | null} positionError
 * @property {Capture[]} captures
 * @property {Document[]} documents
 * @property {{kind: "photo" | "document", reason: string, at: number} | null} fileFailure the newest
 * @property {import("./streams.js").Stream[]} streams beside the caller's picture, oldest first
 * @property {boolean} helpAsked a supervisor was called
 * @property {import("./assistance.js").Help[]} helps
 * @property {string[]} films of the caller's picture that are being made
 * @property {Record<string, string>} seats of the regulators: their user ids by their participants
 * @property {boolean} debrief marked to be talked over
 * @property {{at: number, by: string | null} | null} ended
 */

/** @returns {Call} */
export function emptyCall() {
  return {
    version: 0,
    times: {},
    invitation: null,
    invitedAt: 0,
    message: null,
    phone: null,
    next: null,
    others: [],
    handovers: [],
    guests: [],
    driver: "",
    requests: [],
    sharedAt: null,
    pending: {},
    refusals: {},
    cpr: null,
    position: null,
    track: [],
    told: null,
    address: "",
    positionError: null,
    captures: [],
    documents: [],
    fileFailure: null,
    streams: [],
    helpAsked: false,
    helps: [],
    films: [],
    seats: {},
    debrief: false,
    ended: null,
  };
}

/** The phone whose way to the picture is told: the one that is to be the camera, or else the camera. @param {Call} call */
export function followed(call) {
  return call.others.find((one) => one.participant === call.next) ?? call.phone;
}
