import { Socket } from "../../../signaling/client/socket.js";

/** @typedef {{state: "open" | "blocked" | "busy", iceServers: RTCIceServer[]}} Begun */

const OPEN_WITHIN = 10_000; // ms
const BUSY = ["relay_full", "throttled"];

/** `/ws/test`: a place in the relay for as long as it is open. A line that breaks ends the test's place with it. */
export class Line {
  constructor() {
    /** Whether the service sent us away: calls come first. */
    this.isBusy = false;
    /** Whether it broke once it was open. */
    this.isLost = false;
    /** @type {Socket | null} */
    this._socket = null;
  }

  /** @returns {Promise<Begun>} */
  begin() {
    return new Promise((resolve) => {
      let begun = false;
      const done = (/** @type {Begun["state"]} */ state, /** @type {RTCIceServer[]} */ iceServers = []) => {
        begun = true;
        clearTimeout(timer);
        resolve({ state, iceServers });
      };
      const timer = setTimeout(done, OPEN_WITHIN, "blocked");
      this._socket = new Socket({
        url: `${location.origin.replace(/^http/, "ws")}/ws/test`,
        first: () => ({ type: "begin" }),
        onFrame: (frame) => {
          if (frame.type === "welcome") done("open", frame["ice_servers"]);
          if (frame.type === "error" && this._note(frame["code"])) done("busy");
        },
        onState: (state) => begun && state === "lost" && this._lose(),
      });
      this._socket.open();
    });
  }

  /**
   * From the offer to the answer.
   * @param {"send" | "receive"} way
   * @param {string} sdp
   * @returns {Promise<string>}
   */
  async offer(way, sdp) {
    try {
      return (await /** @type {Socket} */ (this._socket).request({ type: "offer", way, sdp }))["sdp"];
    } catch (error) {
      this._note(/** @type {import("../../../signaling/client/socket.js").Refusal} */ (error).code);
      throw error;
    }
  }

  /** It does not come back: another place would be another test. */
  _lose() {
    this.isLost = true;
    this.close();
  }

  close() {
    this._socket?.close();
  }

  /** @param {string} code */
  _note(code) {
    this.isBusy ||= BUSY.includes(code);
    return this.isBusy;
  }
}
