/** Receives a session's picture: one recvonly connection, made anew whenever it fails. */

/** @typedef {(attempt: number) => number} Backoff milliseconds before a try */
/** @typedef {ReturnType<typeof setTimeout>} Timer */
/** @typedef {{width: number, height: number}} Size */

const LOOK_EVERY = 500; // ms between two looks at the decoder
const FIRST_LOOK_EVERY = 50; // ms between two looks at the decoder of a connection that has packets and no frame yet
const FROZEN_AFTER = 4000; // ms without a frame while the phone is known to send: a phone in trouble is known sooner
const CONNECT_LIMIT = 10_000; // ms from the offer to a connection
const DISCONNECTED_LIMIT = 2500; // ms: what mends by itself does so sooner
const REPORT_EVERY = 250; // ms between two reports of frames: thirty a second would say nothing more

export class Viewer {
  /**
   * @param {object} options
   * @param {HTMLVideoElement} options.video
   * @param {(sdp: string) => Promise<string>} options.negotiate an offer's SDP -> the answer's
   * @param {(size: Size) => void} options.onFrame frames are being decoded
   * @param {Backoff} options.backoff
   */
  constructor({ video, negotiate, onFrame, backoff }) {
    this._video = video;
    this._negotiate = negotiate;
    this._onFrame = onFrame;
    this._backoff = backoff;
    /** @type {RTCIceServer[]} */
    this._iceServers = [];
    /** @type {RTCPeerConnection | null} shows the picture */
    this._shown = null;
    /** @type {RTCPeerConnection | null} under way, will replace it */
    this._next = null;
    this._attempt = 0;
    /** @type {Timer | undefined} the next try */
    this._timer = undefined;
    /** @type {Timer | undefined} the look at the decoder, while open */
    this._watch = undefined;
    /** @type {Timer | undefined} of the connection under way */
    this._limit = undefined;
    this._decoded = 0;
    this._pictured = false; // whether there ever was a frame: it stays until the next connection has one
    this._frameAt = 0;
    this._reportAt = 0;
    this._sending = false;
  }

  /**
   * Offer now, whether or not a phone is there: the picture comes when it comes. An earlier connection
   * shows its picture until the new one has one.
   *
   * @param {RTCIceServer[]} iceServers
   */
  open(iceServers) {
    this._iceServers = iceServers;
    this._attempt = 0;
    if (!this._watch) this._watch = setInterval(() => void this._look(), LOOK_EVERY);
    this._connect();
  }

  /** For the next connection: the credentials of the last ones end. @param {RTCIceServer[]} iceServers */
  renew(iceServers) {
    this._iceServers = iceServers;
  }

  /** The relay goes, or is gone: offer to the next one. What there is of a picture stays until that one has some. */
  move() {
    const isAsked = this._next && !this._next.remoteDescription && !this._timer; // its answer comes from the next one
    if (!this._watch || isAsked) return;
    this._attempt = 0;
    this._connect();
  }

  /** What the server knows of the phone: without it, no frames is no fault. @param {boolean} sending */
  expect(sending) {
    if (sending && !this._sending) this._frameAt = performance.now();
    this._sending = sending;
  }

  /** The network or the page came back: don't wait for a limit to pass. */
  wake() {
    if (this._next && /^(disconnected|failed)$/.test(this._next.connectionState)) {
      this._attempt = 0;
      this._connect();
    }
  }

  close() {
    clearInterval(this._watch);
    clearTimeout(this._timer);
    clearTimeout(this._limit);
    this._watch = this._timer = undefined;
    this._next?.close();
    this._shown?.close();
    this._next = this._shown = null;
  }

  _connect() {
    clearTimeout(this._timer);
    this._timer = undefined;
    clearTimeout(this._limit);
    if (this._next !== this._shown) this._next?.close();
    const connection = new RTCPeerConnection({ iceServers: this._iceServers, bundlePolicy: "max-bundle" });
    this._next = connection;
    connection.addTransceiver("video", { direction: "recvonly" });
    connection.ontrack = ({ track }) => this._await(connection, track);
    connection.onconnectionstatechange = () => this._changed(connection);
    this._limit = setTimeout(() => this._failed(connection), CONNECT_LIMIT);
    this._offer(connection).catch(() => this._failed(connection));
  }

