/** Who watches, who drives the phone, and what the hand of control would do now. Pure. */

/** @typedef {import("./state.js").State} State */
/** @typedef {{user: string, name: string, role: "regulator" | "supervisor" | "administrator" | "guest", since: number}} Watcher `since`: ms since the epoch */
/** @typedef {{by: string, at: number}} Request by a user id */
/** @typedef {{action: "ask" | "give" | "take", to: string}} Hand */

const REQUEST_SHOWN = 60_000; // ms: who still wants it asks again
const ASK_AGAIN = 10_000; // ms

/** @type {Record<string, import("./facts-phone.js").Fold>} */
export const CONTROL_FOLDS = {
  "session.started": (_call, fact) => ({ driver: fact.by }),
  "control.asked": (call, fact, at) => ({
    requests: [...call.requests.filter((one) => one.by !== fact.by), { by: fact.by, at }],
  }),
  "control.passed": (_call, fact) => ({ driver: fact.to, requests: [] }),
};

/** Nobody drives until the session's first event is here: then nothing can be driven yet either. @param {State} state */
export function drives({ call, me }) {
  return !call.driver || call.driver === me;
}

/** @param {State} state whose controls are shut because a colleague drives */
export function looksOn(state) {
  return state.line === "open" && !state.call.ended && !drives(state);
}

/** Colleagues who want to drive and are still there, who asked first comes first. @param {State} state @returns {Request[]} */
export function requests(state) {
  const { call, now, watchers } = state;
  if (!drives(state) || call.ended) return [];
  return call.requests.filter((one) => now - one.at < REQUEST_SHOWN && watchers.some(({ user }) => user === one.by));
}

/** @param {State} state whether we asked a moment ago */
export function hasAsked({ call, me, now }) {
  return call.requests.some((one) => one.by === me && now - one.at < ASK_AGAIN);
}

/** What one click or key does: give to who asked first, take from who is away, or ask. @param {State} state @returns {Hand | null} */
export function handOf(state) {
  const { call, me, watchers } = state;
  if (drives(state)) {
    const [first] = requests(state);
    return first ? { action: "give", to: first.by } : null;
  }
  if (!looksOn(state)) return null;
  const isSupervisor = watchers.some((one) => one.user === me && one.role === "supervisor");
  const isAway = !watchers.some((one) => one.user === call.driver);
  if (isSupervisor || isAway) return { action: "take", to: call.driver };
  return hasAsked(state) ? null : { action: "ask", to: "" };
}

/** @param {State} state @param {string} user id @returns {string} "" when this console never heard it */
export function nameOf({ users }, user) {
  return users[user] ?? "";
}
