/** Help from a supervisor, and the call for it. Pure. */

/** @typedef {import("./state.js").State} State */
/** @typedef {{id: string, name: string, text: string, at: number, seen: boolean}} Help a supervisor's words */

/** @type {Record<string, import("./facts-phone.js").Fold>} */
export const ASSISTANCE_FOLDS = {
  "help.asked": (_call, fact) => ({ helpAsked: fact.asked }),
  "help.sent": (call, fact, at) => ({
    helps: [...call.helps, { id: fact.help, name: fact.name, text: fact.text, at, seen: false }],
  }),
  "help.seen": (call, fact) => ({
    helps: call.helps.map((one) => (one.id === fact.help ? { ...one, seen: true } : one)),
  }),
};

/** The oldest that nobody of the room has read. @param {State} state @returns {Help | undefined} */
export function unread({ call }) {
  return call.ended ? undefined : call.helps.find((one) => !one.seen);
}
