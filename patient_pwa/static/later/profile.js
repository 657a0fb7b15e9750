/** @typedef {import("../host.js").Host} Host */
/** @typedef {"auto" | "motion" | "detail" | "weak"} Profile */
/** @typedef {{hint: string, size?: import("../../../media/client/camera.js").Size, longest?: number, sending: Sending}} Settings */
/** @typedef {{maxBitrate: number, degradationPreference: RTCDegradationPreference, maxFramerate?: number, scaleResolutionDownBy?: number}} Sending */

const FULL = 2_500_000; // bit/s
const LOOK = 2000; // ms between two looks at the light
/** At 30 frames a second no picture is exposed longer than 1/30 s. */
const SLOW = { frameRate: { ideal: 15, max: 15 } };
const FINE = { width: { ideal: 1920 }, height: { ideal: 1080 }, ...SLOW };
/** Of 255. Far apart: with half the frames the same scene is twice as bright. */
const [DARK, LIGHT] = [35, 100];

/** @type {{[profile in Profile]: Settings}} */
const PROFILES = {
  auto: { hint: "motion", sending: { maxBitrate: FULL, degradationPreference: "balanced" } },
  motion: { hint: "motion", sending: { maxBitrate: FULL, degradationPreference: "maintain-framerate" } },
  detail: { hint: "detail", size: FINE, sending: { maxBitrate: FULL, degradationPreference: "maintain-resolution" } },
  // The camera itself stays as it is: a photo is still a sharp one, and no phone has to restart it.
  weak: { hint: "motion", longest: 320, sending: { maxBitrate: 150_000, degradationPreference: "maintain-framerate", maxFramerate: 10 } },
};

/** What the picture is for, in the camera and in what is sent. */
export class Quality {
  /**
   * @param {object} options
   * @param {Pick<Host["camera"], "track" | "tune">} options.camera
   * @param {(sending: Sending) => unknown} options.send
   */
  constructor({ camera, send }) {
    this._camera = camera;
    this._send = send;
    /** @type {Profile} */
    this.profile = "auto";
    this._dark = false;
    /** @type {MediaStreamTrack | null} whose size the sending fits */
    this._fitted = null;
  }

  /** @param {Profile} profile */
  async set(profile) {
    this.profile = profile;
    this._fitted = null;
    await this._tune();
    await this.fit();
  }

  /** Another camera has another size. */
  async fit() {
    const { track } = this._camera;
    if (!track || track === this._fitted) return;
    this._fitted = track;
    const { longest, sending } = PROFILES[this.profile];
    const { width = 0, height = 0 } = track.getSettings();
    const scaleResolutionDownBy = longest ? Math.max(1, Math.max(width, height) / longest) : 1;
    await this._send({ ...sending, scaleResolutionDownBy });
  }

  /** @param {number} brightness of the picture, 0 to 255 */
  async see(brightness) {
    const dark = brightness < (this._dark ? LIGHT : DARK);
    if (dark === this._dark) return;
    this._dark = dark;
    if (this.profile === "auto") await this._tune();
  }

  _tune() {
    const { hint, size } = PROFILES[this.profile];
    return this._camera.tune(hint, this.profile === "auto" && this._dark ? SLOW : size);
  }
}

/** @param {Host} host */
export function install(host) {
  const { camera, capture, control, publisher } = host;
  const quality = new Quality({ camera, send: (sending) => publisher.tune(sending) });
  control("profile", {
    takes: (value) => Object.keys(PROFILES).includes(value),
    able: () => camera.open,
    apply: (profile) => quality.set(profile),
    value: () => quality.profile,
    reason: () => "needs_tap",
  });
  host.watch(() => void quality.fit());
  const light = lightMeter(/** @type {HTMLVideoElement} */ (document.querySelector("video")));
  setInterval(() => {
    if (!camera.open || !capture.visible || performance.now() < camera.calm) return;
    const brightness = light();
    if (brightness !== undefined) void quality.see(brightness).catch(() => {});
  }, LOOK);
}

/** @param {HTMLVideoElement} video @returns {() => number | undefined} its mean brightness, 0 to 255 */
function lightMeter(video) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 16, height: 9 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    if (!context || !video.videoWidth) return undefined;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, at) => sum + (at % 4 === 3 ? 0 : value), 0) / (data.length * 0.75);
  };
}
