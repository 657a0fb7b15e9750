const SIDES = [160, 240, 320, 480, 640, 800, 960, 1280]; // pixels of the longer side
const QUALITY = 0.6; // of the JPEG: below, a wound is not told from a shadow
const LIMIT = 60_000; // bytes that the server takes
const GOAL = 700; // ms that one may take to arrive, so that there is about one a second
const PACE = 1000; // ms between two
const FASTEST = 300; // ms between two, on a line that carries the largest with ease
const MODEST = 2500; // ms between two while video is tried beside
const LOST = 10_000; // ms without an answer
const LATER = 300; // ms until the next look for a frame

/** @typedef {{blob: Blob, width: number, height: number}} Shot */

/**
 * Sends stills one by one: the next one is drawn when the last one has arrived, so none ever waits, and its size
 * follows what the line carries.
 */
export class Stills {
  /**
   * @param {object} options
   * @param {() => number} options.frames of the camera so far: one that stands still is not sent as a new picture
   * @param {(side: number, quality: number) => Promise<Shot | null>} options.draw the newest frame
   * @param {(data: Blob) => boolean} options.send
   * @param {() => number} options.backlog bytes that have not left yet
   * @param {() => number} [options.now] ms
   */
  constructor({ frames, draw, send, backlog, now = () => performance.now() }) {
    this._options = { frames, draw, send, backlog, now };
    this._frame = -1; // the last one that was sent
    this._on = false;
    this._number = 0;
    this._level = 2;
    this._budget = 8000; // bytes that arrive within the goal
    this._sentAt = 0;
    this._waits = false; // one is under way
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
    /** @type {Shot | null} the last one that was sent */
    this.last = null;
    this.elapsed = 0; // ms that the last one took to arrive
    this.modest = false;
  }

  start() {
    if (this._on) return;
    this._on = true;
    if (!this._waits) this._after(0);
  }

  stop() {
    this._on = this.modest = false;
    clearTimeout(this._timer);
    this._waits = false;
    this.last = null;
  }

  /** Another connection: whatever was under way is lost. */
  again() {
    this._waits = false;
    if (this._on) this._after(0);
  }

  /** The server's word that a still is there. @param {number} number */
  arrived(number) {
    if (!this._waits || number !== this._number) return;
    this._waits = false;
    this.elapsed = this._options.now() - this._sentAt;
    this._learn(Math.max(1, this.elapsed));
    if (this._on) this._after(Math.max(0, this._pace() - this.elapsed));
  }

  /** Of the last ones, as the wire's `quality`. */
  quality() {
    const { blob, width, height } = this.last ?? { blob: { size: 0 }, width: 0, height: 0 };
    const seconds = Math.max(this._pace(), this.elapsed) / 1000;
    return { bitrate: (blob.size * 8) / 1000 / seconds, frames: 1 / seconds, width, height, round_trip: this.elapsed };
  }

  _pace() {
    if (this.modest) return MODEST;
    return this._level === SIDES.length - 1 ? Math.min(PACE, Math.max(FASTEST, 2 * this.elapsed)) : PACE;
  }

  /** @param {number} elapsed ms that the last one took */
  _learn(elapsed) {
    const carried = ((this.last?.blob.size ?? 0) / elapsed) * GOAL;
    this._budget = Math.min(LIMIT, Math.max(1500, Math.min(carried, this._budget * 2)));
  }

  /** @param {number} wait ms */
  _after(wait) {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._next(), wait);
  }

  async _next() {
    const { backlog, frames, now, send } = this._options;
    const frame = frames();
    if (backlog() > 0 || frame === this._frame) return this._after(LATER);
    const shot = await this._shoot();
    if (!this._on || this._waits) return;
    if (!shot || !send(numbered(++this._number, shot.blob))) return this._after(LATER);
    this._frame = frame;
    this.last = shot;
    this._waits = true;
    this._sentAt = now();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._givenUp(), LOST);
  }

  /** The largest picture within the budget. @returns {Promise<Shot | null>} */
  async _shoot() {
    const budget = this.modest ? this._budget / 4 : this._budget;
    this._level = this._fitting(budget);
    for (;;) {
      const shot = await this._options.draw(SIDES[this._level], QUALITY);
      if (!shot || this._level === 0 || shot.blob.size <= Math.min(LIMIT, budget * 1.3)) return shot;
      this._level--;
    }
  }

  /** By the size of the last one: bytes grow with the area. @param {number} budget bytes */
  _fitting(budget) {
    if (!this.last) return this._level;
    const { blob, width, height } = this.last;
    const bytes = (/** @type {number} */ side) => blob.size * (side / Math.max(width, height)) ** 2;
    const fits = SIDES.filter((side) => bytes(side) <= budget).length - 1;
    return Math.max(0, Math.min(fits, this._level + 2));
  }

  _givenUp() {
    this._budget = Math.max(1500, this._budget / 4);
    this.again();
  }
}

/** @param {number} number @param {Blob} blob */
function numbered(number, blob) {
  const head = new DataView(new ArrayBuffer(4));
  head.setUint32(0, number);
  return new Blob([head, blob]);
}

/**
 * A video element as a source of stills.
 * @param {HTMLVideoElement} video
 */
export function source(video) {
  const canvas = document.createElement("canvas");
  const isCounted = "requestVideoFrameCallback" in video;
  let count = 0;
  const follow = () => {
    count++;
    video.requestVideoFrameCallback(follow);
  };
  if (isCounted) video.requestVideoFrameCallback(follow);
  return {
    frames: () => (isCounted ? count : performance.now()),
    /** @param {number} side @param {number} quality @returns {Promise<Shot | null>} */
    draw: async (side, quality) => {
      const { videoWidth, videoHeight } = video;
      if (!videoWidth) return null;
      const scale = Math.min(1, side / Math.max(videoWidth, videoHeight));
      const width = (canvas.width = Math.round(videoWidth * scale));
      const height = (canvas.height = Math.round(videoHeight * scale));
      canvas.getContext("2d")?.drawImage(video, 0, 0, width, height);
      const blob = await new Promise((/** @type {BlobCallback} */ done) => canvas.toBlob(done, "image/jpeg", quality));
      return blob && { blob, width, height };
    },
  };
}
