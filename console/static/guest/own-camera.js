/** The guest's own camera: off until they turn it on, never with sound, seen by the centre and the other guests. */

import { Camera, refusal } from "../../../media/client/camera.js";
import { Publisher } from "../../../media/client/publisher.js";

/** @typedef {import("../../../media/client/camera.js").Facing} Facing */

export class OwnCamera {
  /**
   * @param {object} options
   * @param {Pick<import("../../../signaling/client/socket.js").Socket, "request">} options.socket
   * @param {(change: Partial<import("./state.js").OwnCamera>) => void} options.onChange
   * @param {(track: MediaStreamTrack | null) => void} options.onTrack what the guest sees of themselves
   * @param {MediaDevices} [options.devices]
   * @param {typeof RTCPeerConnection} [options.Peer]
   */
  constructor({ socket, onChange, onTrack, devices, Peer }) {
    this._socket = socket;
    this._onChange = onChange;
    this._onTrack = onTrack;
    this._stream = "";
    this._camera = new Camera({
      onTrack: (track) => this._send(track),
      onChange: () => this._tell(),
      onLost: () => this._stop("lost"),
      devices,
    });
    this._publisher = new Publisher({
      negotiate: (sdp) => this._share(sdp),
      onLink: () => undefined,
      onOpen: () => undefined,
      onMessage: () => undefined,
      Peer,
    });
    /** @type {RTCIceServer[]} */
    this._iceServers = [];
  }

  get isOn() {
    return this._camera.open;
  }

  /** The click itself asks for the camera. */
  async start() {
    this._onChange({ status: "starting", trouble: "" });
    this._publisher.prepare(this._iceServers);
    try {
      await this._camera.start("user");
    } catch (error) {
      this._stop(why(error));
    }
  }

  stop() {
    this._stop("");
  }

  /** The other way: a phone has one in front and one behind. */
  async flip() {
    const facing = this._camera.values().camera === "user" ? "environment" : "user";
    await this._camera.flip(facing).catch((error) => !this._camera.open && this._stop(why(error)));
  }

  /** A new line to the server: the stream may have ended with the one before. @param {RTCIceServer[]} iceServers */
  welcome(iceServers) {
    this.renew(iceServers);
    this._publisher.move();
  }

  /** @param {RTCIceServer[]} iceServers */
  renew(iceServers) {
    this._iceServers = iceServers;
    if (this._camera.open) this._publisher.prepare(iceServers);
  }

  move() {
    this._publisher.move();
  }

  wake() {
    void this._publisher.wake();
  }

  /** @param {MediaStreamTrack} track */
  _send(track) {
    this._onTrack(track);
    this._onChange({ status: "on", trouble: "" });
    this._tell();
    void this._publisher.send(track);
  }

  _tell() {
    const { camera } = this._camera.values();
    if (camera) this._onChange({ facing: camera, canFlip: this._camera.abilities().facing.length > 1 });
  }

  /** @param {string} trouble */
  _stop(trouble) {
    this._camera.stop();
    this._publisher.stop();
    this._unshare(this._stream);
    this._stream = "";
    this._onTrack(null);
    this._onChange({ status: "off", trouble });
  }

  /** Goes on with the stream, or begins one where that has ended. @param {string} sdp our offer @returns {Promise<string>} the answer */
  async _share(sdp) {
    const shared = await this._ask(sdp, this._stream).catch((fault) => {
      if (fault.code !== "not_found") throw fault;
      return this._ask(sdp, "");
    });
    if (this._camera.open) this._stream = shared["stream"];
    else this._unshare(shared["stream"]); // it was turned off meanwhile
    return shared["sdp"];
  }

  /** @param {string} sdp @param {string} stream "" for a new one */
  _ask(sdp, stream) {
    const goesOn = stream ? { stream } : {};
    return this._socket.request({ type: "share", source: "camera", audience: "guests", sdp, ...goesOn });
  }

  /** @param {string} stream "" for none; without a line the server ends it by itself */
  _unshare(stream) {
    if (stream) this._socket.request({ type: "unshare", stream }).catch(() => undefined);
  }
}

/** @param {unknown} error @returns {string} key of a phrase */
function why(error) {
  const reason = refusal(error);
  return { dismissed: "denied", timeout: "other" }[/** @type {string} */ (reason)] ?? reason;
}
