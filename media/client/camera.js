/** @typedef {"environment" | "user"} Facing */
/** @typedef {"denied" | "dismissed" | "system" | "absent" | "busy" | "insecure" | "timeout" | "other"} Refusal */
/** @typedef {{facing: Facing[], torch: boolean, zoom: [number, number, number] | null}} Abilities of the lens in use */
/** @typedef {{deviceId: string, label: string, facing: Facing | undefined}} Lens */
/** @typedef {{width?: ConstrainULong, height?: ConstrainULong, frameRate?: ConstrainDouble}} Size */

/** @type {Size} larger ones were unreliable on many phones (VDO.Ninja) */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const LATE = 500; // ms; Android reports a torch that late
const OPENING = 6000; // ms that an old phone may need to open a camera
const FIRST_FRAMES = 1500; // ms; iOS mutes a camera that starts for about one second
/** @type {{[facing: string]: RegExp}} */
const LABELS = { environment: /back|rear|arri|environment/i, user: /front|user|avant|face/i };

/** The one open camera of the phone, and its torch and zoom. A page never has two: many phones can't. */
export class Camera {
  /**
   * @param {object} options
   * @param {(track: MediaStreamTrack) => void} options.onTrack a new track to show and to send
   * @param {() => void} options.onChange abilities or values may have changed by themselves
   * @param {() => void} options.onLost the system took the camera away
   * @param {MediaDevices | undefined} [options.devices]
   * @param {string} [options.agent]
   */
  constructor({ onTrack, onChange, onLost, devices = navigator.mediaDevices, agent = navigator.userAgent }) {
    this._options = { onTrack, onChange, onLost, devices, agent };
    /** @type {MediaStreamTrack | null} */
    this.track = null;
    /** @type {Lens[]} all of the phone's, once one was opened */
    this.lenses = [];
    /** Until then (ms, by `performance.now`) the picture may pause: the camera is being changed. */
    this.calm = 0;
    /** @type {Facing} */
    this._facing = "environment";
    /** @type {string | undefined} the chosen lens, by its deviceId */
    this._lens = undefined;
    /** @type {Facing[]} */
    this._facings = [];
    this._size = SIZE;
    this._hint = "motion";
    this._torch = false;
    /** @type {number | undefined} */
    this._zoom = undefined;
    this._turn = 0;
  }

  get open() {
    return this.track?.readyState === "live";
  }

  /**
   * Ask for the camera, with torch and zoom as they were. When none is held the first statement asks, so that a
   * tap's permission to ask is not lost.
   * @param {Facing} facing
   * @throws what `refusal` reads
   */
  async start(facing = this._facing) {
    const turn = ++this._turn;
    this.rest(OPENING);
    if (this._release()) await this._rest();
    await this._open(turn, facing, this._lens);
  }

  /** @param {Facing} facing */
  flip(facing) {
    return this._swap(facing);
  }

  /** Another lens that looks the same way. @param {string} deviceId */
  async choose(deviceId) {
    await this._swap(this.lenses.find((lens) => lens.deviceId === deviceId)?.facing ?? this._facing, deviceId);
    if (this.track && this._lens !== deviceId) throw new DOMException("another lens opened", "OverconstrainedError");
  }

  /** @param {boolean} on */
  async torch(on) {
    await this._apply({ ...this._wishes(), torch: on });
    this._torch = on;
  }

  /** Torch with it: on iOS a change of zoom puts it out. @param {number} zoom */
  async zoom(zoom) {
    await this._apply({ ...this._wishes(), zoom });
    this._zoom = zoom;
  }

  /** What the picture is for, of this camera and of those to come. @param {string} hint @param {Size} [size] */
  async tune(hint, size) {
    this._hint = hint;
    if (this.track) this.track.contentHint = hint;
    const before = JSON.stringify(this._size);
    this._size = { ...SIZE, ...size };
    if (!this.track || JSON.stringify(this._size) === before) return; // a phone may restart its camera for it
    this.rest(OPENING);
    await this.track.applyConstraints(this._size);
    this.rest(FIRST_FRAMES);
    await this.restore();
  }

