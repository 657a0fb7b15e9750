/** Keeps the link and the code on the screen those that a caller can use now. */

/** @typedef {import("./state.js").State} State */

const ASK_EVERY = 3_000; // ms

/** @param {State} state whether the link or its code is no longer the one that is shown. Pure. */
export function wantsLink({ call, link, linkAt, line, now }) {
  if (line !== "open" || call.ended) return false;
  return call.invitedAt > linkAt || (link !== null && !call.phone && now >= link.code_expires_at);
}

/**
 * @param {object} options
 * @param {() => Promise<import("./state.js").Link | null>} options.read rejects when the server can't be reached
 * @param {(message: import("./reduce.js").RoomMessage) => void} options.dispatch
 * @returns {(state: State) => void} to be called after each change
 */
export function linkKeeper({ read, dispatch }) {
  let askedAt = -ASK_EVERY;
  return async (state) => {
    if (!wantsLink(state) || state.now - askedAt < ASK_EVERY) return;
    askedAt = state.now;
    const version = state.call.version;
    const link = await read().catch(() => undefined);
    if (link !== undefined) dispatch({ type: "link", link, version });
  };
}
