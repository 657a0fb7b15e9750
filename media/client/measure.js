/** What the statistics of a connection that sends say. @see https://www.w3.org/TR/webrtc-stats/ */

/** @typedef {"udp" | "turn_udp" | "turn_tcp" | "turn_tls"} Way */
/**
 * Sums since the connection began.
 * @typedef {object} Reading
 * @property {number} at ms
 * @property {Way | null} way null: none is chosen yet
 * @property {number} bytes of video that left
 * @property {number} frames encoded
 * @property {number} heard bytes and answers from the other end
 * @property {number} packets sent
 * @property {number} width
 * @property {number} height
 * @property {number} loss share, as the receiver reports
 * @property {number | null} roundTrip ms
 * @property {number | null} carries bit/s that the line is thought to carry; null where the browser does not tell
 */
/** @typedef {{bitrate: number, frames: number, isHeard: boolean, isSending: boolean}} Rate between two readings: kbit/s, frames a second */

const TRANSPORTS = /** @type {{[protocol: string]: Way}} */ ({ udp: "turn_udp", tcp: "turn_tcp", tls: "turn_tls" });

const NOTHING = { bytesSent: 0, framesEncoded: 0, packetsSent: 0, frameWidth: 0, frameHeight: 0, fractionLost: 0 };
const NO_PAIR = { bytesReceived: 0, responsesReceived: 0, availableOutgoingBitrate: null, currentRoundTripTime: NaN, localCandidateId: "" };

/** @param {RTCStatsReport} report @returns {Reading} */
export function read(report, at = performance.now()) {
  /** @type {any[]} */
  const all = [...report.values()];
  const first = (/** @type {string} */ type) => ({ ...NOTHING, ...all.find((stats) => stats.type === type) });
  const sent = first("outbound-rtp");
  const remote = first("remote-inbound-rtp");
  const pair = { ...NO_PAIR, ...selected(report, all) };
  const local = report.get(pair.localCandidateId);
  const seconds = remote.roundTripTime ?? pair.currentRoundTripTime;
  return {
    at,
    way: local ? wayOf(local) : null,
    bytes: sent.bytesSent,
    frames: sent.framesEncoded,
    heard: pair.bytesReceived + pair.responsesReceived,
    packets: sent.packetsSent,
    width: sent.frameWidth,
    height: sent.frameHeight,
    loss: Math.min(Math.max(remote.fractionLost, 0), 1),
    roundTrip: Number.isNaN(seconds) ? null : seconds * 1000,
    carries: pair.availableOutgoingBitrate,
  };
}

/** @param {Reading} before @param {Reading} now @returns {Rate} */
export function between(before, now) {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const since = (/** @type {"bytes" | "frames" | "packets" | "heard"} */ field) => Math.max(0, now[field] - before[field]);
  return {
    bitrate: (since("bytes") * 8) / 1000 / seconds,
    frames: since("frames") / seconds,
    isHeard: now.heard !== before.heard,
    isSending: since("packets") > 0,
  };
}

/** The pair of candidates in use. @param {RTCStatsReport} report @param {any[]} all */
function selected(report, all) {
  const id = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId)?.selectedCandidatePairId;
  // Firefox has no transport, and marks the pair itself.
  return id ? /** @type {any} */ (report.get(id)) : all.find(({ type, selected: isIt }) => type === "candidate-pair" && isIt);
}

/** @param {any} local the candidate on our side @returns {Way} */
function wayOf({ candidateType, relayProtocol, url = "" }) {
  if (candidateType !== "relay") return "udp";
  return TRANSPORTS[relayProtocol] ?? (url.startsWith("turns:") ? "turn_tls" : /tcp/.test(url) ? "turn_tcp" : "turn_udp");
}