  /** @param {RTCPeerConnection} connection */
  async _offer(connection) {
    await connection.setLocalDescription(await connection.createOffer());
    // At once, without waiting for candidates: the relay learns our addresses from our checks.
    const sdp = await this._negotiate(connection.localDescription?.sdp ?? "");
    if (connection.signalingState !== "closed") {
      await connection.setRemoteDescription({ type: "answer", sdp });
    }
  }

  /** @param {RTCPeerConnection} connection @param {MediaStreamTrack} track unmutes with its first packet */
  _await(connection, track) {
    const stream = new MediaStream([track]);
    if (!this._pictured) this._show(connection, stream);
    else track.onunmute = () => void this._showFirstFrame(connection, stream);
  }

  /** Packets are no picture yet: their keyframe may be lost. @param {RTCPeerConnection} connection @param {MediaStream} stream */
  async _showFirstFrame(connection, stream) {
    while (connection === this._next && connection !== this._shown) {
      if ((await framesDecoded(connection)) > 0) return this._show(connection, stream);
      await new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_EVERY));
    }
  }

  /** @param {RTCPeerConnection} connection @param {MediaStream} stream */
  _show(connection, stream) {
    if (this._shown === connection || this._next !== connection) return;
    this._shown?.close();
    this._shown = connection;
    this._decoded = 0;
    this._video.srcObject = stream;
    this._video.play().catch(() => undefined); // muted video may always play; a rejection is an overtaken call
    this._followFrames(connection);
  }

  /** @param {RTCPeerConnection} connection */
  _changed(connection) {
    if (connection !== this._next) return;
    const state = connection.connectionState;
    if (state === "connected") {
      clearTimeout(this._limit);
      this._attempt = 0;
      this._frameAt = performance.now();
    } else if (state === "disconnected") {
      this._limit = setTimeout(() => this._failed(connection), DISCONNECTED_LIMIT);
    } else if (state === "failed" || state === "closed") {
      this._failed(connection);
    }
  }

  /** @param {RTCPeerConnection} connection */
  _failed(connection) {
    if (connection !== this._next || !this._watch || this._timer) return;
    clearTimeout(this._limit);
    this._timer = setTimeout(() => this._connect(), this._backoff(this._attempt++));
  }

  /** The very first frame is reported when it is shown, not at the next look. @param {RTCPeerConnection} connection */
  _followFrames(connection) {
    const video = this._video;
    if (!("requestVideoFrameCallback" in video)) return;
    const follow = () => {
      if (connection !== this._shown) return;
      this._frame();
      video.requestVideoFrameCallback(follow);
    };
    video.requestVideoFrameCallback(follow);
  }

  _frame() {
    const now = performance.now();
    this._frameAt = now;
    this._pictured = true;
    if (now - this._reportAt < REPORT_EVERY) return;
    this._reportAt = now;
    this._onFrame({ width: this._video.videoWidth, height: this._video.videoHeight });
  }

  /** Frames are judged by the decoder: a hidden tab gets no video callbacks, a dead track stays "live". */
  async _look() {
    const connection = this._shown;
    if (!connection) return;
    const decoded = await framesDecoded(connection);
    if (connection !== this._shown) return;
    if (decoded > this._decoded) this._frame();
    this._decoded = decoded;
    const frozen = this._sending && performance.now() - this._frameAt > FROZEN_AFTER;
    if (frozen && this._next?.connectionState === "connected") this._failed(this._next);
  }
}

/** @param {RTCPeerConnection} connection */
async function framesDecoded(connection) {
  let decoded = 0;
  const report = await connection.getStats();
  report.forEach((stats) => {
    if (stats.type === "inbound-rtp" && stats.kind === "video") decoded = stats.framesDecoded ?? 0;
  });
  return decoded;
}
