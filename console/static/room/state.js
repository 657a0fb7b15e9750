/**
 * What the room knows. `call` is made of the session's events alone; the rest belongs to this console.
 *
 * Times are ms since the epoch on the server's clock.
 */

import { emptyCall } from "./call.js";
import { WHOLE } from "./framing.js";
import { NOWHERE } from "./place.js";
import { OFF } from "./streams.js";

/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./call.js").Phone} Phone */
/** @typedef {import("./call.js").Fact} Fact */
/** @typedef {import("./call.js").Event} Event */
/** @typedef {import("./call.js").ControlName} ControlName */
/** @typedef {import("./call.js").ControlValue} ControlValue */
/** @typedef {import("./call.js").Capabilities} Capabilities */
/** @typedef {import("./call.js").Message} Message */
/** @typedef {import("./call.js").Refusal} Refusal */
/** @typedef {import("./call.js").Position} Position */

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
/**
 * @typedef {object} Jpeg a picture that is no video: one of a row of stills, or a photo
 * @property {"stills" | "photo"} kind
 * @property {string} participant
 * @property {number} at when it was taken, or reached the server
 * @property {number} shownAt
 * @property {number} width
 * @property {number} height
 */
/**
 * @typedef {object} Picture
 * @property {number | null} frameAt of the newest frame of video
 * @property {number} since frames flow without a gap
 * @property {number} width
 * @property {number} height
 * @property {Jpeg | null} jpeg the newest
 */
/**
 * @typedef {object} Quality as the phone measures it
 * @property {string} participant
 * @property {number} at
 * @property {number} bitrate kbit/s
 * @property {number} frames a second
 * @property {number} width
 * @property {number} height
 * @property {number} loss share of the packets, 0 to 1
 * @property {number | null} roundTrip ms
 * @property {number | null} battery 0 to 1
 */
/** @typedef {{file: string, participant: string, kind: "photo" | "document", at: number, size: number, heardAt: number}} Progress `at`, `size` in bytes */
/** @typedef {{key: string, name: string, size: number, status: "sending" | "failed", text: string}} Parcel a document on its way to the server */

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
 * @property {import("./framing.js").Framing} framing
 * @property {{at: number, width: number, height: number} | null} frozen the frame that this console looks at longer
 * @property {string} large what is seen in the place of the caller's picture, by its name at the relay; "" for that itself
 * @property {Record<import("./streams.js").Source, import("./streams.js").Showing>} sharing what we show ourselves
 * @property {string} refusedAs code of the error that answered our last offer, "" when it was accepted
 * @property {Quality | null} quality
 * @property {Progress[]} files of the phone's, on their way
 * @property {Parcel[]} parcels
 * @property {Record<string, string>} names of documents, by their ids
 * @property {number | null} nextZoom wanted after the zoom that is under way
 * @property {{at: number, place: [number, number]} | null} ring where this console pointed last
 * @property {Still[]} stills
 * @property {import("./place.js").Place} place
 * @property {Link | null} link
 * @property {number} linkAt version of the call that the link was read at
 * @property {Ask} resend
 * @property {Ask} deciding on a second phone
 * @property {Ask} ending
 * @property {Ask} pressing the state of CPR
 * @property {Ask} taping the end of the recording
 * @property {Ask} assisting the call for a supervisor, and that their words were read
 * @property {Ask} handing the control over
 * @property {Ask} inviting a guest, sending their link again, removing one
 * @property {Record<string, import("./guests.js").Named>} guestNames by their invitations
 * @property {import("./watchers.js").Watcher[]} watchers now, who came first before the others
 * @property {Record<string, string>} users their names by their ids
 */

/** @type {Ask} */
const IDLE = { status: "idle", text: "", at: 0 };

/**
 * @param {{rungs: string[], rung_of: Record<string, string>, me: string, now: number, version: number, link: Link | null, users?: Record<string, string>}} page
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
    picture: { frameAt: null, since: 0, width: 0, height: 0, jpeg: null },
    framing: WHOLE,
    frozen: null,
    large: "",
    sharing: { screen: OFF, camera: OFF },
    refusedAs: "",
    quality: null,
    files: [],
    parcels: [],
    names: {},
    nextZoom: null,
    ring: null,
    stills: [],
    place: NOWHERE,
    link: page.link,
    linkAt: page.version,
    resend: IDLE,
    deciding: IDLE,
    ending: IDLE,
    pressing: IDLE,
    taping: IDLE,
    assisting: IDLE,
    handing: IDLE,
    inviting: IDLE,
    guestNames: {},
    watchers: [],
    users: page.users ?? {},
  };
}
