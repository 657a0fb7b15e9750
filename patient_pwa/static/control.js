/** @typedef {"camera" | "lens" | "torch" | "zoom" | "profile" | "position" | "photo" | "guidance" | "message" | "pointer" | "metronome" | "language" | "pause"} Name */
/** @typedef {boolean | number | string | [number, number]} Value */
/** @typedef {"unsupported" | "out_of_range" | "stale_epoch" | "needs_tap" | "failed" | "replaced"} Fault */
/** @typedef {{[name: string]: any}} Values by name; null: not known or not applicable */
/** @typedef {{id: string, label: string, facing?: string}} Lens */
/** @typedef {{facing: string[], lenses?: Lens[], torch: boolean, zoom: [number, number, number] | null, position: boolean, photo?: boolean, vibration?: boolean}} Capabilities */
/** @typedef {{capabilities: Capabilities, actual: Values, wanted: Values, reasons: {[name: string]: string}}} State */
/** @typedef {{id: string, epoch: number, name: Name, value: Value}} Command */
/** @typedef {{id: string | null, name: Name, value: Value}} Job a null `id` is the caller's own tap */
/**
 * One thing that can be controlled.
 * @typedef {object} Extra
 * @property {(value: any) => boolean} takes whether this value is one of it, and within its range
 * @property {(value?: any) => boolean} able whether this phone can do it now, or can set that value
 * @property {(value: any, id: string | null) => unknown} apply may reject: a NotAllowedError is `needs_tap`, others `failed`. `id`: the command's
 * @property {() => any} [value] what it is now; null: not known or not applicable
 * @property {() => string | undefined} [reason] why it is not able
 * @property {() => Partial<Capabilities>} [capabilities] what there is of it to report
 * @property {boolean} [ofLens] another lens starts it anew
 * @property {boolean} [parallel] it waits for no other: it does not touch the camera
 * @property {number} [limit] ms for one operation
 */

const KEPT = 200; // results, so that a repeated command is answered and not run again
const REREAD = 500; // ms; some phones tell the truth about the torch that late
const SLOW = 150; // ms after which a command that still runs is worth a word
const PAUSE = 200; // ms between two states, so that a pinch is no flood
const LIMIT = 6000; // ms for one operation; the server gives up at 7 s

/** The phone's side of the remote control. It knows no camera and no network: what it drives is added to it. */
export class Control {
  /**
   * @param {object} options
   * @param {(frame: {type: string, [field: string]: unknown}) => void} options.tell
   * @param {(state: State) => void} options.onState for the caller's own screen
   * @param {() => Promise<unknown>} [options.more] until the controls are here that come later
   */
  constructor({ tell, onState, more = async () => {} }) {
    this._options = { tell, onState, more };
    /** @type {Map<string, Extra>} */
    this._extras = new Map();
    /** @type {Map<string, Fault | undefined | "pending">} undefined: done */
    this._results = new Map();
    /** @type {Map<Name, Job>} */
    this._waiting = new Map();
    /** @type {Values} what was asked for and did not fail */
    this._wishes = {};
    this._running = false;
    this._epoch = 0;
    this._revision = 1;
    this._state = this._observe();
    this._untold = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._pause = undefined;
  }

  /** @param {Name} name @param {Extra} extra */
  add(name, extra) {
    this._extras.set(name, extra);
    this.refresh();
  }

  /** On every (re)open of a channel. @param {number} [epoch] from the server's welcome */
  hello(epoch = this._epoch) {
    if (epoch !== this._epoch) this._revision = 1;
    this._epoch = epoch;
    this._look();
    this._tell("hello");
  }

  /** What the phone can or does may have changed by itself. */
  refresh() {
    this._look();
    this._tellSoon();
  }

  /** A regulator's command. @param {Command} command */
  async command({ id, epoch, name, value }) {
    if (epoch !== this._epoch) return this._options.tell(result(id, "stale_epoch"));
    if (this._results.get(id) === "pending") return;
    if (this._results.has(id)) return this._answer(id, /** @type {Fault} */ (this._results.get(id)));
    this._results.set(id, "pending");
    if (!this._extras.has(name)) await this._options.more();
    this._add({ id, name, value });
  }

