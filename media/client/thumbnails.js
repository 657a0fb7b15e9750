/** The pictures beside the main one. Each arrives small, and whole while it is shown in the main one's place. */

import { Viewer } from "./viewer.js";

export class Thumbnails {
  /**
   * @param {object} options
   * @param {(sdp: string, name: string, large: boolean) => Promise<string>} options.negotiate an offer's SDP for the picture of that name -> the answer's
   * @param {import("./viewer.js").Backoff} options.backoff
   */
  constructor({ negotiate, backoff }) {
    this._negotiate = negotiate;
    this._backoff = backoff;
    /** @type {RTCIceServer[]} */
    this._iceServers = [];
    /** @type {Map<string, Viewer>} by the picture's name */
    this._viewers = new Map();
    this._large = "";
  }

  /** @param {string} name as the relay knows it @param {HTMLVideoElement} video @returns {() => void} ends it */
  watch(name, video) {
    const viewer = new Viewer({
      video,
      negotiate: (sdp) => this._negotiate(sdp, name, name === this._large),
      onFrame: () => undefined,
      backoff: this._backoff,
    });
    this._viewers.set(name, viewer);
    viewer.open(this._iceServers);
    return () => {
      viewer.close();
      this._viewers.delete(name);
    };
  }

  /** The relay sends as much as is seen: asked anew, while what there is of the picture stays. @param {string} name "" for none */
  enlarge(name) {
    if (name === this._large) return;
    const changed = [this._large, name];
    this._large = name;
    for (const one of changed) this._viewers.get(one)?.open(this._iceServers);
  }

  /** @param {RTCIceServer[]} iceServers */
  open(iceServers) {
    this._iceServers = iceServers;
    for (const viewer of this._viewers.values()) viewer.open(iceServers);
  }

  /** @param {RTCIceServer[]} iceServers */
  renew(iceServers) {
    this._iceServers = iceServers;
    for (const viewer of this._viewers.values()) viewer.renew(iceServers);
  }

  move() {
    for (const viewer of this._viewers.values()) viewer.move();
  }

  wake() {
    for (const viewer of this._viewers.values()) viewer.wake();
  }
}