  /** The picture may pause from now on. @param {number} ms */
  rest(ms) {
    this.calm = performance.now() + ms;
  }

  /** For good: a torch and a zoom are not wished for any more. */
  stop() {
    this._turn++;
    this._torch = false;
    this._zoom = undefined;
    this._release();
  }

  /** @returns {Abilities} */
  abilities() {
    // Firefox on Android lists a torch and a zoom that do nothing.
    const found = /Firefox/.test(this._options.agent) ? {} : (this.track?.getCapabilities?.() ?? {});
    return { facing: this.open ? this._facings : [], torch: Boolean(found.torch), zoom: range(found.zoom) };
  }

  /** What the camera really does now, as far as it says. */
  values() {
    const { torch, zoom } = this.abilities();
    const now = this.track?.getSettings() ?? {};
    return {
      camera: this.open ? this._facing : null,
      torch: torch ? (now.torch ?? this._torch) : null,
      zoom: zoom && within(now.zoom ?? zoom[0], zoom),
    };
  }

  /**
   * Stop one, then open the other; the old one again when the other can't be opened.
   * @param {Facing} facing
   * @param {string} [lens]
   */
  async _swap(facing, lens) {
    const turn = ++this._turn;
    const [lastFacing, lastLens] = [this._facing, this._lens];
    this.rest(OPENING);
    this._release();
    this._zoom = undefined;
    await this._rest();
    try {
      await this._open(turn, facing, lens);
    } catch (error) {
      await this._open(turn, lastFacing, lastLens);
      throw error;
    }
  }

  /** @param {number} turn another one means: stopped, or asked anew in the meantime @param {Facing} facing @param {string} [lens] */
  async _open(turn, facing, lens) {
    if (turn !== this._turn) return;
    const track = await this._capture(facing, lens).catch((error) => {
      this.rest(0);
      if (turn === this._turn) throw error; // else somebody else asks by now
    });
    if (!track) return;
    if (turn !== this._turn) return track.stop();
    this._take(track, facing, lens);
    this._options.onTrack(track);
    void this.restore();
    const found = (await this._options.devices?.enumerateDevices().catch(() => [])) ?? [];
    const cameras = found.filter(({ kind }) => kind === "videoinput");
    this.lenses = cameras.map((camera) => ({ deviceId: camera.deviceId, label: camera.label, facing: facingOf(camera) }));
    this._facings = facingsOf(this.lenses, this._facing);
    this._options.onChange();
    setTimeout(() => {
      this._options.onChange();
      void this.restore();
    }, LATE);
  }

  /** @param {Facing} facing @param {string} [lens] */
  async _capture(facing, lens) {
    const { devices } = this._options;
    if (!devices) throw new TypeError("no camera outside of a secure context");
    const track = await first(devices, this._size, facing, lens);
    const found = track.getSettings().facingMode;
    if (lens || !found || found === facing) return track;
    track.stop(); // an exact wish has been seen to open the wrong camera
    await this._rest();
    const all = await devices.enumerateDevices();
    const named = all.find((camera) => camera.kind === "videoinput" && facingOf(camera) === facing);
    return ask(devices, named ? { ...this._size, deviceId: { exact: named.deviceId } } : true);
  }

  /** @param {MediaStreamTrack} track @param {Facing} facing @param {string} [lens] */
  _take(track, facing, lens) {
    const { facingMode, deviceId } = track.getSettings();
    this.track = track;
    this._facing = /** @type {Facing} */ (facingMode || facing);
    this._lens = deviceId === lens ? lens : undefined;
    this.rest(FIRST_FRAMES);
    track.contentHint = this._hint;
    track.onended = () => this._options.onLost();
    track.onunmute = () => void this.restore(); // iOS puts the torch out when it mutes
  }

  /** @returns {boolean} whether there was one */
  _release() {
    if (!this.track) return false;
    this.track.onended = this.track.onunmute = null;
    this.track.stop();
    this.track = null;
    return true;
  }

  _rest() {
    return new Promise((resolve) => setTimeout(resolve, rest(this._options.agent)));
  }

