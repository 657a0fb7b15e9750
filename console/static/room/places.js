/** Asks the server how a position is written, and how far it is from what was typed. */

import { decimal } from "./place.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./call.js").Position} Position */
/** @typedef {import("./place.js").Place} Place */

const PAUSE = 500; // ms: a phone in a car gives many fixes

export class Places {
  /**
   * @param {object} options
   * @param {() => State} options.state
   * @param {(message: {type: "place", change: Partial<Place>}) => void} options.dispatch
   * @param {(position: Position) => Promise<import("./place.js").Notations>} options.readNotations
   * @param {(position: Position, to: string) => Promise<import("./place.js").Remote>} options.readDistance both reject with a Fault
   * @param {(work: () => void, milliseconds: number) => void} [options.after]
   */
  constructor({ after = (work, milliseconds) => void setTimeout(work, milliseconds), ...options }) {
    this._options = options;
    this._after = after;
    this._resting = false;
    this._asked = "";
    this._wish = 0;
  }

  /** After each change: what is known of the position before belongs to that one. */
  follow() {
    const { position } = this._options.state().call;
    if (!position || this._resting || position.id === this._asked) return;
    this._asked = position.id;
    this._resting = true;
    this._after(() => {
      this._resting = false;
      this.follow();
    }, PAUSE);
    void this._renew(position);
  }

  /** @param {string} typed coordinates or an address; "" for none any more */
  async seek(typed) {
    const wish = ++this._wish;
    const { position } = this._options.state().call;
    if (!typed.trim() || !position) return this._say({ remote: null, seeking: "idle", text: "" });
    this._say({ remote: null, seeking: "busy", text: "" });
    try {
      const remote = await this._options.readDistance(position, typed);
      if (wish === this._wish) this._say({ remote, seeking: "idle" });
    } catch (fault) {
      const { message } = /** @type {import("./server.js").Fault} */ (fault);
      if (wish === this._wish) this._say({ seeking: "failed", text: message });
    }
  }

  /** @param {Position} position */
  async _renew(position) {
    const { readNotations } = this._options;
    try {
      this._say({ of: position.id, notations: await readNotations(position) });
      await this._measure(position);
    } catch {
      this._asked = ""; // asked again after the pause, or with the next fix
    }
  }

  /** The point that was typed stays; the caller moved. @param {Position} position */
  async _measure(position) {
    const { remote } = this._options.state().place;
    const wish = this._wish;
    if (!remote) return;
    const { way } = await this._options.readDistance(position, decimal(remote));
    if (wish === this._wish) this._say({ remote: { ...remote, way } });
  }

  /** @param {Partial<Place>} change */
  _say(change) {
    this._options.dispatch({ type: "place", change });
  }
}
