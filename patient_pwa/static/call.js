import { Camera, refusal } from "../../media/client/camera.js";
import { Publisher } from "../../media/client/publisher.js";
import { Socket, parse } from "../../signaling/client/socket.js";
import { Control } from "./control.js";
import { addLensControls } from "./lens-controls.js";

/** @typedef {import("../../signaling/client/socket.js").Frame} Frame */
/** @typedef {import("./state.js").Message} Message */

const UNANSWERED = 20_000; // ms; some in-app browsers neither grant nor refuse the camera
const KEPT = 20; // steps for a server that is not there yet

/** One visio as the phone lives it: camera, picture, remote control and socket, tied together. */
export class Call {
  /**
   * @param {object} options
   * @param {string} options.url of the socket
   * @param {string} options.page random mark of this load of the page
   * @param {(message: Message) => void} options.emit what happened, for the reducer
   * @param {(track: MediaStreamTrack | null) => void} options.preview
   * @param {() => void} options.onRefused the server no longer knows this phone
   * @param {() => Promise<unknown>} options.more until the rest of the page is here
   */
  constructor({ url, page, emit, preview, onRefused, more }) {
    this._emit = emit;
    this._preview = preview;
    this._onRefused = onRefused;
    this._more = more;
    /** @type {Map<string, ((frame: Frame) => void)[]>} what the rest of the page does with frames, by their type */
    this._receivers = new Map();
    /** @type {MediaStreamTrack | null} */
    this._track = null;
    /** @type {Frame[]} */
    this._steps = [];
    this.wanted = false; // from the tap to the hanging up
    this.visible = true;
    this._asking = false;
    /** @type {Frame | undefined} */
    this._welcome = undefined;
    /** @type {WakeLockSentinel | undefined} */
    this._lock = undefined;
    this.camera = new Camera({
      onTrack: (track) => this._show(track),
      onChange: () => this.control.refresh(),
      onLost: () => void more(), // where the watch is, which sees it
    });
    this.control = new Control({
      tell: (frame) => this.tell(frame),
      onState: (controls) => emit({ type: "controls", controls }),
      more,
    });
    addLensControls(this.control, this.camera, () => this.wanted);
    this.publisher = new Publisher({
      negotiate: async (sdp) => (await this.socket.request({ type: "offer", sdp })).sdp,
      onLink: (link) => emit({ type: "link", link }),
      onOpen: () => this.control.hello(),
      onMessage: (data) => this._receive(parse(data)),
    });
    this.socket = new Socket({
      url,
      first: () => ({ type: "join", page }),
      onFrame: (frame) => this._receive(frame),
      onState: (state, code) => this._socketChanged(state, code),
    });
  }

  /**
   * Ask for the camera: in the tap itself, since iOS asks only there.
   * @param {() => void} [onRefusal] when nobody tapped: what to do instead of saying "refused"
   */
  async start(onRefusal) {
    this.wanted = this._asking = true;
    const opening = this.camera.start();
    this._emit({ type: "asking" });
    this.step({ type: "step", step: "camera.asked" });
    const timer = setTimeout(() => this.refuse("timeout"), UNANSWERED);
    try {
      await opening;
    } catch (error) {
      if (onRefusal) onRefusal();
      else this.refuse(refusal(error));
    }
    clearTimeout(timer);
  }

  /** A fresh camera in place of one that gives nothing. @returns {Promise<string>} why there is none, or "" */
  async reopen() {
    try {
      await this.camera.start();
    } catch (error) {
      return refusal(error);
    }
    if (this.wanted) this._emit({ type: "granted" });
    return "";
  }

  /** @param {string} why */
  refuse(why) {
    this._emit({ type: "refused", reason: why });
    this.step({ type: "step", step: "camera.refused", reason: why });
  }

  /** The link is ours: talk to the server. */
  join() {
    this.socket.open();
  }

  /** @param {import("./control.js").Name} name @param {import("./control.js").Value} value */
  set(name, value) {
    this.control.tap(name, value);
  }

  hangUp() {
    this._halt();
    this.step({ type: "step", step: "hung_up" });
    this._emit({ type: "hungup" });
  }

  /** For good: this page has nothing more to do with the visio. @param {Message} message */
  leave(message) {
    this._halt();
    this.socket.close();
    this._emit(message);
  }

  /** @param {boolean} visible */
  shown(visible) {
    this.visible = visible;
    if (this._welcome) this.step({ type: "step", step: visible ? "page.shown" : "page.hidden" });
    if (!visible) return;
    this.wake();
    if (!this._track) return;
    this._preview(this._track); // some pause it for good
    this._stayAwake();
  }

  /** The network or the page is back. */
  wake() {
    this.socket.wake();
    this.publisher.wake();
  }

  /** @param {string} type @param {(frame: Frame) => void} receive also the welcome that came before */
  on(type, receive) {
    this._receivers.set(type, [...(this._receivers.get(type) ?? []), receive]);
    if (type === "welcome" && this._welcome) receive(this._welcome);
  }

  /** @param {Frame | undefined} frame */
  _receive(frame) {
    if (frame?.type === "welcome") this._enter(frame);
    else if (frame?.type === "ice_servers") this.publisher.prepare(frame.ice_servers);
    else if (frame?.type === "move") this.publisher.move();
    else if (frame?.type === "command") this.control.command(/** @type {any} */ (frame));
    else if (frame?.type === "ended") this.leave({ type: "ended" });
    if (frame) this._handOn(frame);
  }

  /** @param {Frame} frame to the rest of the page, once it is here */
  async _handOn(frame) {
    if (!["welcome", "command", "ice_servers", "move", "ended"].includes(frame.type)) await this._more();
    for (const receive of this._receivers.get(frame.type) ?? []) receive(frame);
  }

  /** @param {Frame} welcome */
  _enter(welcome) {
    const { centre, epoch, ice_servers } = welcome;
    this._welcome = welcome;
    this._emit({ type: "welcome", centre });
    this.publisher.prepare(ice_servers);
    this.control.hello(epoch);
    if (this._track) this.publisher.send(this._track);
    this.publisher.wake();
  }

  /** @param {MediaStreamTrack} track */
  _show(track) {
    this._track = track;
    this._preview(track);
    this._stayAwake();
    if (this._asking) {
      this._asking = false;
      this._emit({ type: "granted" });
      this.step({ type: "step", step: "camera.granted" });
    }
    if (this._welcome) this.publisher.send(track);
  }

  /** @param {Frame} frame by the data channel, or by the socket while none is open */
  tell(frame) {
    return this.publisher.say(JSON.stringify(frame)) || this.socket.send(frame);
  }

  /** @param {Frame} step kept until the server is there */
  step(step) {
    this._steps = [...this._steps, step].slice(-KEPT);
    this._flush();
  }

  _flush() {
    while (this._steps[0] && this.socket.send(this._steps[0])) this._steps.shift();
  }

  /** @param {import("../../signaling/client/socket.js").SocketState} state @param {number} [code] */
  _socketChanged(state, code) {
    this._emit({ type: "socket", socket: state });
    if (state === "open") this._flush();
    if (state !== "refused") return;
    if (code !== 4401) return this.leave({ type: "ended" });
    this._halt();
    this._onRefused();
  }

  async _stayAwake() {
    const lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    this._lock?.release();
    this._lock = lock;
    if (!this.wanted) lock?.release();
  }

  _halt() {
    this.wanted = this._asking = false;
    this._track = null;
    this.camera.stop();
    this.publisher.stop();
    this._preview(null);
    this._lock?.release();
    this.control.refresh();
  }
}
