/** @typedef {"udp" | "tcp" | "tls"} Transport to a TURN server */

const WITHIN = 6000; // ms: far more than a living network needs

/**
 * Whether the relay can be reached straight over UDP. Nothing is sent but the connection's own checks.
 * @param {(sdp: string) => Promise<string>} negotiate an offer to receive -> the answer
 * @returns {Promise<boolean>}
 */
export async function reaches(negotiate) {
  const connection = new RTCPeerConnection({ iceServers: [] });
  connection.addTransceiver("video", { direction: "recvonly" });
  try {
    return await within((resolve, reject) => {
      connection.onconnectionstatechange = () => {
        if (connection.connectionState === "connected") resolve(true);
        else if (connection.connectionState === "failed") resolve(false);
      };
      connect(connection, negotiate).catch(reject);
    });
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

/**
 * Whether one of these TURN servers takes us in: it then gives an address of its own.
 * @param {RTCIceServer[]} servers
 * @returns {Promise<boolean>}
 */
export async function answers(servers) {
  const connection = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: "relay" });
  connection.createDataChannel("");
  try {
    return await within((resolve, reject) => {
      connection.onicecandidate = ({ candidate }) => {
        if (candidate?.candidate) resolve(true);
        else if (!candidate) resolve(false); // all were asked
      };
      connection.createOffer().then((offer) => connection.setLocalDescription(offer), reject);
    });
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

/**
 * The TURN servers among these, by the transport to them.
 * @param {RTCIceServer[]} iceServers
 * @returns {{transport: Transport, servers: RTCIceServer[]}[]}
 */
export function turnServers(iceServers) {
  /** @type {Map<Transport, RTCIceServer[]>} */
  const found = new Map();
  for (const server of iceServers) {
    for (const urls of [server.urls].flat()) {
      const transport = transportOf(urls);
      if (transport) found.set(transport, [...(found.get(transport) ?? []), { ...server, urls }]);
    }
  }
  return [...found].map(([transport, servers]) => ({ transport, servers }));
}

/** RFC 7065: UDP unless it says otherwise, TLS by its scheme. @param {string} url @returns {Transport | undefined} */
function transportOf(url) {
  if (url.startsWith("turns:")) return "tls";
  if (url.startsWith("turn:")) return url.includes("transport=tcp") ? "tcp" : "udp";
  return undefined;
}

/** @param {RTCPeerConnection} connection @param {(sdp: string) => Promise<string>} negotiate */
export async function connect(connection, negotiate) {
  await connection.setLocalDescription(await connection.createOffer());
  const sdp = await negotiate(connection.localDescription?.sdp ?? "");
  if (connection.signalingState !== "closed") await connection.setRemoteDescription({ type: "answer", sdp });
}

/** False when it takes too long. @param {(resolve: (found: boolean) => void, reject: (why: unknown) => void) => void} work @returns {Promise<boolean>} */
function within(work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, WITHIN, false);
    const settle = (/** @type {boolean} */ found) => {
      clearTimeout(timer);
      resolve(found);
    };
    work(settle, reject);
  });
}