  /** The caller's own finger. @param {Name} name @param {Value} value */
  tap(name, value) {
    this._add({ id: null, name, value });
  }

  /** @param {Job} job */
  _add(job) {
    if (this._extras.get(job.name)?.parallel) return void this._run(job);
    const older = this._waiting.get(job.name);
    if (older) this._answer(older.id, "replaced");
    this._waiting.set(job.name, job);
    if (!this._running) this._next();
  }

  async _next() {
    this._running = true;
    for (const [name, job] of this._waiting) {
      this._waiting.delete(name);
      await this._run(job);
    }
    this._running = false;
  }

  /** @param {Job} job */
  async _run({ id, name, value }) {
    const extra = this._extras.get(name);
    let fault = check(extra, value);
    if (extra && !fault) {
      this._wishes = { ...this._lasting(name), [name]: value };
      this._look();
      const slow = setTimeout(() => this._tellSoon(), SLOW); // what is quick is told once, when it is done
      fault = await outcome(extra, value, id);
      clearTimeout(slow);
      if (fault) this._wishes = { ...this._wishes, [name]: undefined };
      setTimeout(() => this.refresh(), REREAD);
    }
    this._look();
    if (id === null) this._tellSoon();
    else this._answer(id, fault);
  }

  /** The wishes that are still wishes once `name` is set. @param {Name} name */
  _lasting(name) {
    if (name !== "camera" && name !== "lens") return this._wishes;
    return Object.fromEntries(Object.entries(this._wishes).filter(([other]) => !this._extras.get(other)?.ofLens));
  }

  /** @param {string | null} id @param {Fault | undefined} fault */
  _answer(id, fault) {
    if (id === null) return;
    this._results.set(id, fault);
    if (this._results.size > KEPT) this._results.delete(this._results.keys().next().value ?? id);
    // In one frame: a console that reads "done" has what was done, and the server stores both at once.
    const answer = result(id, fault);
    this._options.tell(this._untold ? { ...answer, state: this._told("state") } : answer);
  }

  /** @returns {State} */
  _observe() {
    /** @type {State} */
    const state = { capabilities: { facing: [], torch: false, zoom: null, position: false }, actual: {}, wanted: {}, reasons: {} };
    for (const [name, { able, value, reason, capabilities }] of this._extras) {
      Object.assign(state.capabilities, capabilities?.());
      const why = able() ? undefined : reason?.();
      if (why) state.reasons[name] = why;
      if (!value) continue;
      state.actual[name] = value();
      state.wanted[name] = state.actual[name] === null ? null : (this._wishes[name] ?? state.actual[name]);
    }
    return state;
  }

  _look() {
    const state = this._observe();
    if (JSON.stringify(state) === JSON.stringify(this._state)) return;
    this._state = state;
    this._revision++;
    this._untold = true;
    this._options.onState(state);
  }

  _tellSoon() {
    if (!this._epoch || this._pause || !this._untold) return; // before the first hello nobody listens
    this._tell("state");
    this._pause = setTimeout(() => {
      this._pause = undefined;
      this._tellSoon();
    }, PAUSE);
  }

  /** @param {"hello" | "state"} type */
  _tell(type) {
    this._options.tell(this._told(type));
  }

  /** @param {"hello" | "state"} type */
  _told(type) {
    this._untold = false;
    return { type, epoch: this._epoch, revision: this._revision, ...this._state };
  }
}

/** @param {Extra | undefined} extra @param {Value} value @returns {Fault | undefined} why this phone can't do that now */
function check(extra, value) {
  if (!extra) return "unsupported";
  if (!extra.takes(value)) return "out_of_range";
  if (extra.able(value)) return undefined;
  return extra.reason?.() === "needs_tap" ? "needs_tap" : "unsupported";
}

/** @param {Extra} extra @param {Value} value @param {string | null} id @returns {Promise<Fault | undefined>} */
async function outcome({ apply, limit = LIMIT }, value, id) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, limit);
  });
  try {
    await Promise.race([apply(value, id), late]);
    return undefined;
  } catch (error) {
    return /** @type {Error} */ (error)?.name === "NotAllowedError" ? "needs_tap" : "failed";
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} id @param {Fault | undefined} error */
function result(id, error) {
  return error ? { type: "result", id, error } : { type: "result", id };
}