  /** Torch and zoom as they are wished for, as far as this lens has them. @returns {MediaTrackConstraintSet} */
  _wishes() {
    const { torch, zoom } = this.abilities();
    return {
      ...(zoom && this._zoom && { zoom: within(this._zoom, zoom) }),
      ...(torch && this._torch && { torch: true }),
    };
  }

  /** Torch and zoom go out with a new track, and on iOS also with a mute or another size. */
  async restore() {
    const wishes = this._wishes();
    if (Object.keys(wishes).length) await this._apply(wishes).then(this._options.onChange, () => {});
  }

  /** @param {MediaTrackConstraintSet} values all at once: they replace those applied before */
  async _apply(values) {
    await this.track?.applyConstraints({ advanced: [values] });
  }
}

const FACINGS = /** @type {Facing[]} */ (["environment", "user"]);

/**
 * The lens by its id, exact, then ideal, then whatever camera there is.
 * @param {MediaDevices} devices
 * @param {Size} size
 * @param {Facing} facing
 * @param {string} [lens]
 */
async function first(devices, size, facing, lens) {
  const wishes = [{ ...size, facingMode: { exact: facing } }, { ...size, facingMode: { ideal: facing } }, true];
  if (lens) wishes.unshift(/** @type {any} */ ({ ...size, deviceId: { exact: lens } }));
  let last;
  for (const video of wishes) {
    try {
      return await ask(devices, video);
    } catch (error) {
      last = error;
      if (!["OverconstrainedError", "NotFoundError"].includes(nameOf(error))) break; // a refusal is not asked twice
    }
  }
  throw last;
}

/** @param {MediaDevices} devices @param {MediaTrackConstraints | boolean} video */
async function ask(devices, video) {
  return (await devices.getUserMedia({ video })).getVideoTracks()[0];
}

/** Which way a camera looks: as it says itself, else by its name. @param {any} camera a MediaDeviceInfo @returns {Facing | undefined} */
function facingOf(camera) {
  const [said] = camera.getCapabilities?.().facingMode ?? [];
  return FACINGS.find((facing) => facing === said) ?? FACINGS.find((facing) => LABELS[facing].test(camera.label));
}

/** Which ways can be chosen: both, where some of several cameras don't tell. @param {Lens[]} lenses @param {Facing} now */
function facingsOf(lenses, now) {
  const told = new Set(lenses.map(({ facing }) => facing).concat(now));
  return FACINGS.filter((facing) => told.has(facing) || (told.has(undefined) && lenses.length > 1));
}

/** Why there is no camera, in words of the wire. @param {unknown} error @returns {Refusal} */
export function refusal(error, agent = navigator.userAgent) {
  const message = String(/** @type {any} */ (error)?.message);
  if (nameOf(error) === "NotAllowedError") {
    return /system/i.test(message) ? "system" : /dismiss/i.test(message) ? "dismissed" : "denied";
  }
  const found = REFUSALS[nameOf(error)] ?? "other";
  // Firefox says "not found" where Android itself refuses.
  return found === "absent" && /Android.*Firefox/.test(agent) ? "system" : found;
}

/** @type {{[name: string]: Refusal}} */
const REFUSALS = {
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  AbortError: "busy",
  SecurityError: "insecure",
  TypeError: "insecure",
};

/** @param {unknown} error @returns {string} */
const nameOf = (error) => /** @type {any} */ (error)?.name;

/** How long the camera rests between stop and start, in ms, as MiroTalk and VDO.Ninja found. @param {string} agent */
export function rest(agent) {
  if (agent.includes("Firefox/")) return 500;
  return Number(/Chrom(?:e|ium)\/(\d+)/.exec(agent)?.[1]) > 110 ? 20 : 100;
}

/** @param {number} value @param {[number, number, number]} range */
const within = (value, [low, high]) => Math.min(Math.max(value, low), high);

/** @param {any} zoom @returns {[number, number, number] | null} */
function range(zoom) {
  return zoom?.max > zoom?.min && zoom.min > 0 ? [zoom.min, zoom.max, zoom.step || 0.1] : null;
}
