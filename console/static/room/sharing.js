/** Our own camera and a window of our screen, shown to others. Loaded with the first use. */

import { Publisher } from "../../../media/client/publisher.js";

/** @typedef {import("./streams.js").Audience} Audience */
/** @typedef {import("./streams.js").Source} Source */
/** @typedef {import("./state.js").State} State */

// Words stay readable and move seldom; a face needs neither the size nor the bits of a wound.
const SCREEN = { maxBitrate: 2_500_000, maxFramerate: 15, degradationPreference: /** @type {const} */ ("maintain-resolution") };
const CAMERA = { maxBitrate: 500_000, maxFramerate: 20 };
const OVER = ["not_found", "not_allowed", "bad_message"];

/** One track of ours as a stream of the session, for as long as the track lives and is wanted. */
export class Show {
  /**
   * @param {object} options
   * @param {Source} options.source
   * @param {Pick<import("../../../signaling/client/socket.js").Socket, "request">} options.socket
   * @param {(change: Partial<import("./streams.js").Showing>, track: MediaStreamTrack | null) => void} options.onChange
   * @param {typeof RTCPeerConnection} [options.Peer]
   */
  constructor({ source, socket, onChange, Peer }) {
    this._source = source;
    this._socket = socket;
    this._onChange = onChange;
    this._publisher = new Publisher({
      negotiate: (sdp) => this._share(sdp),
      onLink: () => undefined,
      onOpen: () => undefined,
      onMessage: () => undefined,
      Peer,
    });
    /** @type {MediaStreamTrack | null} */
    this._track = null;
    /** @type {Audience} */
    this._audience = "guests";
    this._stream = "";
    this._told = false; // the events have named our stream
  }

  get isOn() {
    return this._track !== null;
  }

  /** @param {MediaStreamTrack} track @param {Audience} audience @param {RTCIceServer[]} iceServers */
  async begin(track, audience, iceServers) {
    const before = this._track;
    this._track = track;
    this._audience = audience;
    track.onended = () => track === this._track && this.end(); // the browser's own button, or a camera that was unplugged
    this._onChange({ status: "on", trouble: "" }, track);
    this._publisher.prepare(iceServers);
    await this._publisher.tune(this._source === "screen" ? SCREEN : CAMERA);
    await this._publisher.send(track);
    before?.stop();
  }

  /** @param {string} [trouble] key of a phrase that says why */
  end(trouble = "") {
    const stream = this._stream;
    this._stream = "";
    this._told = false;
    this._track?.stop();
    this._track = null;
    this._publisher.stop();
    this._onChange({ status: "off", trouble }, null);
    if (stream) this._socket.request({ type: "unshare", stream }).catch(() => undefined); // without a line it ends by itself
  }

  /** A new line to the server. @param {RTCIceServer[]} iceServers */
  welcome(iceServers) {
    if (!this._track) return;
    this._publisher.prepare(iceServers);
    this._publisher.move();
  }

  /** @param {RTCIceServer[]} iceServers */
  renew(iceServers) {
    if (this._track) this._publisher.prepare(iceServers);
  }

  move() {
    this._publisher.move();
  }

  wake() {
    void this._publisher.wake();
  }

  /** The server ended it with a line that was lost: it goes on as another one. @param {State} state */
  follow({ call }) {
    if (!this._track) return;
    if (call.ended) return this.end();
    const runs = call.streams.some((one) => one.id === this._stream);
    if (runs) this._told = true;
    else if (this._told) {
      this._stream = "";
      this._told = false;
      this._publisher.move();
    }
  }

  /** @param {string} sdp our offer @returns {Promise<string>} the answer */
  async _share(sdp) {
    const goesOn = this._stream ? { stream: this._stream } : {};
    try {
      const shared = await this._socket.request({
        type: "share",
        source: this._source,
        audience: this._audience,
        sdp,
        ...goesOn,
      });
      if (this._track) this._stream = shared["stream"];
      else this._socket.request({ type: "unshare", stream: shared["stream"] }).catch(() => undefined);
      return shared["sdp"];
    } catch (refusal) {
      this._refused(/** @type {{code: string}} */ (refusal).code);
      throw refusal;
    }
  }

  /** @param {string} code */
  _refused(code) {
    if (!OVER.includes(code)) return; // the next try may do
    if (this._stream) this._stream = "";
    else this.end("sharing.refused");
  }
}

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
    this._shows = {
      screen: new Show({ source: "screen", socket, onChange: (change, track) => onChange("screen", change, track) }),
      camera: new Show({ source: "camera", socket, onChange: (change, track) => onChange("camera", change, track) }),
    };
  }

  /** A window, a tab or a screen, as the browser lets the regulator choose; again: no more. @param {Audience} audience */
  async screen(audience) {
    if (this._shows.screen.isOn) return this._shows.screen.end();
    await this._begin("screen", audience, () =>
      this._devices.getDisplayMedia({ video: { frameRate: { max: SCREEN.maxFramerate } }, audio: false }),
    );
  }

  /** Our own camera, never with sound; again: no more. @param {string} device its id, "" for any */
  async camera(device) {
    if (this._shows.camera.isOn) return this._shows.camera.end();
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

  /** @param {Source} source @param {Audience} audience @param {() => Promise<MediaStream>} ask */
  async _begin(source, audience, ask) {
    this._onChange(source, { status: "asking", trouble: "" });
    try {
      const [track] = (await ask()).getVideoTracks();
      if (!track) throw new DOMException("", "NotFoundError");
      if (source === "screen") track.contentHint = "text";
      await this._shows[source].begin(track, audience, this._iceServers());
    } catch (error) {
      const status = this._shows[source].isOn ? "on" : "off";
      this._onChange(source, { status, trouble: why(source, /** @type {Error} */ (error).name) });
    }
  }
}

/** @param {Source} source @param {string} name of a DOMException @returns {string} key of a phrase */
function why(source, name) {
  if (source === "screen") return name === "NotAllowedError" ? "sharing.cancelled" : "sharing.failed";
  if (name === "NotAllowedError") return "sharing.camera.denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "sharing.camera.absent" : "sharing.camera.busy";
}
