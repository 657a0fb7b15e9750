import { between, read } from "../../../media/client/measure.js";
import { Lookout } from "./lookout.js";
import { FIRST, Rungs } from "./rungs.js";
import { Stills, source } from "./stills.js";

/** @typedef {import("../../../media/client/measure.js").Reading} Reading */
/** @typedef {import("../../../media/client/measure.js").Rate} Rate */
/** @typedef {import("../host.js").Host} Host */

const LOOK_EVERY = 1000; // ms
const TELL_EVERY = 2; // looks
const PROOF = 600; // ms that a line has at the least to show that it lives, once the network is back
const STALE = 2000; // ms without a word of the server's, while no picture leaves

/** How the picture gets through: looks at the connection each second, steps down and up, and tells. */
export class Ladder {
  /**
   * @param {Host} host
   * @param {object} options
   * @param {Stills} options.stills
   * @param {() => number} options.frames of the camera so far
   * @param {Lookout} options.lookout
   * @param {() => boolean} options.isVisible the page is
   * @param {() => number | undefined} options.battery
   * @param {() => number} [options.now]
   */
  constructor(host, { stills, frames, lookout, isVisible, battery, now = () => performance.now() }) {
    this._host = host;
    this._options = { stills, frames, lookout, isVisible, battery, now };
    this._rungs = new Rungs();
    /** @type {Reading | null} */
    this._before = null;
    this._shown = 0; // frames of the camera at the last look
    this._way = ""; // as told
    this._silent = false;
    this._looks = 0;
  }

  async look() {
    const { stills, frames, lookout, isVisible } = this._options;
    const { screen, link, socket } = this._host.state();
    const isLinked = link === "connected";
    lookout.watch(socket === "lost" || socket === "connecting" || (!isLinked && this._host.socket.quiet > STALE));
    if (screen !== "live") this._way = "";
    this._show();
    if (screen !== "live" || !isVisible() || !this._host.camera.open || this._host.publisher.paused) {
      this._before = null;
      return stills.stop();
    }
    const { reading, rate } = await this._measure();
    const isCamera = frames() !== this._shown;
    this._shown = frames();
    this._rungs.look({ isLinked, isCamera, away: this._host.publisher.away, reading, rate });
    await this._take(isLinked);
    this._tellWay(isLinked, reading);
    if (this._looks++ % TELL_EVERY === 0) this._tellQuality(reading, isLinked ? rate : null);
  }

  /** The server's word that a still is there. @param {number} number */
  arrived(number) {
    this._options.stills.arrived(number);
    if (this._rungs.isStills) this._tell("stills");
  }

  /** The server is new, or was away: it may have missed what we said. */
  again() {
    this._way = "";
    this._options.stills.again();
  }

  async _measure() {
    const report = await this._host.publisher.stats();
    const reading = report ? read(report, this._options.now()) : null;
    const before = this._before;
    this._before = reading;
    // Another connection begins to count anew.
    const rate = before && reading && reading.packets >= before.packets && reading.heard >= before.heard ? between(before, reading) : null;
    return { reading, rate };
  }

  /** Do as the rungs say. @param {boolean} isLinked */
  async _take(isLinked) {
    const { stills, frames } = this._options;
    const { isStills, isTrying, isDeaf } = this._rungs;
    stills.modest = isTrying;
    // A connection that comes back gets the whole line for its trial, unless stills are all that there was.
    if (isStills && (!isTrying || this._way === "stills")) stills.start();
    else stills.stop();
    const silent = isStills && isLinked && !isTrying && !isDeaf; // what is not heard fights nobody, and shows its return
    if (silent === this._silent) return;
    this._silent = silent;
    await this._host.publisher.silence(silent ? frames : null);
  }

  /** @param {boolean} isLinked @param {Reading | null} reading */
  _tellWay(isLinked, reading) {
    if (isLinked && !this._rungs.isStills && reading?.way) this._tell(reading.way);
  }

  /** @param {string} way */
  _tell(way) {
    if (way === this._way || !this._say({ type: "way", way })) return;
    this._way = way;
    this._show();
  }

  /** The caller's own screen says that stills are seen, for as long as they arrive. */
  _show() {
    const stills = this._way === "stills" && this._host.socket.quiet < 2 * STALE;
    if (stills !== this._host.state().stills) this._host.emit({ type: "stills", stills });
  }

  /** By the socket first: the channel may belong to a connection that is dead. @param {import("../host.js").Frame} frame */
  _say(frame) {
    return this._host.socket.send(frame) || this._host.tell(frame);
  }

  /** @param {Reading | null} reading @param {Rate | null} rate */
  _tellQuality(reading, rate) {
    const { stills, battery } = this._options;
    const last = this._rungs.isStills ? stills.last : null;
    const sent = last ? stills.quality() : rate && { bitrate: rate.bitrate, frames: rate.frames, ...sides(reading) };
    if (sent) this._say({ type: "quality", ...rounded(sent), battery: battery() });
  }
}

/** @param {Reading | null} reading */
function sides(reading) {
  const { width = 0, height = 0, loss = 0, roundTrip = null } = reading ?? {};
  return { width, height, loss, round_trip: roundTrip };
}

/** Short on the wire. @param {{[name: string]: number | null}} values */
function rounded(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value && Number(value.toPrecision(3))]));
}

/** Wi-Fi to mobile and back: a second connection by the new network, while the first one may still send. @param {Host} host */
function followNetwork(host) {
  const network = /** @type {any} */ (navigator).connection;
  let before = network?.type;
  network?.addEventListener("change", () => {
    const type = network.type;
    if (type === before || type === "none") return;
    before = type;
    host.publisher.move();
    host.socket.wake();
  });
}

/** @param {Host} host */
export function install(host) {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("video"));
  const { frames, draw } = source(video);
  const { socket } = host;
  /** @type {{level: number} | undefined} */
  let battery;
  /** @type {any} */ (navigator).getBattery?.().then((/** @type {{level: number}} */ found) => (battery = found), () => {});
  const ladder = new Ladder(host, {
    frames,
    stills: new Stills({ frames, draw, send: (data) => !host.publisher.paused && socket.sendBinary(data), backlog: () => socket.backlog }),
    lookout: new Lookout({ onAnswer: (took) => socket.wake(Math.max(PROOF, 4 * took)) }),
    isVisible: () => document.visibilityState === "visible",
    battery: () => battery?.level,
  });
  host.on("still_at", ({ number }) => ladder.arrived(number));
  host.on("welcome", () => ladder.again());
  followNetwork(host);
  const look = () => void ladder.look();
  setInterval(look, LOOK_EVERY);
  setTimeout(look, Math.max(0, FIRST - host.publisher.away));
}
