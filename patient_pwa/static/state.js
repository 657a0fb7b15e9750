/** @typedef {"opening" | "ready" | "inapp" | "code" | "asking" | "live" | "refused" | "hungup" | "moved" | "claimed" | "replaced" | "unusable" | "ended"} Screen */
/** @typedef {import("./control.js").State} Controls */

/**
 * All that the caller's screen shows.
 * @typedef {object} State
 * @property {Screen} screen
 * @property {string} centre name, "" while unknown
 * @property {string} phone the centre's, "" while unknown
 * @property {string} word that the regulator reads aloud, as proof that the link is genuine
 * @property {boolean} recording the video will be recorded, unless the caller declines
 * @property {boolean} recorded the video is being recorded
 * @property {string} reason why the camera is refused, the link unusable or the code wrong
 * @property {string} browser whose menus to explain
 * @property {number} seconds to wait before another code
 * @property {boolean} slow the server has not answered yet
 * @property {string} link of the picture: connecting, connected, lost
 * @property {boolean} stills the picture leaves as stills
 * @property {string} socket
 * @property {boolean} copied the link lies in the clipboard
 * @property {Controls | null} controls
 */

/** @typedef {{type: string, [field: string]: any}} Message */

/** @returns {State} */
export const initial = (browser = "other") => ({
  screen: "opening",
  centre: "",
  phone: "",
  word: "",
  recording: false,
  recorded: false,
  reason: "",
  browser,
  seconds: 0,
  slow: false,
  link: "connecting",
  stills: false,
  socket: "connecting",
  copied: false,
  controls: null,
});

/** @type {{[type: string]: (state: State, message: Message) => Partial<State>}} */
const CHANGES = {
  trouble: () => ({ slow: true }),
  looked: (_, { state, centre, phone = "", word = "", recording = false, inApp }) => ({
    ...looked(state, inApp),
    centre,
    phone,
    word,
    recording,
    slow: false,
  }),
  recorded: (_, { on }) => ({ recorded: on }),
  code: (_, { reason = "", seconds = 0 }) => ({ screen: "code", reason, seconds }),
  asking: () => ({ screen: "asking", link: "connecting" }),
  granted: () => ({ screen: "live" }),
  refused: (_, { reason }) => ({ screen: "refused", reason }),
  welcome: (_, { centre }) => ({ centre }),
  socket: (_, { socket }) => ({ socket }),
  link: (_, { link }) => ({ link }),
  stills: (_, { stills }) => ({ stills }),
  controls: (_, { controls }) => ({ controls }),
  browser: (_, { browser }) => ({ browser }),
  copied: () => ({ copied: true }),
  hungup: () => ({ screen: "hungup" }),
  moved: () => ({ screen: "moved" }),
  ended: () => ({ screen: "ended" }),
};

/** @param {State} state @param {Message} message @returns {State} */
export function reduce(state, message) {
  const change = CHANGES[message.type];
  return state.screen === "ended" || !change ? state : { ...state, ...change(state, message) };
}

/** Whether the first page is enough: the picture is still to come. @param {State} state */
export function isEarly({ screen, link }) {
  return ["opening", "ready", "code", "asking"].includes(screen) || (screen === "live" && link !== "connected");
}

/** @param {string} state of the link @param {boolean} inApp @returns {Partial<State>} */
function looked(state, inApp) {
  if (state === "ended" || state === "claimed" || state === "replaced") return { screen: state };
  if (state !== "ready" && state !== "mine") return { screen: "unusable", reason: state };
  return { screen: inApp ? "inapp" : "ready" };
}

/**
 * What is true now, in the words of the page's `data-when`.
 * @param {State} state
 * @returns {Set<string>}
 */
export function flags({ screen, reason, browser, word, recording, recorded, slow, link, stills, socket, copied, controls }) {
  const line = stills ? "stills" : link === "lost" || (socket === "lost" && link !== "connected") ? "lost" : link;
  const can = controls?.capabilities;
  const menus = browser !== "inapp" && (reason === "denied" || reason === "system");
  const found = { slow, copied, menus, word, recording, recorded, "can-flip": can && can.facing.length > 1, "can-light": can?.torch, "can-zoom": can?.zoom };
  const so = Object.entries(found).filter(([, value]) => value);
  return new Set([screen, `${screen}:${reason}`, `${browser}:${reason}`, line, ...so.map(([name]) => name)]);
}
