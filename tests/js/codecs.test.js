import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Publisher } from "../../media/client/publisher.js";

const H264 = "level-asymmetry-allowed=1;packetization-mode=";

/** @type {RTCRtpCodec[]} as Chromium, Safari and Firefox write them */
const CODECS = [
  { mimeType: "video/VP8", clockRate: 90_000 },
  { mimeType: "video/rtx", clockRate: 90_000 },
  { mimeType: "video/H264", clockRate: 90_000, sdpFmtpLine: `${H264}1;profile-level-id=42e01f` },
  { mimeType: "video/H264", clockRate: 90_000, sdpFmtpLine: `${H264}0;profile-level-id=42e01f` },
  { mimeType: "video/H264", clockRate: 90_000, sdpFmtpLine: `${H264}1;profile-level-id=640c1f` },
  { mimeType: "video/H265", clockRate: 90_000 },
  { mimeType: "video/AV1", clockRate: 90_000 },
  { mimeType: "video/AV1", clockRate: 90_000, sdpFmtpLine: "level-idx=5;profile=1;tier=0" },
  { mimeType: "video/VP9", clockRate: 90_000, sdpFmtpLine: "max-fs=12288;max-fr=60" },
  { mimeType: "video/VP9", clockRate: 90_000, sdpFmtpLine: "profile-id=0" },
  { mimeType: "video/VP9", clockRate: 90_000, sdpFmtpLine: "profile-id=2" },
  { mimeType: "video/red", clockRate: 90_000 },
  { mimeType: "video/ulpfec", clockRate: 90_000 },
];

/** @type {any} */
const browser = globalThis;
/** @type {(codecs: RTCRtpCodec[]) => void} */
let setCodecPreferences;

class Peer {
  /** @returns {any} */
  createDataChannel() {
    return {};
  }

  /** @returns {any} */
  addTransceiver() {
    return { sender: {}, setCodecPreferences };
  }
}

function build() {
  const unused = () => assert.fail("nothing is sent yet");
  const options = { negotiate: unused, onLink: unused, onOpen: unused, onMessage: unused };
  new Publisher({ ...options, Peer: /** @type {any} */ (Peer) }).prepare([]);
}

beforeEach(() => {
  browser.RTCRtpSender = { getCapabilities: () => ({ codecs: CODECS }) };
});
afterEach(() => {
  delete browser.RTCRtpSender;
});

test("a phone offers every codec that relays forward, and no other", () => {
  /** @type {string[]} */
  let offered = [];
  setCodecPreferences = (codecs) => {
    offered = codecs.map(({ mimeType, sdpFmtpLine = "" }) => `${mimeType} ${sdpFmtpLine}`.trim());
  };
  build();
  assert.deepEqual(offered, [
    "video/VP8",
    "video/rtx",
    `video/H264 ${H264}1;profile-level-id=42e01f`,
    `video/H264 ${H264}1;profile-level-id=640c1f`,
    "video/AV1",
    "video/VP9 max-fs=12288;max-fr=60",
    "video/VP9 profile-id=0",
  ]);
});

test("a browser that takes no preferences offers what it likes", () => {
  setCodecPreferences = () => {
    throw new TypeError("unknown");
  };
  assert.doesNotThrow(build);
});
