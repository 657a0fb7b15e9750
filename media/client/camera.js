/** @typedef {"environment" | "user"} Facing */
/** @typedef {"denied" | "dismissed" | "system" | "absent" | "busy" | "insecure" | "timeout" | "other"} Refusal */
/** @typedef {{facing: Facing[], torch: boolean, zoom: [number, number, number] | null}} Abilities of the lens in use */

const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const LATE = 500; // ms; Android reports a torch that late
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
    this._track = null;
    /** @type {Facing} */
    this._facing = "environment";
    /** @type {Facing[]} */
    this._facings = [];
    this._torch = false;
    this._turn = 0;
  }

  get open() {
    return this._track?.readyState === "live";
  }

  /**
   * Ask for the camera. The first statement asks, so that a tap's permission to ask is not lost.
   * @param {Facing} facing
   * @throws what `refusal` reads
   */
  start(facing = this._facing) {
    const turn = ++this._turn;
    this._release();
    return this._open(facing, turn);
  }

  /** Stop one, then open the other; the old one again when the other can't be opened. @param {Facing} facing */
  async flip(facing) {
    const turn = ++this._turn;
    const before = this._facing;
    this._release();
    await new Promise((resolve) => setTimeout(resolve, rest(this._options.agent)));
    try {
      await this._open(facing, turn);
    } catch (error) {
      await this._open(before, turn);
      throw error;
    }
  }

  /** @param {boolean} on */
  async torch(on) {
    this._torch = on;
    await this._apply({ torch: on });
  }

  /** Torch with it: on iOS a change of zoom puts it out. @param {number} zoom */
  async zoom(zoom) {
    await this._apply(this._torch ? { zoom, torch: true } : { zoom });
  }

  stop() {
    this._turn++;
    this._release();
  }

  /** @returns {Abilities} */
  abilities() {
    const found = this._track?.getCapabilities?.() ?? {};
    return { facing: this.open ? this._facings : [], torch: Boolean(found.torch), zoom: range(found.zoom) };
  }

  /** What the camera really does now, as far as it says. */
  values() {
    const { torch, zoom } = this.abilities();
    const now = this._track?.getSettings() ?? {};
    return {
      camera: this.open ? this._facing : null,
      torch: torch ? (now.torch ?? this._torch) : null,
      zoom: zoom && Math.min(Math.max(now.zoom ?? zoom[0], zoom[0]), zoom[1]),
    };
  }

  /** @param {Facing} facing @param {number} turn another one means: stopped, or asked anew in the meantime */
  async _open(facing, turn) {
    if (turn !== this._turn) return;
    const track = await this._capture(facing);
    if (turn !== this._turn) return track.stop();
    this._take(track, facing);
    this._options.onTrack(track);
    this._facings = await this._count();
    this._options.onChange();
    setTimeout(this._options.onChange, LATE);
  }

  /** @param {Facing} facing */
  async _capture(facing) {
    const { devices } = this._options;
    if (!devices) throw new TypeError("no camera outside of a secure context");
    const track = await first(devices, facing);
    const found = track.getSettings().facingMode;
    if (!found || found === facing) return track;
    track.stop(); // an exact wish has been seen to open the wrong camera
    return named(devices, facing);
  }

  /** @param {MediaStreamTrack} track @param {Facing} facing */
  _take(track, facing) {
    this._track = track;
    this._torch = false;
    this._facing = /** @type {Facing} */ (track.getSettings().facingMode || facing);
    track.contentHint = "motion";
    track.onended = () => this._options.onLost();
    // iOS puts the torch out when it mutes
    track.onunmute = () => void (this._torch && this.torch(true).catch(() => {}));
  }

  _release() {
    if (!this._track) return;
    this._track.onended = this._track.onunmute = null;
    this._track.stop();
    this._track = null;
  }

  async _count() {
    const found = await this._options.devices?.enumerateDevices().catch(() => []);
    const cameras = found?.filter(({ kind }) => kind === "videoinput") ?? [];
    return cameras.length > 1 ? /** @type {Facing[]} */ (["environment", "user"]) : [this._facing];
  }

  /** @param {MediaTrackConstraintSet} values */
  async _apply(values) {
    await this._track?.applyConstraints({ advanced: [values] });
  }
}

/** Exact, then ideal, then whatever camera there is. @param {MediaDevices} devices @param {Facing} facing */
async function first(devices, facing) {
  const wishes = [{ ...SIZE, facingMode: { exact: facing } }, { ...SIZE, facingMode: { ideal: facing } }, true];
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

/** The camera whose name says which way it looks, or any. @param {MediaDevices} devices @param {Facing} facing */
async function named(devices, facing) {
  const found = await devices.enumerateDevices();
  const camera = found.find(({ kind, label }) => kind === "videoinput" && LABELS[facing].test(label));
  return ask(devices, camera ? { ...SIZE, deviceId: { exact: camera.deviceId } } : true);
}

/** @param {MediaDevices} devices @param {MediaTrackConstraints | boolean} video */
async function ask(devices, video) {
  return (await devices.getUserMedia({ video })).getVideoTracks()[0];
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

/** @param {any} zoom @returns {[number, number, number] | null} */
function range(zoom) {
  return zoom?.max > zoom?.min && zoom.min > 0 ? [zoom.min, zoom.max, zoom.step || 0.1] : null;
}
