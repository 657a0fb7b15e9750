import { delay } from "../../signaling/client/backoff.js";

/** @typedef {"connecting" | "connected" | "lost"} Link */
/** @typedef {{pc: RTCPeerConnection, sender: RTCRtpSender, channel: RTCDataChannel}} Leg */

const PATIENCE = 2500; // ms without a connection, which often heals by itself
const GIVE_UP = 15_000; // ms from the offer to a connection; then everything is built anew
const PROBE = 2000; // ms in which a living relay has sent something
const MAX_BITRATE = 2_500_000; // bit/s, enough for 720p at 30 frames/s

/** Sends one video track, for ever: a connection that fails is replaced by a new one, with a new offer. */
export class Publisher {
  /**
   * @param {object} options
   * @param {(sdp: string) => Promise<string>} options.negotiate from the offer to the answer
   * @param {(link: Link) => void} options.onLink
   * @param {() => void} options.onOpen the channel `control` opened; once for each connection
   * @param {(data: string) => void} options.onMessage
   * @param {(attempt: number) => number} [options.backoff]
   * @param {typeof RTCPeerConnection} [options.Peer]
   */
  constructor({ negotiate, onLink, onOpen, onMessage, backoff = delay, Peer = RTCPeerConnection }) {
    this._options = { negotiate, onLink, onOpen, onMessage, backoff, Peer };
    /** @type {Leg | null} */
    this._leg = null;
    /** @type {MediaStreamTrack | null} */
    this._track = null;
    /** @type {RTCIceServer[]} */
    this._iceServers = [];
    this._attempt = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
  }

  /**
   * What can be done before the camera is there. Gathering waits: until then browsers hide the phone's addresses.
   * @param {RTCIceServer[]} iceServers
   */
  prepare(iceServers) {
    this._iceServers = iceServers;
    this._leg ??= this._build();
  }

  /** Send this track: in a new connection, or in place of the track of the present one. @param {MediaStreamTrack} track */
  async send(track) {
    const first = !this._track;
    this._track = track;
    if (first) await this._offer();
    else await this._leg?.sender.replaceTrack(track);
  }

  /** @param {string} data @returns {boolean} whether it left by the data channel */
  say(data) {
    if (this._leg?.channel.readyState !== "open") return false;
    this._leg.channel.send(data);
    return true;
  }

  /** The network, the page or the server came back: connect now, or make the connection prove that it lives. */
  async wake() {
    const leg = this._leg;
    const state = leg?.pc.connectionState ?? "failed";
    if (!this._track || state === "new" || state === "connecting") return;
    if (leg && state === "connected") {
      const before = await received(leg.pc);
      await new Promise((resolve) => setTimeout(resolve, PROBE));
      if (leg !== this._leg || (await received(leg.pc)) !== before) return;
    }
    this._again(0);
  }

  /** @returns {Promise<number>} frames encoded by this connection: the sign of life that a dead camera can't give */
  async frames() {
    return this._leg ? total(this._leg.pc, "outbound-rtp", "framesEncoded") : 0;
  }

  stop() {
    this._track = null;
    this._drop();
  }

  /** @returns {Leg} */
  _build() {
    const pc = new this._options.Peer({ iceServers: this._iceServers, bundlePolicy: "max-bundle" });
    const channel = pc.createDataChannel("control");
    const sendEncodings = [{ maxBitrate: MAX_BITRATE }];
    const transceiver = pc.addTransceiver("video", { direction: "sendonly", sendEncodings });
    preferCodecs(transceiver);
    const leg = { pc, channel, sender: transceiver.sender };
    channel.onopen = () => this._options.onOpen();
    channel.onmessage = (event) => this._options.onMessage(event.data);
    channel.onclose = () => this._again(); // the relay hung up: faster than ICE, which needs 7 s to notice
    pc.onconnectionstatechange = () => this._changed(pc.connectionState);
    return leg;
  }

  async _offer() {
    const leg = (this._leg ??= this._build());
    this._wait(GIVE_UP);
    this._options.onLink("connecting");
    try {
      await leg.sender.replaceTrack(this._track);
      await leg.pc.setLocalDescription(await leg.pc.createOffer());
      // At once, without waiting for candidates: the relay learns our addresses from our checks.
      const sdp = await this._options.negotiate(leg.pc.localDescription?.sdp ?? "");
      if (leg === this._leg) await leg.pc.setRemoteDescription({ type: "answer", sdp });
    } catch {
      if (leg === this._leg) this._again();
    }
  }

  /** @param {RTCPeerConnectionState} state */
  _changed(state) {
    if (state === "connected") {
      this._attempt = 0;
      clearTimeout(this._timer);
      this._options.onLink("connected");
    } else if (state === "disconnected") {
      this._wait(PATIENCE);
    } else if (state === "failed") {
      this._again();
    }
  }

  /** Start anew unless a connection comes first. @param {number} within ms */
  _wait(within) {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._again(), within);
  }

  _again(wait = this._options.backoff(this._attempt++)) {
    this._drop();
    if (!this._track) return;
    this._options.onLink("lost");
    this._timer = setTimeout(() => this._offer(), wait);
  }

  _drop() {
    clearTimeout(this._timer);
    const leg = this._leg;
    this._leg = null;
    if (!leg) return;
    leg.channel.onopen = leg.channel.onmessage = leg.channel.onclose = null;
    leg.pc.onconnectionstatechange = null;
    leg.pc.close();
  }
}

/** H.264 first, since VP8 makes iPhones hot; then VP8, since some Androids have no H.264. @param {RTCRtpTransceiver} transceiver */
function preferCodecs(transceiver) {
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.("video")?.codecs ?? [];
  const sorted = codecs.filter((codec) => rank(codec) < 4).sort((a, b) => rank(a) - rank(b));
  try {
    transceiver.setCodecPreferences(sorted);
  } catch {
    // An older browser keeps its own order: both codecs are in it.
  }
}

/** @param {RTCRtpCodec} codec 0 is the best, 4 is not wanted */
function rank({ mimeType, sdpFmtpLine = "" }) {
  if (/h264/i.test(mimeType) && sdpFmtpLine.includes("packetization-mode=1")) {
    return sdpFmtpLine.includes("profile-level-id=42e0") ? 0 : 1; // constrained baseline: every decoder has it
  }
  return /vp8/i.test(mimeType) ? 2 : /rtx/i.test(mimeType) ? 3 : 4;
}

/** Bytes that came from the relay: its reports and its answers to our checks. @param {RTCPeerConnection} pc */
function received(pc) {
  return total(pc, "candidate-pair", "bytesReceived");
}

/** @param {RTCPeerConnection} pc @param {string} type @param {string} field */
async function total(pc, type, field) {
  let sum = 0;
  for (const report of (await pc.getStats()).values()) {
    if (report.type === type) sum += report[field] ?? 0;
  }
  return sum;
}
