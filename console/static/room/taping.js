/** Films of the caller's picture that are being made. Pure. */

/** @typedef {import("./state.js").State} State */

/** @type {Record<string, import("./facts-phone.js").Fold>} */
export const TAPING_FOLDS = {
  "recording.started": (call, fact) => ({ films: [...call.films, fact.recording] }),
  "recording.stored": (call, fact) => ({ films: call.films.filter((one) => one !== fact.recording) }),
};

/** @param {State} state whether the picture is being recorded */
export function isTaped({ call }) {
  return call.films.length > 0 && !call.ended;
}
