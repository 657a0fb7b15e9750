import { Publisher } from "../../../media/client/publisher.js";
import { measured, numbers, sample } from "./measure.js";
import { connect } from "./network.js";

/** @typedef {{way: string, bitrate: number, loss: number, round_trip: number, frames: number, width: number, height: number}} Measured as `Echo` of signaling/domain/phone_test.py */

const PICTURE_WITHIN = 12_000; // ms from the offers to the first frame that came back
const SECONDS = 10;
const LOOK_EVERY = 100; // ms, for the first frame

/** The phone's video to the relay, as in a call, and back to the phone. */
export class Echo {
  /**
   * @param {object} options
   * @param {import("./line.js").Line} options.line
   * @param {RTCIceServer[]} options.iceServers
   * @param {HTMLVideoElement} options.video shows what comes back
   * @param {(numbers: string) => void} options.onNumbers each second
   */
  constructor({ line, iceServers, video, onNumbers }) {
    this._line = line;
    this._iceServers = iceServers;
    this._video = video;
    this._onNumbers = onNumbers;
    /** @type {RTCPeerConnection | null} that the publisher made last */
    this._sender = null;
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {() => void} onPicture
   * @returns {Promise<Measured | null>} null when no picture came back
   */
  async run(track, onPicture) {
    const publisher = new Publisher({
      negotiate: (sdp) => this._line.offer("send", sdp),
      onLink: () => undefined,
      onOpen: () => undefined,
      onMessage: () => undefined,
      Peer: this._peers(),
    });
    const receiver = new RTCPeerConnection({ iceServers: this._iceServers, bundlePolicy: "max-bundle" });
    try {
      publisher.prepare(this._iceServers);
      await Promise.all([publisher.send(track), this._receive(receiver)]);
      if (!(await this._pictured(receiver))) return null;
      onPicture();
      return await this._measure(receiver);
    } catch {
      return null;
    } finally {
      publisher.stop();
      receiver.close();
    }
  }

  /** The publisher's own connections are looked at from outside: it is the one of a call, unchanged. */
  _peers() {
    const keep = (/** @type {RTCPeerConnection} */ made) => (this._sender = made);
    return class extends RTCPeerConnection {
      /** @param {RTCConfiguration} [configuration] */
      constructor(configuration) {
        super(configuration);
        keep(this);
      }
    };
  }

  /** @param {RTCPeerConnection} receiver */
  _receive(receiver) {
    receiver.addTransceiver("video", { direction: "recvonly" });
    receiver.ontrack = ({ track }) => {
      this._video.srcObject = new MediaStream([track]);
      this._video.play().catch(() => undefined); // muted video may always play
    };
    return connect(receiver, (sdp) => this._line.offer("receive", sdp));
  }

  /** @param {RTCPeerConnection} receiver */
  async _pictured(receiver) {
    for (let waited = 0; waited < PICTURE_WITHIN && !this._line.isBusy; waited += LOOK_EVERY) {
      if ((await sample(receiver)).frames > 0) return true;
      await pause(LOOK_EVERY);
    }
    return false;
  }

  /** @param {RTCPeerConnection} receiver */
  async _measure(receiver) {
    const sender = /** @type {RTCPeerConnection} */ (this._sender);
    const first = await sample(receiver);
    let found = null;
    for (let second = 1; second <= SECONDS; second++) {
      await pause(1000);
      found = measured(first, await sample(receiver), await sample(sender));
      this._onNumbers(numbers(found, second));
    }
    return found;
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
