/** One track of ours as a stream of the session, for as long as the track lives and is wanted. */

import { Publisher } from "../../../media/client/publisher.js";

/** @typedef {import("../room/streams.js").Audience} Audience */
/** @typedef {import("../room/streams.js").Source} Source */

const OVER = ["not_found", "not_allowed", "bad_message"]; // codes that no further try changes

export class Show {
  /**
   * @param {object} options
   * @param {Source} options.source
   * @param {Audience} options.audience
   * @param {import("../../../media/client/encoding.js").Tuning} [options.tuning]
   * @param {Pick<import("../../../signaling/client/socket.js").Socket, "request">} options.socket
   * @param {() => void} options.onRefused the server takes no such stream
   * @param {typeof RTCPeerConnection} [options.Peer]
   */
  constructor({ source, audience, tuning, socket, onRefused, Peer }) {
    this._source = source;
    this._audience = audience;
    this._tuning = tuning;
    this._socket = socket;
    this._onRefused = onRefused;
    this._publisher = new Publisher({
      negotiate: (sdp) => this._share(sdp),
      onLink: () => undefined,
      onOpen: () => undefined,
      onMessage: () => undefined,
      Peer,
    });
    /** @type {MediaStreamTrack | null} */
    this._track = null;
    this._stream = "";
    this._told = false; // the events have named our stream
  }

  get isOn() {
    return this._track !== null;
  }

  /** A connection that waits for a track, before the browser has asked for it. @param {RTCIceServer[]} iceServers */
  prepare(iceServers) {
    this._publisher.prepare(iceServers);
  }

  /** In the place of the track before, if there is one. @param {MediaStreamTrack} track @param {Audience} [audience] */
  async send(track, audience = this._audience) {
    this._track = track;
    this._audience = audience;
    if (this._tuning) await this._publisher.tune(this._tuning);
    await this._publisher.send(track);
  }

  /** The track is its owner's to stop. */
  end() {
    const stream = this._stream;
    this._stream = "";
    this._told = false;
    this._track = null;
    this._publisher.stop();
    this._unshare(stream);
  }

  /** A new line to the server: the stream may have ended with the one before. @param {RTCIceServer[]} iceServers */
  welcome(iceServers) {
    this.renew(iceServers);
    this._publisher.move();
  }

  /** @param {RTCIceServer[]} iceServers */
  renew(iceServers) {
    if (this._track) this._publisher.prepare(iceServers);
  }

  move() {
    this._publisher.move();
  }

  wake() {
    void this._publisher.wake();
  }

  /** The server ended it with a line that was lost: it goes on as another one. @param {string[]} streams that run, as the events tell */
  follow(streams) {
    if (!this._track) return;
    if (streams.includes(this._stream)) this._told = true;
    else if (this._told) {
      this._stream = "";
      this._told = false;
      this._publisher.move();
    }
  }

  /** Goes on with the stream, or begins one where that has ended. @param {string} sdp our offer @returns {Promise<string>} the answer */
  async _share(sdp) {
    try {
      return await this._ask(sdp);
    } catch (refusal) {
      const { code } = /** @type {{code: string}} */ (refusal);
      if (code === "not_found" && this._stream) {
        this._stream = "";
        return this._ask(sdp);
      }
      if (OVER.includes(code)) this._onRefused();
      throw refusal;
    }
  }

  /** @param {string} sdp @returns {Promise<string>} */
  async _ask(sdp) {
    const goesOn = this._stream ? { stream: this._stream } : {};
    const what = { source: this._source, audience: this._audience, sdp, ...goesOn };
    const shared = await this._socket.request({ type: "share", ...what });
    if (this._track) this._stream = shared["stream"];
    else this._unshare(shared["stream"]); // it was turned off meanwhile
    return shared["sdp"];
  }

  /** @param {string} stream "" for none; without a line the server ends it by itself */
  _unshare(stream) {
    if (stream) this._socket.request({ type: "unshare", stream }).catch(() => undefined);
  }
}
