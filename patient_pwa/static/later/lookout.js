const LOOK_EVERY = 500; // ms
const ANSWER_WITHIN = 2000; // ms; four are under way at the most, of the six that browsers open

/**
 * While the server is lost, ask for the least that there is, again and again: the first answer says that the
 * network is back, long before the waits of our own tries are over. The browser's "online" only says that
 * there is a network.
 */
export class Lookout {
  /**
   * @param {object} options
   * @param {(took: number) => void} options.onAnswer ms that it took
   * @param {(path: string, how: RequestInit) => Promise<unknown>} [options.ask]
   */
  constructor({ onAnswer, ask = (path, how) => fetch(path, how) }) {
    this._onAnswer = onAnswer;
    this._request = ask;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._timer = undefined;
  }

  /** @param {boolean} isLost whether there is something to look out for */
  watch(isLost) {
    if (isLost && !this._timer) this._timer = setInterval(() => this._ask(), LOOK_EVERY);
    if (isLost) return;
    clearInterval(this._timer);
    this._timer = undefined;
  }

  async _ask() {
    const asked = performance.now();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ANSWER_WITHIN);
    try {
      await this._request("/healthz", { method: "HEAD", cache: "no-store", signal: stop.signal });
      if (this._timer) this._onAnswer(performance.now() - asked);
    } catch {
      // Not yet.
    }
    clearTimeout(timer);
  }
}
