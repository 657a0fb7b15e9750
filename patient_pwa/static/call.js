import { Camera, refusal } from "../../media/client/camera.js";
import { Publisher } from "../../media/client/publisher.js";
import { Socket, parse } from "../../signaling/client/socket.js";
import { Control, reasons } from "./control.js";
import { Position } from "./position.js";

/** @typedef {import("../../media/client/camera.js").Facing} Facing */
/** @typedef {import("../../signaling/client/socket.js").Frame} Frame */
/** @typedef {import("./state.js").Message} Message */

const UNANSWERED = 20_000; // ms; some in-app browsers neither grant nor refuse the camera
const PULSE = 3000; // ms between two looks at the encoder
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
   */
  constructor({ url, page, emit, preview, onRefused }) {
    this._emit = emit;
    this._preview = preview;
    this._onRefused = onRefused;
    /** @type {MediaStreamTrack | null} */
    this._track = null;
    /** @type {Frame[]} */
    this._steps = [];
    this._wanted = false; // from the tap to the hanging up
    this._asking = false;
    this._visible = true;
    this._welcomed = false;
    this._linked = false;
    this._frames = 0;
    this._still = 0; // pulses without a new frame
    /** @type {WakeLockSentinel | undefined} */
    this._lock = undefined;
    this._camera = new Camera({
      onTrack: (track) => this._show(track),
      onChange: () => this._control.refresh(),
      onLost: () => this._recover(),
    });
    this._position = new Position({
      tell: (frame) => this._tell(frame),
      onChange: () => this._control.refresh(),
      visible: () => this._visible,
    });
    this._control = new Control({
      apply: (name, value) => this._apply(name, value),
      observe: () => this._observe(),
      tell: (frame) => this._tell(frame),
      onState: (controls) => emit({ type: "controls", controls }),
    });
    this._publisher = new Publisher({
      negotiate: async (sdp) => (await this._socket.request({ type: "offer", sdp })).sdp,
      onLink: (link) => this._linkChanged(link),
      onOpen: () => this._control.hello(),
      onMessage: (data) => this._receive(parse(data)),
    });
    this._socket = new Socket({
      url,
      first: () => ({ type: "join", page }),
      onFrame: (frame) => this._receive(frame),
      onState: (state, code) => this._socketChanged(state, code),
    });
    setInterval(() => this._checkPulse(), PULSE);
  }

  /**
   * Ask for the camera: in the tap itself, since iOS asks only there.
   * @param {() => void} [onRefusal] when nobody tapped: what to do instead of saying "refused"
   */
  async start(onRefusal) {
    this._wanted = this._asking = true;
    const opening = this._camera.start();
    this._emit({ type: "asking" });
    this._step({ type: "step", step: "camera.asked" });
    const timer = setTimeout(() => this._refused("timeout"), UNANSWERED);
    try {
      await opening;
    } catch (error) {
      if (onRefusal) onRefusal();
      else this._refused(refusal(error));
    }
    clearTimeout(timer);
  }

  /** The link is ours: talk to the server. */
  join() {
    this._socket.open();
  }

  /** @param {import("./control.js").Name} name @param {import("./control.js").Value} value */
  set(name, value) {
    this._control.tap(name, value);
  }

  hangUp() {
    this._halt();
    this._step({ type: "step", step: "hung_up" });
    this._emit({ type: "hungup" });
  }

  /** For good: this page has nothing more to do with the visio. @param {Message} message */
  leave(message) {
    this._halt();
    this._socket.close();
    this._emit(message);
  }

  /** @param {boolean} visible */
  shown(visible) {
    this._visible = visible;
    if (this._welcomed) this._step({ type: "step", step: visible ? "page.shown" : "page.hidden" });
    if (!visible) return;
    this.wake();
    if (this._track) this._stayAwake();
    if (this._track && !this._camera.open) this._recover();
  }

  /** The network or the page is back. */
  wake() {
    this._socket.wake();
    this._publisher.wake();
  }

  /** @param {Frame | undefined} frame */
  _receive(frame) {
    if (frame?.type === "welcome") this._enter(frame);
    else if (frame?.type === "ice_servers") this._publisher.prepare(frame.ice_servers);
    else if (frame?.type === "move") this._publisher.move();
    else if (frame?.type === "command") this._control.command(/** @type {any} */ (frame));
    else if (frame?.type === "ended") this.leave({ type: "ended" });
  }

  /** @param {Frame} welcome */
  _enter({ centre, epoch, ice_servers }) {
    this._welcomed = true;
    this._emit({ type: "welcome", centre });
    this._publisher.prepare(ice_servers);
    this._control.hello(epoch);
    if (this._track) this._publisher.send(this._track);
    this._publisher.wake();
  }

  /** @param {MediaStreamTrack} track */
  _show(track) {
    this._track = track;
    this._preview(track);
    this._stayAwake();
    if (this._asking) {
      this._asking = false;
      this._emit({ type: "granted" });
      this._step({ type: "step", step: "camera.granted" });
    }
    if (this._welcomed) this._publisher.send(track);
  }

  /** @param {string} why */
  _refused(why) {
    this._emit({ type: "refused", reason: why });
    this._step({ type: "step", step: "camera.refused", reason: why });
  }

  /** The camera died, or says that it lives and gives nothing: only a fresh one helps. */
  async _recover() {
    if (!this._wanted || !this._visible) return;
    this._asking = true;
    await this._camera.start().catch((error) => this._refused(refusal(error)));
  }

  async _checkPulse() {
    if (!this._linked || !this._visible) return void (this._still = 0);
    const frames = await this._publisher.frames();
    this._still = frames === this._frames ? this._still + 1 : 0;
    this._frames = frames;
    if (this._still % 4 === 2) this._recover();
  }

  /** @param {import("./control.js").Name} name @param {any} value */
  async _apply(name, value) {
    if (!this._wanted) throw new DOMException("the camera is off", "NotAllowedError");
    if (name === "position") return this._position.set(value);
    if (name === "torch") return this._camera.torch(value);
    if (name === "zoom") return this._camera.zoom(value);
    try {
      await this._camera.flip(value);
    } finally {
      if (!this._camera.open) this._recover();
    }
  }

  _observe() {
    const { available, watching, denied } = this._position;
    const capabilities = { ...this._camera.abilities(), position: available };
    const actual = { ...this._camera.values(), position: available ? watching : null };
    return { capabilities, actual, reasons: reasons(capabilities, actual.camera, denied) };
  }

  /** @param {Frame} frame by the data channel, or by the socket while none is open */
  _tell(frame) {
    if (!this._publisher.say(JSON.stringify(frame))) this._socket.send(frame);
  }

  /** @param {Frame} step kept until the server is there */
  _step(step) {
    this._steps = [...this._steps, step].slice(-KEPT);
    this._flush();
  }

  _flush() {
    while (this._steps[0] && this._socket.send(this._steps[0])) this._steps.shift();
  }

  /** @param {import("../../media/client/publisher.js").Link} link */
  _linkChanged(link) {
    this._linked = link === "connected";
    this._emit({ type: "link", link });
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
    if (this._wanted) this._lock = lock;
    else lock?.release();
  }

  _halt() {
    this._wanted = this._asking = this._linked = false;
    this._track = null;
    this._camera.stop();
    this._publisher.stop();
    this._position.set(false);
    this._preview(null);
    this._lock?.release();
    this._control.refresh();
  }
}
