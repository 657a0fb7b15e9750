import { Viewer } from "../../../media/client/viewer.js";
import { delay } from "../../../signaling/client/backoff.js";

/**
 * What the regulator shows: over the preview, which stays small in a corner, since the camera goes on.
 * @param {import("../host.js").Host} host
 */
export function install(host) {
  const box = host.part("shown");
  const again = host.part("shown-again");
  const video = /** @type {HTMLVideoElement} */ (box.querySelector("video"));
  /** @type {Viewer | null} */
  let viewer = null;
  let stream = "";
  /** @type {RTCIceServer[]} */
  let iceServers = [];

  /** @param {boolean} open */
  function lay(open) {
    box.hidden = !open;
    again.hidden = open || !stream;
    document.body.classList.toggle("watching-along", open);
  }

  /** @param {string} id "" for nothing */
  function watch(id) {
    if (id === stream) return;
    viewer?.close();
    viewer = null;
    video.srcObject = null;
    stream = id;
    lay(id !== "");
    if (!id || !globalThis.RTCPeerConnection) return;
    viewer = new Viewer({ video, negotiate: (sdp) => ask(id, sdp), onFrame: () => undefined, backoff: delay });
    viewer.open(iceServers);
  }

  /** @param {string} id @param {string} sdp our offer @returns {Promise<string>} the answer */
  async function ask(id, sdp) {
    return (await host.socket.request({ type: "watch", stream: id, sdp }))["sdp"];
  }

  host.act("shown-close", () => lay(false));
  host.act("shown-open", () => lay(true));
  host.on("welcome", (frame) => {
    iceServers = frame["ice_servers"];
    viewer?.open(iceServers); // the relay drops what we saw with our socket
  });
  host.on("ice_servers", (frame) => {
    iceServers = frame["ice_servers"];
    viewer?.renew(iceServers);
  });
  host.on("move", () => viewer?.move());
  host.on("streams", ({ streams }) => watch(streams.length ? streams[streams.length - 1].id : ""));
  host.watch(({ screen }) => screen !== "live" && watch(""));
}
