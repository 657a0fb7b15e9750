// A peer connection that does what a test says, and what every test of the publisher begins with.
import { beforeEach, mock } from "node:test";

import { Publisher } from "../../media/client/publisher.js";

/** @type {FakePeer[]} */
export let peers = [];
/** @type {string[]} */
export let links = [];
/** @type {string[]} */
export let heard = [];
/** @type {(sdp: string) => Promise<string>} */
let negotiate;
let codec = "video/H264";
let refusesLayers = false;

/** @param {{negotiate?: typeof negotiate, codec?: string, refusesLayers?: boolean}} how the other end behaves in this test */
export function other(how) {
  ({ negotiate, codec, refusesLayers } = { negotiate, codec, refusesLayers, ...how });
}

export class FakePeer {
  /** @param {RTCConfiguration} configuration */
  constructor(configuration) {
    this.configuration = configuration;
    this.connectionState = "new";
    this.iceGatheringState = "complete";
    this.localDescription = /** @type {any} */ (null);
    this.remoteDescription = /** @type {any} */ (null);
    this.transceiver = /** @type {any} */ (null);
    this.channel = /** @type {any} */ ({ readyState: "connecting", sent: [], send: (/** @type {string} */ data) => this.channel.sent.push(data) });
    this.track = /** @type {any} */ (null);
    this.codec = codec;
    this.encodings = /** @type {any[]} */ ([]);
    this.preference = /** @type {string | undefined} */ (undefined);
    this.bytes = 0;
    this.sent = 0;
    this.onconnectionstatechange = /** @type {any} */ (null);
    peers.push(this);
  }

  /** @param {RTCConfiguration} configuration */
  setConfiguration(configuration) {
    this.configuration = configuration;
  }

  /** @param {string} label */
  createDataChannel(label) {
    this.channel.label = label;
    return this.channel;
  }

  /** @param {string} kind @param {RTCRtpTransceiverInit} init */
  addTransceiver(kind, init) {
    const replaceTrack = async (/** @type {any} */ track) => {
      this.track = track;
    };
    const getParameters = () => ({ codecs: [{ mimeType: this.codec }], encodings: structuredClone(this.encodings) });
    const setParameters = async (/** @type {any} */ { encodings, degradationPreference }) => {
      if (refusesLayers && encodings[0].scalabilityMode) throw new DOMException("no layers", "OperationError");
      this.encodings = JSON.parse(JSON.stringify(encodings));
      this.preference = degradationPreference;
    };
    this.encodings = init.sendEncodings ?? [];
    const sender = { replaceTrack, getParameters, setParameters };
    this.transceiver = { kind, ...init, sender, setCodecPreferences() {} };
    return this.transceiver;
  }

  async createOffer() {
    return { type: "offer", sdp: `offer ${peers.indexOf(this)}` };
  }

  /** @param {any} description */
  async setLocalDescription(description) {
    this.localDescription = description;
  }

  /** @param {any} description */
  async setRemoteDescription(description) {
    this.remoteDescription = description;
  }

  async getStats() {
    return new Map([
      ["a", { type: "candidate-pair", bytesReceived: this.bytes }],
      ["b", { type: "outbound-rtp", framesEncoded: 12, packetsSent: this.sent }],
    ]);
  }

  close() {
    this.connectionState = "closed";
  }

  /** @param {string} state */
  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

export function publisher() {
  return new Publisher({
    negotiate: (sdp) => negotiate(sdp),
    onLink: (link) => links.push(link),
    onOpen: () => heard.push("open"),
    onMessage: (data) => heard.push(data),
    backoff: (attempt) => attempt * 1000,
    Peer: /** @type {any} */ (FakePeer),
  });
}

export async function settle() {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}

export const UNTUNED = { maxBitrate: 2_500_000, scaleResolutionDownBy: 1, active: true };
export const track = /** @type {any} */ ({ name: "back" });
export const open = () => peers.filter(({ connectionState }) => connectionState !== "closed").length;

export async function connected() {
  const made = publisher();
  made.send(track);
  await settle();
  peers[0].become("connected");
  return made;
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  peers = [];
  links = [];
  heard = [];
  codec = "video/H264";
  refusesLayers = false;
  negotiate = async (sdp) => sdp.replace("offer", "answer");
});
