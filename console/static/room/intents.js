/** What the regulator wants -> the socket and the server; what comes of it -> messages. */

import { copyTo, drawn, jpeg, sizeOf } from "./still.js";
import { GUIDANCE, control, onScreen, onStep, zoomRange, zoomedBy } from "./controls.js";
import { hadPicture } from "./picture.js";
import { canCapture } from "./streams.js";
import { handOf } from "./watchers.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").ControlName} ControlName */
/** @typedef {import("./reduce.js").RoomMessage} RoomMessage */
/** @typedef {import("../../../signaling/client/socket.js").Socket} Socket */

const UPLOAD_TRIES = 3;
const RESEND_PAUSE = 3_000; // ms: a second click so soon is the same wish

export class Intents {
  /**
   * @param {object} options
   * @param {() => State} options.state
   * @param {(message: RoomMessage) => void} options.dispatch
   * @param {Pick<Socket, "request">} options.socket
   * @param {() => import("./still.js").Source} options.source what shows the picture
   * @param {(blob: Blob) => Promise<{id: string}>} options.storeCapture rejects with `{message, permanent}`
   * @param {(attempt: number) => number} options.backoff
   * @param {() => string} options.newId
   */
  constructor(options) {
    this._options = options;
    this._resend = { wish: "", intent: "" };
    this._guest = { wish: "", intent: "" };
    /** @type {Map<string, HTMLCanvasElement>} stills by key: the canvas is also their thumbnail */
    this.canvases = new Map();
  }

  /** @param {import("./keys.js").RoomIntent} intent */
  perform(intent) {
    if (intent === "closer") this.zoomBy(1);
    else if (intent === "wider") this.zoomBy(-1);
    else if (intent === "capture") this.capture();
    else if (intent === "clear") this.clear();
    else if (typeof intent === "number") this.say(GUIDANCE[intent] ?? "");
    else this.switch(intent);
  }

  /** To the other camera, on or off, the next of several. @param {ControlName} name */
  switch(name) {
    const { next } = control(this._options.state(), name);
    if (next !== null) this._drive(name, next);
  }

  /** @param {ControlName} name @param {import("./state.js").ControlValue} value */
  set(name, value) {
    if (!control(this._options.state(), name).obstacle) this._drive(name, value);
  }

  /** A phrase on the caller's screen; the one that is there is taken away. @param {string} guidance */
  say(guidance) {
    const { wanted } = control(this._options.state(), "guidance");
    this.set("guidance", wanted === guidance ? "" : guidance);
  }

  /** Whatever fills the caller's screen goes. */
  clear() {
    const { guidance, message } = onScreen(this._options.state());
    if (guidance) this.set("guidance", "");
    if (message) this.set("message", "");
  }

  /** @param {[number, number]} place shares of the picture, from its left and from its top */
  point(place) {
    if (control(this._options.state(), "pointer").obstacle) return;
    this._options.dispatch({ type: "pointed", place });
    this._drive("pointer", place);
  }

  /** @param {number} notches */
  zoomBy(notches) {
    this.zoomTo(zoomedBy(this._options.state(), notches));
  }

  /** One zoom at a time: a slider says more values than a phone's camera can follow. @param {number} value */
  zoomTo(value) {
    const state = this._options.state();
    const { obstacle } = control(state, "zoom");
    if (obstacle) return;
    const wanted = onStep(value, zoomRange(state));
    if (state.call.pending.zoom) this._options.dispatch({ type: "zoom.next", value: wanted });
    else this._drive("zoom", wanted);
  }

  /** After each change: the zoom that had to wait, once the one before it was answered. */
  followUp() {
    const { nextZoom, call } = this._options.state();
    if (nextZoom === null || call.pending.zoom) return;
    this._options.dispatch({ type: "zoom.next", value: null });
    this.zoomTo(nextZoom);
  }

  /** How this console shows the picture. @param {import("./framing.js").Framing} framing */
  frame(framing) {
    this._options.dispatch({ type: "framed", framing });
  }

  /** The picture stands still for a longer look, or goes on. @param {HTMLCanvasElement} canvas that keeps it */
  freeze(canvas) {
    const { state, source, dispatch } = this._options;
    if (state().frozen) return dispatch({ type: "frozen", frozen: null });
    const picture = source();
    if (!hadPicture(state()) || !sizeOf(picture).width) return;
    copyTo(canvas, picture);
    dispatch({ type: "frozen", frozen: { at: state().now, ...sizeOf(picture) } });
  }

  capture() {
    const { state, source, dispatch, newId } = this._options;
    const picture = source();
    if (!canCapture(state()) || !sizeOf(picture).width) return;
    const key = newId();
    const canvas = drawn(picture, state().framing.turn);
    this.canvases.set(key, canvas);
    dispatch({ type: "still.taken", key, width: canvas.width, height: canvas.height });
    void this.store(key);
  }

