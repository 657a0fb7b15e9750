import { delay } from "../../signaling/client/backoff.js";
import { MAX_BITRATE, preferCodecs, shape } from "./encoding.js";

/** @typedef {"connecting" | "connected" | "lost"} Link */
/** @typedef {ReturnType<typeof setTimeout>} Timer */
/** @typedef {{pc: RTCPeerConnection, sender: RTCRtpSender, channel: RTCDataChannel, relayed: boolean, shaped: Promise<void>, limit?: Timer, offered?: boolean, watched?: boolean}} Leg */
/** @typedef {import("./encoding.js").Tuning} Tuning */

const PATIENCE = 2500; // ms without a connection, which often heals by itself
const GIVE_UP = 15_000; // ms from the offer to a connection; then everything is built anew
const DETOUR = 5000; // ms from the answer to a connection; then the relay's TCP and TLS are tried beside it
const CLOSED = /^turns:|transport=tcp/; // addresses of TURN that get out where no UDP does
const PROBE = 1000; // ms in which a living relay has sent something
const LOOK_EVERY = 1000; // ms between two looks at what the relay sends back, which it does twice a second
const SILENT = 2; // looks in a row without anything

/** Sends one video track, for ever: a connection that fails is replaced by a new one, with a new offer. */
export class Publisher {
  /**
   * @param {object} options
   * @param {(sdp: string) => Promise<string>} options.negotiate from the offer to the answer
   * @param {(link: Link) => void} options.onLink
   * @param {() => void} options.onOpen the channel `control` opened; once for each connection
   * @param {(data: string) => void} options.onMessage
   * @param {(attempt: number) => number} [options.backoff]
   * @param {typeof RTCPeerConnection | undefined} [options.Peer] iPhones in lockdown mode have none, and send stills only
   */
  constructor({ negotiate, onLink, onOpen, onMessage, backoff = delay, Peer = globalThis.RTCPeerConnection }) {
    this._options = { negotiate, onLink, onOpen, onMessage, backoff, Peer };
    /** @type {Leg | null} */
    this._leg = null;
    /** @type {Leg | null} under way, will replace it: both send until it stands */
    this._next = null;
    /** @type {MediaStreamTrack | null} */
    this._track = null;
    /** @type {RTCIceServer[]} */
    this._iceServers = [];
    this._attempt = 0;
    /** @type {Timer | undefined} the next try */
    this._timer = undefined;
    /** @type {number | null} when it was lost, or first offered; null while one stands */
    this._awayAt = null;
    /** @type {Tuning} */
    this._tuning = {};
    /** @type {(() => number) | null} while silent: what counts in place of encoded frames */
    this._silence = null;
    this.paused = false; // nothing of the picture leaves
  }

  /**
   * What can be done before the camera is there. Gathering waits: until then browsers hide the phone's addresses.
   * @param {RTCIceServer[]} iceServers in place of earlier ones, whose credentials end
   */
  prepare(iceServers) {
    this._iceServers = iceServers;
    if (!this._options.Peer) return;
    this._leg ??= this._build();
    this._leg.pc.setConfiguration?.(this._configuration(this._leg.relayed)); // Firefox has it since 119 only
  }

  /** Send this track: in a new connection, or in place of the track of the present one. @param {MediaStreamTrack} track */
  async send(track) {
    const first = !this._track;
    this._track = track;
    if (first) await this._begin();
    else await this._replace();
  }

  /** @param {string} data @returns {boolean} whether it left by the data channel */
  say(data) {
    if (this._leg?.channel.readyState !== "open") return false;
    this._leg.channel.send(data);
    return true;
  }

  /**
   * A channel of its own beside `control`, reliable and ordered.
   * @param {string} label @param {string} protocol
   * @returns {RTCDataChannel | null} null while no connection stands
   */
  channel(label, protocol) {
    const pc = this._leg?.pc;
    return pc?.connectionState === "connected" ? pc.createDataChannel(label, { protocol }) : null;
  }

  /** The network, the page or the server came back: connect now, or make the connection prove that it lives. */
  async wake() {
    const leg = this._leg;
    if (!this._track || this._next || isUnderWay(leg)) return;
    const lives = leg?.pc.connectionState === "connected" && !this._timer && (await hears(leg.pc));
    if (!lives && leg === this._leg && !this._next) this.move();
  }

  /** The relay goes, or is gone: offer to the next one, and send by the present connection until that one stands. */
  move() {
    const newest = this._next ?? this._leg;
    if (!this._track || (isUnderWay(newest) && !newest?.pc.remoteDescription)) return; // its answer comes from the next one
    if (this._leg?.pc.connectionState !== "connected") return this._again(0);
    this._rest();
    close(this._next);
    this._next = this._build();
    void this._offer(this._next);
  }

