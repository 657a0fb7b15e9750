/** What is kept of a visio, on its way to the server: one request at a time, with the newest wish of each field. */

/** @typedef {{assessment: string, reference: string, note: string, debrief: boolean, version: number}} Kept */
/** @typedef {Partial<Omit<Kept, "version">>} Wanted */
/** @typedef {"saving" | "saved" | "failed"} Status */

const TRIES = 3;

export class Keeper {
  /**
   * @param {object} options
   * @param {(wanted: Wanted) => Promise<Kept>} options.store rejects with a Fault
   * @param {(attempt: number) => number} options.backoff ms
   * @param {(status: Status, text: string, kept: Kept | null) => void} options.tell
   */
  constructor(options) {
    this._options = options;
    /** @type {Wanted} not with the server yet */
    this._wanted = {};
    /** @type {Promise<boolean> | null} */
    this._run = null;
  }

  /** @param {Wanted} wanted @returns {Promise<boolean>} whether all that was wanted is kept */
  keep(wanted) {
    Object.assign(this._wanted, wanted);
    return this.settle();
  }

  /** What could not be kept is tried again. @returns {Promise<boolean>} */
  settle() {
    if (!this._run && Object.keys(this._wanted).length === 0) return Promise.resolve(true);
    this._run ??= this._send().finally(() => {
      this._run = null;
    });
    return this._run;
  }

  async _send() {
    const { store, backoff, tell } = this._options;
    /** @type {Kept | null} */
    let kept = null;
    for (let attempt = 1; Object.keys(this._wanted).length > 0; ) {
      tell("saving", "", null);
      const sent = this._wanted;
      this._wanted = {};
      try {
        kept = await store(sent);
        attempt = 1;
      } catch (fault) {
        const { message = "", permanent = false } = /** @type {import("./server.js").Fault} */ (fault);
        this._wanted = { ...sent, ...this._wanted };
        if (permanent || attempt++ === TRIES) {
          tell("failed", message, null);
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      }
    }
    tell("saved", "", kept);
    return true;
  }
}
