/** The mark on a visio, as its events and the server's answers say it. Pure. */

/** @type {Record<string, import("./facts-phone.js").Fold>} */
export const CLOSING_FOLDS = {
  "session.marked": (_call, fact) => ({ debrief: fact.debrief }),
};

/** The server's answer may overtake the event, and after the end no event comes any more. @param {import("./call.js").Call} call @param {import("./keeper.js").Kept | null} answer */
export function isMarked(call, answer) {
  return answer && answer.version > call.version ? answer.debrief : call.debrief;
}