  /** @returns {Promise<number>} frames encoded by this connection: the sign of life that a dead camera can't give */
  async frames() {
    if (this._silence) return this._silence();
    return this._leg ? total(this._leg.pc, "outbound-rtp", "framesEncoded") : 0;
  }

  /** Milliseconds without a connection, 0 while one stands. */
  get away() {
    return this._awayAt === null ? 0 : performance.now() - this._awayAt;
  }

  /** @returns {Promise<RTCStatsReport | undefined>} of the connection that stands, or is being made */
  async stats() {
    return this._leg?.pc.getStats();
  }

  /** How to encode, from now on and in later connections. @param {Tuning} tuning in place of the last one */
  tune(tuning) {
    this._tuning = tuning;
    return this._reshape();
  }

  /**
   * Encode nothing while the line is needed for something else; or, with null, go on.
   * @param {(() => number) | null} count of the frames that the camera gives meanwhile, for `frames`
   */
  silence(count) {
    this._silence = count;
    return this._reshape();
  }

  /**
   * Hold the picture back, in later connections too; or go on, with a whole picture first.
   * @param {boolean} paused
   */
  async pause(paused) {
    this.paused = paused;
    await Promise.all([this._replace(), this._reshape()]);
  }

  stop() {
    this._track = null;
    this._awayAt = null;
    this._drop();
  }

  /** What is sent; nothing while paused, since some browsers encode on whatever they are told. */
  get _sent() {
    return this.paused ? null : this._track;
  }

  get _active() {
    return !this._silence && !this.paused;
  }

  _replace() {
    return Promise.all([this._leg, this._next].map((leg) => leg?.sender.replaceTrack(this._sent)));
  }

  _reshape() {
    return Promise.all([this._leg, this._next].map((leg) => leg?.pc.remoteDescription && this._shape(leg)));
  }

  /** One at a time: parameters that were read before others were set are refused. @param {Leg} leg */
  _shape(leg) {
    return (leg.shaped = leg.shaped.then(() => shape(leg.sender, this._tuning, this._active)));
  }

  /** @returns {RTCConfiguration} */
  _configuration(relayed = false) {
    const iceServers = relayed ? throughTcp(this._iceServers) : this._iceServers;
    return { iceServers, bundlePolicy: "max-bundle", iceTransportPolicy: relayed ? "relay" : "all" };
  }

  /** @returns {Leg} */
  _build(relayed = false) {
    const pc = new /** @type {typeof RTCPeerConnection} */ (this._options.Peer)(this._configuration(relayed));
    const channel = pc.createDataChannel("control");
    const sendEncodings = [{ maxBitrate: this._tuning.maxBitrate ?? MAX_BITRATE, active: this._active }];
    const transceiver = pc.addTransceiver("video", { direction: "sendonly", sendEncodings });
    preferCodecs(transceiver);
    /** @type {Leg} */
    const leg = { pc, channel, sender: transceiver.sender, relayed, shaped: Promise.resolve() };
    channel.onopen = () => {
      if (leg === this._next) this._stands(leg); // what is said at the opening goes by this channel
      this._options.onOpen();
    };
    channel.onmessage = (event) => this._options.onMessage(event.data);
    channel.onclose = () => this._failed(leg); // the relay hung up: faster than ICE, which needs 7 s to notice
    pc.onconnectionstatechange = () => this._changed(leg, pc.connectionState);
    return leg;
  }

  async _begin() {
    this._awayAt ??= performance.now();
    this._options.onLink("connecting");
    if (!this._options.Peer) return;
    this._leg ??= this._build();
    await this._offer(this._leg);
  }

  /** @param {Leg} leg */
  async _offer(leg) {
    leg.offered = true;
    this._limit(leg, GIVE_UP);
    try {
      await leg.sender.replaceTrack(this._sent);
      await leg.pc.setLocalDescription(await leg.pc.createOffer());
      // At once, without waiting for candidates: the relay learns our addresses from our checks.
      const sdp = await this._options.negotiate(leg.pc.localDescription?.sdp ?? "");
      if (!this._has(leg)) return;
      await leg.pc.setRemoteDescription({ type: "answer", sdp });
      setTimeout(() => this._detour(leg), DETOUR);
      await this._shape(leg);
    } catch {
      this._failed(leg);
    }
  }

  /** @param {Leg} leg @param {RTCPeerConnectionState} state */
  _changed(leg, state) {
    if (state === "connected") this._stands(leg);
    else if (state === "disconnected") this._limit(leg, PATIENCE);
    else if (state === "failed") this._failed(leg);
  }

