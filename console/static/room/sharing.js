/** Our own camera and a window of our screen, shown to others. Loaded with the first use. */

import { Show } from "../shared/show.js";

/** @typedef {import("./streams.js").Audience} Audience */
/** @typedef {import("./streams.js").Source} Source */
/** @typedef {import("./state.js").State} State */

// Words stay readable and move seldom; a face needs neither the size nor the bits of a wound.
const SCREEN = { maxBitrate: 2_500_000, maxFramerate: 15, degradationPreference: /** @type {const} */ ("maintain-resolution") };
const CAMERA = { maxBitrate: 500_000, maxFramerate: 20 };
const REFUSED = "sharing.refused";

/** Both, and what the browser is asked for. */
export class Sharing {
  /**
   * @param {object} options
   * @param {Pick<import("../../../signaling/client/socket.js").Socket, "request">} options.socket
   * @param {() => RTCIceServer[]} options.iceServers
   * @param {(source: Source, change: Partial<import("./streams.js").Showing>, track?: MediaStreamTrack | null) => void} options.onChange
   * @param {MediaDevices} [options.devices]
   */
  constructor({ socket, iceServers, onChange, devices = navigator.mediaDevices }) {
    this._iceServers = iceServers;
    this._onChange = onChange;
    this._devices = devices;
    /** @type {Record<Source, Show>} */
    this._shows = {
      screen: new Show({ source: "screen", audience: "both", tuning: SCREEN, socket, onRefused: () => this._end("screen", REFUSED) }),
      camera: new Show({ source: "camera", audience: "guests", tuning: CAMERA, socket, onRefused: () => this._end("camera", REFUSED) }),
    };
    /** @type {Map<Source, MediaStreamTrack>} */
    this._tracks = new Map();
  }

  /** A window, a tab or a screen, as the browser lets the regulator choose; again: no more. @param {Audience} audience */
  async screen(audience) {
    if (this._shows.screen.isOn) return this._end("screen");
    await this._begin("screen", audience, () =>
      this._devices.getDisplayMedia({ video: { frameRate: { max: SCREEN.maxFramerate } }, audio: false }),
    );
  }

  /** Our own camera, never with sound; again: no more. @param {string} device its id, "" for any */
  async camera(device) {
    if (this._shows.camera.isOn) return this._end("camera");
    await this.choose(device);
  }

  /** That camera, from now on. @param {string} device */
  async choose(device) {
    const which = device ? { deviceId: { exact: device } } : {};
    const video = { ...which, width: { ideal: 640 }, height: { ideal: 480 } };
    await this._begin("camera", "guests", () => this._devices.getUserMedia({ video, audio: false }));
  }

  /** @returns {Promise<MediaDeviceInfo[]>} cameras, named once one was allowed */
  async cameras() {
    return (await this._devices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  }

  /** @param {(show: Show) => void} work */
  each(work) {
    Object.values(this._shows).forEach(work);
  }

  /** @param {State} state */
  follow({ call }) {
    for (const source of /** @type {const} */ (["screen", "camera"])) {
      if (call.ended && this._shows[source].isOn) this._end(source);
      this._shows[source].follow(call.streams.map((one) => one.id));
    }
  }

  /** @param {Source} source @param {string} [trouble] key of a phrase that says why */
  _end(source, trouble = "") {
    this._tracks.get(source)?.stop();
    this._tracks.delete(source);
    this._shows[source].end();
    this._onChange(source, { status: "off", trouble }, null);
  }

  /** @param {Source} source @param {Audience} audience @param {() => Promise<MediaStream>} ask */
  async _begin(source, audience, ask) {
    this._onChange(source, { status: "asking", trouble: "" });
    try {
      const [track] = (await ask()).getVideoTracks();
      if (!track) throw new DOMException("", "NotFoundError");
      if (source === "screen") track.contentHint = "text";
      await this._send(source, track, audience);
    } catch (error) {
      const status = this._shows[source].isOn ? "on" : "off";
      this._onChange(source, { status, trouble: why(source, /** @type {Error} */ (error).name) });
    }
  }

  /** @param {Source} source @param {MediaStreamTrack} track @param {Audience} audience */
  async _send(source, track, audience) {
    const before = this._tracks.get(source);
    this._tracks.set(source, track);
    track.onended = () => track === this._tracks.get(source) && this._end(source); // the browser's own button, or a camera that was unplugged
    this._onChange(source, { status: "on", trouble: "" }, track);
    this._shows[source].prepare(this._iceServers());
    await this._shows[source].send(track, audience);
    before?.stop();
  }
}

/** @param {Source} source @param {string} name of a DOMException @returns {string} key of a phrase */
function why(source, name) {
  if (source === "screen") return name === "NotAllowedError" ? "sharing.cancelled" : "sharing.failed";
  if (name === "NotAllowedError") return "sharing.camera.denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "sharing.camera.absent" : "sharing.camera.busy";
}