  /** @param {string} key */
  async store(key) {
    const { dispatch, storeCapture, backoff } = this._options;
    const canvas = this.canvases.get(key);
    if (!canvas) return;
    dispatch({ type: "still.storing", key });
    for (let attempt = 1; ; attempt++) {
      try {
        const { id } = await storeCapture(await jpeg(canvas));
        return dispatch({ type: "still.stored", key, capture: id });
      } catch (fault) {
        const { message = "", permanent = true } = /** @type {import("./server.js").Fault} */ (fault);
        if (permanent || attempt === UPLOAD_TRIES) return dispatch({ type: "still.failed", key, text: message });
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      }
    }
  }

  /** @param {string} to another address, or "" for the same @param {boolean} [other] by another provider */
  async resend(to, other = false) {
    const { state, socket, dispatch, newId } = this._options;
    const { resend, now } = state();
    if (resend.status === "busy" || (resend.status === "done" && now - resend.at < RESEND_PAUSE)) return;
    // The same wish keeps its intent until it is granted, so that an answer lost on the way sends nothing twice.
    const wish = `${other} ${to}`;
    if (!this._resend.intent || this._resend.wish !== wish) this._resend = { wish, intent: newId() };
    dispatch({ type: "resend", status: "busy" });
    try {
      await socket.request({ type: "resend", intent: this._resend.intent, ...(to && { to }), ...(other && { other }) });
      this._resend.intent = "";
      dispatch({ type: "resend", status: "done" });
    } catch (refusal) {
      dispatch({ type: "resend", status: "failed", text: sentence(refusal) });
    }
  }

  /** On a second phone that asks for the link. @param {string} handover @param {"move" | "add" | "refuse"} decision */
  decide(handover, decision) {
    return this._ask("deciding", { type: "decide", handover, decision });
  }

  /** The control is asked for, given to who asked first, or taken from who is away. */
  hand() {
    const hand = handOf(this._options.state());
    if (hand) void this._ask("handing", { type: "hand", ...hand });
  }

  /** @param {string} user id of a colleague who watches */
  give(user) {
    return this._ask("handing", { type: "hand", action: "give", to: user });
  }

  /** @param {"compressions" | "pause" | "off"} state */
  async cpr(state) {
    if (this._options.state().pressing.status !== "busy") await this._ask("pressing", { type: "cpr", state });
  }

  stopTaping() {
    return this._ask("taping", { type: "stop_recording" });
  }

  /** @param {boolean} asked whether a supervisor should look */
  askHelp(asked) {
    return this._ask("assisting", { type: "ask_help", asked });
  }

  /** @param {string} help whose words were read */
  seeHelp(help) {
    return this._ask("assisting", { type: "see_help", help });
  }

  /** Invites a guest, or sends their link again. @param {import("../../../signaling/client/socket.js").Frame} frame */
  async invite(frame) {
    if (this._options.state().inviting.status === "busy") return;
    const wish = JSON.stringify(frame); // keeps its intent until it is granted, as in `resend`
    if (this._guest.wish !== wish) this._guest = { wish, intent: this._options.newId() };
    await this._ask("inviting", { ...frame, intent: this._guest.intent });
    if (this._options.state().inviting.status === "done") this._guest.wish = "";
  }

  /** @param {string} invitation of the guest who has to leave */
  dismiss(invitation) {
    return this._ask("inviting", { type: "remove_guest", invitation });
  }

  end() {
    return this._ask("ending", { type: "end" });
  }

  /** @param {"deciding" | "ending" | "handing" | "pressing" | "taping" | "assisting" | "inviting"} name @param {import("../../../signaling/client/socket.js").Frame} frame */
  async _ask(name, frame) {
    const { socket, dispatch } = this._options;
    dispatch({ type: name, status: "busy" });
    try {
      await socket.request(frame);
      dispatch({ type: name, status: "done" });
    } catch (refusal) {
      dispatch({ type: name, status: "failed", text: sentence(refusal) });
    }
  }

  /** @param {ControlName} name @param {import("./state.js").ControlValue} value */
  _drive(name, value) {
    const { socket, dispatch, newId } = this._options;
    const id = newId();
    dispatch({ type: "command.clicked", id, name, value });
    socket
      .request({ type: "command", id, name, value })
      .catch((refusal) => dispatch({ type: "command.failed", id, name, text: sentence(refusal) }));
  }
}

/** The server's sentence; what the socket itself says is for programs. @param {any} refusal */
function sentence(refusal) {
  return ["lost", "timeout"].includes(refusal?.code) ? "" : (refusal?.message ?? "");
}