  /** UDP seems to lead nowhere: try TCP and TLS as well; whichever stands first is taken. @param {Leg} leg */
  _detour(leg) {
    const waits = this._has(leg) && isUnderWay(leg) && !leg.relayed && throughTcp(this._iceServers).length;
    if (!waits || (this._next && this._next !== leg)) return;
    close(this._next);
    this._next = this._build(true);
    void this._offer(this._next);
  }

  /** @param {Leg} leg whether it is one of ours, still */
  _has(leg) {
    return leg === this._leg || leg === this._next;
  }

  /** @param {Leg} leg is connected: an earlier one has served its time */
  _stands(leg) {
    clearTimeout(leg.limit);
    this._attempt = 0;
    this._awayAt = null;
    if (leg === this._next) {
      close(this._leg);
      this._leg = leg;
      this._next = null;
    } else if (this._next?.relayed) {
      close(this._next); // the detour is not needed
      this._next = null;
    }
    this._options.onLink("connected");
    void this._watch(leg);
  }

  /** Whoever could tell us that the relay died may have died with it. @param {Leg} leg */
  async _watch(leg) {
    if (leg.watched) return;
    leg.watched = true;
    let [before, silent] = [await traffic(leg.pc), 0];
    while (leg === this._leg) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      const now = await traffic(leg.pc);
      silent = now.sent > before.sent && now.received === before.received ? silent + 1 : 0;
      if (silent >= SILENT && leg === this._leg && !this._next) this.move();
      before = now;
    }
  }

  /** Start anew unless a connection comes first. @param {Leg} leg @param {number} within ms */
  _limit(leg, within) {
    clearTimeout(leg.limit);
    leg.limit = setTimeout(() => this._failed(leg), within);
  }

  /** @param {Leg} leg */
  _failed(leg) {
    if (leg === this._next) {
      close(leg);
      this._next = null;
      if (isUnderWay(this._leg)) return; // a detour that leads nowhere either
      this._retry(() => this.move(), this._options.backoff(this._attempt++));
    } else if (leg === this._leg && this._next) {
      close(leg);
      this._leg = this._next;
      this._next = null;
      this._awayAt ??= performance.now();
      this._options.onLink("connecting");
    } else if (leg === this._leg) {
      this._again();
    }
  }

  _again(wait = this._options.backoff(this._attempt++)) {
    this._drop();
    if (!this._track) return;
    this._options.onLink("lost");
    this._retry(() => this._begin(), wait);
  }

  /** @param {() => void} work @param {number} wait ms */
  _retry(work, wait) {
    this._rest();
    this._timer = setTimeout(() => {
      this._timer = undefined;
      work();
    }, wait);
  }

  /** No other try is waited for. */
  _rest() {
    clearTimeout(this._timer);
    this._timer = undefined;
  }

  _drop() {
    this._rest();
    close(this._leg);
    close(this._next);
    this._leg = this._next = null;
  }
}

/** @param {Leg | null} leg for good, and without a word to whoever waits on it */
function close(leg) {
  if (!leg) return;
  clearTimeout(leg.limit);
  leg.channel.onopen = leg.channel.onmessage = leg.channel.onclose = null;
  leg.pc.onconnectionstatechange = null;
  leg.pc.close();
}

/** @param {RTCIceServer[]} servers @returns {RTCIceServer[]} what of them is reached by TCP or TLS */
function throughTcp(servers) {
  return servers
    .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => CLOSED.test(url)) }))
    .filter(({ urls }) => urls.length);
}

/** @param {Leg | null} leg whether it was offered and is not decided yet: one that was only prepared waits for nobody */
function isUnderWay(leg) {
  return Boolean(leg?.offered && /^(new|connecting)$/.test(leg.pc.connectionState));
}

/** @param {RTCPeerConnection} pc whether a living relay is at its other end */
async function hears(pc) {
  const before = await traffic(pc);
  await new Promise((resolve) => setTimeout(resolve, PROBE));
  return (await traffic(pc)).received !== before.received;
}

/** @param {RTCPeerConnection} pc packets of ours that left, and what came back: reports, and answers to our checks */
async function traffic(pc) {
  const sent = await total(pc, "outbound-rtp", "packetsSent");
  const answers = await total(pc, "candidate-pair", "responsesReceived");
  return { sent, received: answers + (await total(pc, "candidate-pair", "bytesReceived")) };
}

/** @param {RTCPeerConnection} pc @param {string} type @param {string} field */
async function total(pc, type, field) {
  let sum = 0;
  for (const report of (await pc.getStats()).values()) {
    if (report.type === type) sum += report[field] ?? 0;
  }
  return sum;
}
