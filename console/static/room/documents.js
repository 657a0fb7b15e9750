/** Documents between the regulator and the caller, as one list; and those on their way to the server. */

/** @typedef {import("./state.js").State} State */
/**
 * @typedef {object} Paper
 * @property {string} key
 * @property {string} name "" until the server has told it
 * @property {number} size bytes
 * @property {number} at
 * @property {string | null} document its id once stored
 * @property {"sending" | "failed" | "sent" | "opened" | "received" | "arriving"} status
 * @property {number} share of the bytes of one that is arriving, 0 to 1
 * @property {string} text why it failed
 * @property {boolean} drawing
 */

export const LIMIT = 20_000_000; // bytes, as the server's
const TYPES = ["application/pdf", "image/jpeg", "image/png"];
const TRIES = 3;

/** @param {State} state @returns {Paper[]} newest first; those under way before all others */
export function papers({ call, parcels, files, names }) {
  const stored = call.documents.map((one) => ({
    key: one.id,
    name: names[one.id] ?? "",
    size: one.size,
    at: one.at,
    document: one.id,
    status: one.by === null ? "received" : one.openedAt === null ? "sent" : "opened",
    share: 1,
    text: "",
    drawing: one.drawing,
  }));
  const sending = parcels.map((one) => ({ ...one, at: Infinity, document: null, share: 0 }));
  const arriving = files
    .filter((one) => one.kind === "document")
    .map(({ file, at, size }) => ({
      key: file,
      name: "",
      size,
      at: Infinity,
      document: null,
      status: "arriving",
      share: at / Math.max(1, size),
      text: "",
    }));
  return /** @type {Paper[]} */ ([...sending, ...arriving, ...stored.reverse()]);
}

/** @param {File} file @returns {string} key of the phrase that says why it can't be sent, "" when it can */
export function refusalOf({ type, size }) {
  if (!TYPES.includes(type)) return "document.bad_type";
  return size > LIMIT ? "document.too_large" : "";
}

export class Documents {
  /**
   * @param {object} options
   * @param {(message: import("./reduce.js").RoomMessage) => void} options.dispatch
   * @param {(file: File, drawing: boolean) => Promise<unknown>} options.store rejects with `{message, permanent}`
   * @param {() => Promise<Record<string, string>>} options.readNames by the documents' ids
   * @param {(key: string) => string} options.say
   * @param {(attempt: number) => number} options.backoff
   * @param {() => string} options.newId
   */
  constructor(options) {
    this._options = options;
    /** @type {Map<string, {file: File, drawing: boolean}>} by key, until they are stored */
    this._files = new Map();
    this._named = 0;
  }

  /** @param {Iterable<File>} files chosen, dropped or pasted @param {boolean} [drawing] whether they are on a picture of the caller's */
  send(files, drawing = false) {
    for (const file of files) {
      const key = this._options.newId();
      this._files.set(key, { file, drawing });
      void this.store(key);
    }
  }

  /** @param {string} key */
  async store(key) {
    const { dispatch, store, say, backoff } = this._options;
    const { file = null, drawing = false } = this._files.get(key) ?? {};
    if (!file) return;
    dispatch({ type: "parcel.sending", key, name: file.name, size: file.size });
    const refusal = refusalOf(file);
    if (refusal) return dispatch({ type: "parcel.failed", key, text: say(refusal) });
    for (let attempt = 1; ; attempt++) {
      try {
        await store(file, drawing);
        this._files.delete(key);
        return dispatch({ type: "parcel.sent", key });
      } catch (fault) {
        const { message = "", permanent = true } = /** @type {import("./server.js").Fault} */ (fault);
        if (permanent || attempt === TRIES) return dispatch({ type: "parcel.failed", key, text: message });
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      }
    }
  }

  /** Events hold no name; they are asked for when there is a document more. @param {State} state */
  async follow({ call }) {
    const count = call.documents.length;
    if (count === this._named) return;
    this._named = count;
    const names = await this._options.readNames().catch(() => null);
    if (names) this._options.dispatch({ type: "names", names });
    else if (this._named === count) this._named = -1; // asked again at the next change
  }
}
