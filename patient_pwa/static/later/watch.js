/** @typedef {"hidden" | "locked" | "taken" | "withdrawn" | "frozen" | "network"} Cause */
/** @typedef {import("../host.js").Host} Host */

/**
 * What can be known of the camera's life.
 * @typedef {object} Signs
 * @property {() => boolean} wanted whether there should be a picture
 * @property {() => boolean} asking whether the caller is being asked for the camera
 * @property {() => boolean} visible whether the page is
 * @property {() => boolean} linked whether the picture goes to the relay: else the encoder rests, and proves nothing
 * @property {() => boolean} heard whether the server would hear now what is told
 * @property {() => Promise<number>} encoded frames, of this connection
 * @property {() => number | undefined} shown frames of the caller's own picture
 * @property {() => Promise<string | undefined>} permission as `navigator.permissions` says
 */

const PULSE = 500; // ms between two looks
const DEAD = 2000; // ms without a frame
const STUCK = 6000; // ms in which an encoder stands still while the camera lives: a bad line, or a bad encoder
const AGAIN = [0, 1000, 3000, 6000]; // ms more before each next try
const PERSONAL = ["denied", "dismissed", "system", "insecure"]; // only the caller can change it; else we try for ever

/** Sees by the frames, and by nothing else, whether the camera lives; gets a dead one back. */
export class Watch {
  /**
   * @param {object} options
   * @param {Signs} options.signs
   * @param {Pick<import("../../../media/client/camera.js").Camera, "track" | "open" | "calm">} options.camera
   * @param {Pick<Host["capture"], "reopen" | "refuse">} options.capture
   * @param {(message: {type: string, reason: string}) => void} options.emit
   * @param {(step: object) => void} options.step
   * @param {() => number} [options.now] ms
   */
  constructor({ signs, camera, capture, emit, step, now = () => performance.now() }) {
    this._options = { signs, camera, capture, emit, step, now };
    this._encoded = { count: 0, at: now() };
    this._shown = { count: 0, at: now() };
    /** @type {Cause | ""} what the regulator was told */
    this._told = "";
    this._tries = 0;
    this._next = 0; // when to try again
    this._given = false; // the permission was once
    this._busy = false;
    this._left = false; // to the caller's finger
    this._had = false; // a camera, since there should be a picture
    this._linked = false;
  }

  /** One look. A look that is still under way is enough. */
  async look() {
    if (this._busy) return;
    this._busy = true;
    try {
      await this._look();
    } finally {
      this._busy = false;
    }
  }

  /** The system puts the page to sleep: the last word. */
  sleep() {
    if (this._expects()) this._tell("locked");
  }

  async _look() {
    const { signs, camera, now } = this._options;
    if (camera.open) this._given ||= (await signs.permission()) === "granted";
    const encoded = count(this._encoded, await signs.encoded(), now());
    const shown = count(this._shown, signs.shown(), now());
    const linked = signs.linked();
    if (linked !== this._linked) this._encoded.at = now(); // a connection has a while for its first frame
    this._linked = linked;
    if (!this._expects()) return;
    if (camera.open && (linked ? encoded : shown)) return this._lives();
    const since = (linked ? this._encoded : this._shown).at;
    const patience = camera.open ? DEAD : 0;
    if (!this._left && now() >= Math.max(since, camera.calm) + patience) await this._dead(now() - since);
  }

  /** Whether there should be a picture: the caller allowed it, and has not stopped it. */
  _expects() {
    const { signs, camera } = this._options;
    if (!signs.wanted()) this._rest();
    else this._had ||= Boolean(camera.track);
    return this._had && !signs.asking();
  }

  _rest() {
    this._told = "";
    this._tries = 0;
    this._had = this._left = false;
  }

  _lives() {
    const { step } = this._options;
    if (this._told) step({ type: "step", step: "camera.back" });
    this._rest();
    this._had = true;
  }

  /** @param {number} since ms */
  async _dead(since) {
    const { signs, now } = this._options;
    const cause = await this._cause();
    if (cause !== "network" || signs.heard()) this._tell(cause);
    if (cause === "hidden" || (cause === "network" && since < STUCK) || now() < this._next) return;
    if (cause === "withdrawn") return this._leave("withdrawn");
    this._next = now() + DEAD + AGAIN[Math.min(this._tries++, AGAIN.length - 1)];
    void this._reopen(); // a prompt may wait for ever
  }

  async _reopen() {
    const { signs, capture, emit } = this._options;
    const why = await capture.reopen();
    if (!why || !signs.wanted()) return;
    if (why === "denied") this._tell("withdrawn");
    if (PERSONAL.includes(why)) return this._leave(why);
    this._tell("taken");
    emit({ type: "refused", reason: why });
  }

  /** Only the caller can help: one big button asks. @param {string} why */
  _leave(why) {
    this._left = true;
    if (why === "withdrawn") this._options.emit({ type: "refused", reason: why });
    else this._options.capture.refuse(why);
  }

  /** @returns {Promise<Cause>} */
  async _cause() {
    const { signs, camera, now } = this._options;
    if (!signs.visible()) return "hidden";
    const permission = await signs.permission();
    // iOS says "prompt" for a permission that it gave for once: only one that was there can be withdrawn.
    if (permission === "denied" || (permission === "prompt" && this._given && !camera.open)) return "withdrawn";
    if (!camera.open || camera.track?.muted) return "taken";
    return signs.linked() && now() - this._shown.at < DEAD ? "network" : "frozen";
  }

  /** @param {Cause} cause */
  _tell(cause) {
    if (cause === this._told) return;
    this._told = cause;
    this._options.step({ type: "step", step: "camera.lost", cause });
  }
}

/**
 * @param {{count: number, at: number}} frames
 * @param {number | undefined} found
 * @param {number} now
 * @returns {boolean} whether new ones came
 */
function count(frames, found, now) {
  if (found === undefined || found === frames.count) return false;
  frames.count = found;
  frames.at = now;
  return true;
}

/** @param {Host} host */
export function install(host) {
  const { camera, capture, emit, publisher, step } = host;
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("video"));
  const watch = new Watch({
    camera,
    capture,
    emit,
    step,
    signs: {
      wanted: () => capture.wanted,
      asking: () => host.state().screen === "asking",
      visible: () => capture.visible,
      linked: () => host.state().link === "connected" && !publisher.paused,
      heard: () => host.state().socket === "open",
      encoded: () => publisher.frames(),
      shown: () => video.getVideoPlaybackQuality?.().totalVideoFrames,
      permission: async () => {
        // Firefox knows no permission of that name before 132.
        const found = await navigator.permissions?.query(/** @type {any} */ ({ name: "camera" })).catch(() => undefined);
        return found?.state;
      },
    },
  });
  void watch.look();
  setInterval(() => void watch.look(), PULSE);
  // iOS mutes a hidden page's camera, Android takes it: both bring it back by themselves, mostly.
  document.addEventListener("visibilitychange", () => (camera.calm = Math.max(camera.calm, performance.now())));
  document.addEventListener("freeze", () => watch.sleep());
}
