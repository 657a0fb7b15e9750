import { vibrate } from "./guidance.js";

/** The rhythm of chest compressions. It runs by the phone's own clock: no network is needed once it has begun. */

export const BEAT = 60_000 / 110; // ms; the guidelines ask for 100 to 120 compressions a minute
const AHEAD = 2500; // ms of sound laid into the future: a hidden page's timers run once a second
const LAY_EVERY = 500; // ms
const BUZZ = 60; // ms
const TONE = { hertz: 880, seconds: 0.07 };
const SETTLES = 400; // ms in which a sound system starts, where it may

/** @param {import("../host.js").Host} host */
export function install(host) {
  const button = host.part("sound");
  const metronome = new Metronome(host.part("beat"));
  host.control("metronome", {
    parallel: true,
    takes: (value) => ["off", "silent", "sound"].includes(value),
    able: () => true,
    apply: async (value) => {
      button.hidden = true;
      const heard = await metronome.set(value);
      button.hidden = heard;
      if (!heard) throw new DOMException("sound wants a tap", "NotAllowedError");
    },
    value: () => metronome.mode,
  });
  host.act("sound", () => host.set("metronome", "sound"));
  host.watch(({ screen }) => screen !== "live" && metronome.mode !== "off" && void metronome.set("off"));
}

export class Metronome {
  /**
   * @param {HTMLElement} pulse shown while it runs
   * @param {{now?: () => number, Sound?: typeof AudioContext, buzz?: (ms: number) => void}} [options]
   */
  constructor(pulse, { now = () => performance.now(), Sound = globalThis.AudioContext, buzz = vibrate } = {}) {
    this._pulse = pulse;
    this._options = { now, Sound, buzz };
    /** @type {"off" | "silent" | "sound"} */
    this.mode = "off";
    this._began = 0;
    this._next = 0; // beat
    this._laid = 0; // beats whose sound is in the future or past
    /** @type {AudioContext | undefined} */
    this._sound = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._layer = undefined;
  }

  /**
   * @param {"off" | "silent" | "sound"} mode
   * @returns {Promise<boolean>} false: it runs, but the browser gives no sound without a tap
   */
  async set(mode) {
    const running = this.mode !== "off";
    this.mode = mode;
    this._hush();
    if (mode === "off") return this._stop();
    if (!running) this._start();
    if (mode === "silent" || (await this._listen())) return true;
    if (this.mode === "sound") this.mode = "silent";
    return false;
  }

  _start() {
    this._began = this._options.now();
    this._next = 0;
    this._pulse.style.setProperty("--bar", `${document.querySelector(".bar")?.clientHeight ?? 0}px`);
    this._pulse.hidden = false;
    this._beat();
  }

  _stop() {
    clearTimeout(this._timer);
    this._pulse.hidden = true;
    return true;
  }

  /** Each beat is counted from the first: timers that come late don't add up, one that comes early is no beat more. */
  _beat() {
    this._options.buzz(BUZZ);
    const since = this._options.now() - this._began;
    this._next = Math.max(this._next + 1, Math.ceil(since / BEAT));
    this._timer = setTimeout(() => this._beat(), this._next * BEAT - since);
  }

  /** @returns {Promise<boolean>} whether it can be heard */
  async _listen() {
    if (!this._options.Sound) return false;
    const sound = (this._sound = new this._options.Sound());
    const late = new Promise((resolve) => setTimeout(resolve, SETTLES));
    await Promise.race([sound.resume().catch(() => {}), late]);
    if (this._sound !== sound) return true; // told otherwise in the meantime
    if (sound.state !== "running") {
      this._hush();
      return false;
    }
    this._laid = Math.ceil((this._options.now() - this._began) / BEAT);
    this._lay(sound);
    this._layer = setInterval(() => this._lay(sound), LAY_EVERY);
    return true;
  }

  /** The sound system plays each tone at its own time, exactly. @param {AudioContext} sound */
  _lay(sound) {
    const since = this._options.now() - this._began;
    for (; this._laid * BEAT < since + AHEAD; this._laid++) {
      const at = sound.currentTime + Math.max(0, this._laid * BEAT - since) / 1000;
      const tone = sound.createOscillator();
      tone.frequency.value = TONE.hertz;
      tone.connect(sound.destination);
      tone.start(at);
      tone.stop(at + TONE.seconds);
    }
  }

  _hush() {
    clearInterval(this._layer);
    void this._sound?.close().catch(() => {});
    this._sound = undefined;
  }
}
