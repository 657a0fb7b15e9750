/** @typedef {"camera" | "torch" | "zoom" | "position"} Name */
/** @typedef {boolean | number | string} Value */
/** @typedef {"unsupported" | "out_of_range" | "stale_epoch" | "needs_tap" | "failed" | "replaced"} Fault */
/** @typedef {{camera: string | null, torch: boolean | null, zoom: number | null, position: boolean | null}} Values */
/** @typedef {{facing: string[], torch: boolean, zoom: [number, number, number] | null, position: boolean}} Capabilities */
/** @typedef {{capabilities: Capabilities, actual: Values, reasons: {[name: string]: string}}} Phone */
/** @typedef {Phone & {wanted: Values}} State */
/** @typedef {{id: string, epoch: number, name: Name, value: Value}} Command */
/** @typedef {{id: string | null, name: Name, value: Value}} Job a null `id` is the caller's own tap */

const KEPT = 200; // results, so that a repeated command is answered and not run again
const REREAD = 500; // ms; some phones tell the truth about the torch that late
const SLOW = 150; // ms after which a command that still runs is worth a word
const PAUSE = 200; // ms between two states, so that a pinch is no flood
const LIMIT = 6000; // ms for one operation; the server gives up at 7 s

/** The phone's side of the remote control. It knows no camera and no network: both are passed in. */
export class Control {
  /**
   * @param {object} options
   * @param {(name: Name, value: Value) => Promise<void>} options.apply rejects: a NotAllowedError is `needs_tap`, others `failed`
   * @param {() => Phone} options.observe
   * @param {(frame: {type: string, [field: string]: unknown}) => void} options.tell
   * @param {(state: State) => void} options.onState for the caller's own screen
   */
  constructor({ apply, observe, tell, onState }) {
    this._options = { apply, observe, tell, onState };
    /** @type {Map<string, Fault | undefined | "pending">} undefined: done */
    this._results = new Map();
    /** @type {Map<Name, Job>} */
    this._waiting = new Map();
    /** @type {Partial<Values>} what was asked for and did not fail */
    this._wishes = {};
    this._running = false;
    this._epoch = 0;
    this._revision = 1;
    this._state = this._observe();
    this._untold = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._pause = undefined;
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
  command({ id, epoch, name, value }) {
    if (epoch !== this._epoch) return this._options.tell(result(id, "stale_epoch"));
    if (this._results.get(id) === "pending") return;
    if (this._results.has(id)) return this._answer(id, /** @type {Fault} */ (this._results.get(id)));
    this._results.set(id, "pending");
    this._add({ id, name, value });
  }

  /** The caller's own finger. @param {Name} name @param {Value} value */
  tap(name, value) {
    this._add({ id: null, name, value });
  }

  /** @param {Job} job */
  _add(job) {
    if (job.name === "position") return void this._run(job); // it never waits for a camera
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
    let fault = check(name, value, this._options.observe().capabilities);
    if (!fault) {
      const before = this._wishes;
      this._wishes = { ...(name === "camera" ? { position: before.position } : before), [name]: value };
      this._look();
      const slow = setTimeout(() => this._tellSoon(), SLOW); // what is quick is told once, when it is done
      fault = await outcome(this._options.apply(name, value));
      clearTimeout(slow);
      if (fault) this._wishes = { ...this._wishes, [name]: undefined };
      setTimeout(() => this.refresh(), REREAD);
    }
    this.refresh();
    this._answer(id, fault);
  }

  /** @param {string | null} id @param {Fault | undefined} fault */
  _answer(id, fault) {
    if (id === null) return;
    this._results.set(id, fault);
    if (this._results.size > KEPT) this._results.delete(this._results.keys().next().value ?? id);
    // Before the answer: a console that reads "done" already has what was done.
    if (this._untold) this._tell("state");
    this._options.tell(result(id, fault));
  }

  /** @returns {State} */
  _observe() {
    const phone = this._options.observe();
    const known = Object.entries(phone.actual).filter(([, value]) => value !== null);
    const wanted = known.map(([name, value]) => [name, this._wishes[/** @type {Name} */ (name)] ?? value]);
    return { ...phone, wanted: { ...phone.actual, ...Object.fromEntries(wanted) } };
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
    if (this._pause || !this._untold) return;
    this._tell("state");
    this._pause = setTimeout(() => {
      this._pause = undefined;
      this._tellSoon();
    }, PAUSE);
  }

  /** @param {"hello" | "state"} type */
  _tell(type) {
    this._untold = false;
    this._options.tell({ type, epoch: this._epoch, revision: this._revision, ...this._state });
  }
}

/**
 * @param {Name} name
 * @param {Value} value
 * @param {Capabilities} can
 * @returns {Fault | undefined} why this phone can't do that now
 */
export function check(name, value, can) {
  const able = { camera: can.facing.includes(String(value)), torch: can.torch, zoom: can.zoom, position: can.position };
  if (!Object.keys(TAKES).includes(name)) return "unsupported";
  if (!TAKES[name](value)) return "out_of_range";
  if (!able[name]) return "unsupported";
  const [low, high] = (name === "zoom" && can.zoom) || [-Infinity, Infinity];
  return Number(value) < low || Number(value) > high ? "out_of_range" : undefined;
}

/** @type {{[name: string]: (value: Value) => boolean}} */
const TAKES = {
  camera: (value) => value === "environment" || value === "user",
  torch: (value) => typeof value === "boolean",
  zoom: Number.isFinite,
  position: (value) => typeof value === "boolean",
};

/**
 * Why controls are grey on the console.
 * @param {Capabilities} can
 * @param {string | null} camera in use, null while none is
 * @param {boolean} denied the caller refused the position
 */
export function reasons(can, camera, denied) {
  const lens = camera === null ? "needs_tap" : camera === "user" ? "lens" : "unsupported";
  /** @type {{[name: string]: string}} */
  const found = {};
  if (can.facing.length < 2) found.camera = camera === null ? "needs_tap" : "unsupported";
  if (!can.torch) found.torch = lens;
  if (!can.zoom) found.zoom = lens;
  if (!can.position || denied) found.position = denied ? "denied" : "unsupported";
  return found;
}

/** @param {Promise<void>} work @returns {Promise<Fault | undefined>} */
async function outcome(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, LIMIT);
  });
  try {
    await Promise.race([work, late]);
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
