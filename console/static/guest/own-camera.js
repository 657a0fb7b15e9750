/** The guest's own camera: off until they turn it on, never with sound, seen by the centre and the other guests. */

import { Camera, refusal } from "../../../media/client/camera.js";
import { Show } from "../shared/show.js";

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
    this._onChange = onChange;
    this._onTrack = onTrack;
    this._camera = new Camera({
      onTrack: (track) => this._send(track),
      onChange: () => this._tell(),
      onLost: () => this._stop("lost"),
      devices,
    });
    this._show = new Show({ source: "camera", audience: "guests", socket, onRefused: () => this._stop("other"), Peer });
    /** @type {RTCIceServer[]} */
    this._iceServers = [];
  }

  get isOn() {
    return this._camera.open;
  }

  /** The click itself asks for the camera. */
  async start() {
    this._onChange({ status: "starting", trouble: "" });
    this._show.prepare(this._iceServers);
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

  /** @param {RTCIceServer[]} iceServers */
  welcome(iceServers) {
    this._iceServers = iceServers;
    this._show.welcome(iceServers);
  }

  /** @param {RTCIceServer[]} iceServers */
  renew(iceServers) {
    this._iceServers = iceServers;
    this._show.renew(iceServers);
  }

  move() {
    this._show.move();
  }

  wake() {
    this._show.wake();
  }

  /** @param {MediaStreamTrack} track */
  _send(track) {
    this._onTrack(track);
    this._onChange({ status: "on", trouble: "" });
    this._tell();
    void this._show.send(track);
  }

  _tell() {
    const { camera } = this._camera.values();
    if (camera) this._onChange({ facing: camera, canFlip: this._camera.abilities().facing.length > 1 });
  }

  /** @param {string} trouble */
  _stop(trouble) {
    this._camera.stop();
    this._show.end();
    this._onTrack(null);
    this._onChange({ status: "off", trouble });
  }
}

/** @param {unknown} error @returns {string} key of a phrase */
function why(error) {
  const reason = refusal(error);
  return { dismissed: "denied", timeout: "other" }[/** @type {string} */ (reason)] ?? reason;
}
