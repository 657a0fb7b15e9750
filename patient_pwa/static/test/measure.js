/** @typedef {{at: number, bytes: number, frames: number, received: number, lost: number, upLoss: number, roundTrip: number, way: string, width: number, height: number}} Sample */
/** @typedef {import("./echo.js").Measured} Measured */

/** @typedef {{[field: string]: any}} Stats one entry of a report: browsers differ in what they fill in */

/** @param {RTCPeerConnection} connection @returns {Promise<Sample>} what its statistics say now, of either direction */
export async function sample(connection) {
  const stats = [...(await connection.getStats()).values()];
  const inbound = stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  const heard = stats.find(({ type, kind }) => type === "remote-inbound-rtp" && kind === "video");
  const pair = pairOf(stats);
  return {
    at: performance.now(),
    bytes: number(inbound, "bytesReceived"),
    frames: number(inbound, "framesDecoded"),
    received: number(inbound, "packetsReceived"),
    lost: number(inbound, "packetsLost"),
    upLoss: number(heard, "fractionLost"),
    roundTrip: number(pair, "currentRoundTripTime") || number(heard, "roundTripTime"),
    way: wayOf(stats.find(({ id }) => id === pair?.["localCandidateId"])),
    width: number(inbound, "frameWidth"),
    height: number(inbound, "frameHeight"),
  };
}

/** @param {Stats | undefined} entry @param {string} field @returns {number} */
const number = (entry, field) => entry?.[field] ?? 0;

/**
 * What happened on the way there and back. Pure.
 * @param {Sample} first of the receiving end @param {Sample} last of the same @param {Sample} sender
 * @returns {Measured}
 */
export function measured(first, last, sender) {
  const lost = Math.max(0, last.lost - first.lost);
  const all = lost + last.received - first.received;
  const loss = Math.max(all > 0 ? lost / all : 0, sender.upLoss);
  return {
    way: sender.way,
    bitrate: Math.round(((last.bytes - first.bytes) * 8) / Math.max(1, last.at - first.at)),
    loss: Math.min(100, Math.round(loss * 1000) / 10),
    round_trip: Math.min(60_000, Math.round(sender.roundTrip * 1000)),
    frames: Math.min(10_000, last.frames - first.frames),
    width: last.width,
    height: last.height,
  };
}

/** In units that every language has. @param {Measured} found @param {number} seconds that it took */
export function numbers({ bitrate, loss, round_trip, frames, width, height }, seconds) {
  return `${width}×${height} · ${Math.round(frames / seconds)} fps · ${bitrate} kbit/s · ${loss} % · ${round_trip} ms`;
}

/** The pair of addresses in use. @param {Stats[]} stats @returns {Stats | undefined} */
function pairOf(stats) {
  const transport = stats.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  const pairs = stats.filter(({ type }) => type === "candidate-pair");
  return (
    pairs.find(({ id }) => id === transport?.["selectedCandidatePairId"]) ??
    pairs.find(({ nominated, state }) => nominated && state === "succeeded")
  );
}

/** @param {Stats | undefined} local our candidate */
function wayOf(local) {
  if (local?.["candidateType"] !== "relay") return "udp";
  const over = local["relayProtocol"];
  return over === "tcp" || over === "tls" ? `turn_${over}` : "turn_udp";
}
