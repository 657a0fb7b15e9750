/** What the regulator wants -> the socket and the server; what comes of it -> messages. */

import { drawn, png } from "./still.js";
import { control, zoomedBy, onStep, zoomRange } from "./controls.js";
import { isLive } from "./ladder.js";

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
   * @param {HTMLVideoElement} options.video
   * @param {(blob: Blob) => Promise<{id: string}>} options.storeCapture rejects with `{message, permanent}`
   * @param {(attempt: number) => number} options.backoff
   * @param {() => string} options.newId
   */
  constructor(options) {
    this._options = options;
    this._resend = { to: "", intent: "" };
    /** @type {Map<string, HTMLCanvasElement>} stills by key: the canvas is also their thumbnail */
    this.canvases = new Map();
  }

  /** @param {import("./keys.js").KeyIntent} intent but `fullscreen`, which is the view's own */
  perform(intent) {
    if (intent === "closer") this.zoomBy(1);
    else if (intent === "wider") this.zoomBy(-1);
    else if (intent === "capture") this.capture();
    else if (intent !== "fullscreen") this.switch(intent);
  }

  /** To the other camera, on or off. @param {ControlName} name */
  switch(name) {
    const { next } = control(this._options.state(), name);
    if (next !== null) this._drive(name, next);
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

  capture() {
    const { state, video, dispatch, newId } = this._options;
    if (!isLive(state()) || !video.videoWidth) return;
    const key = newId();
    const canvas = drawn(video);
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
        const { id } = await storeCapture(await png(canvas));
        return dispatch({ type: "still.stored", key, capture: id });
      } catch (fault) {
        const { message = "", permanent = true } = /** @type {import("./server.js").Fault} */ (fault);
        if (permanent || attempt === UPLOAD_TRIES) return dispatch({ type: "still.failed", key, text: message });
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      }
    }
  }

  /** @param {string} to another address, or "" for the same */
  async resend(to) {
    const { state, socket, dispatch, newId } = this._options;
    const { resend, now } = state();
    if (resend.status === "busy" || (resend.status === "done" && now - resend.at < RESEND_PAUSE)) return;
    // The same wish keeps its intent until it is granted, so that an answer lost on the way sends nothing twice.
    if (!this._resend.intent || this._resend.to !== to) this._resend = { to, intent: newId() };
    dispatch({ type: "resend", status: "busy" });
    try {
      await socket.request({ type: "resend", intent: this._resend.intent, ...(to && { to }) });
      this._resend.intent = "";
      dispatch({ type: "resend", status: "done" });
    } catch (refusal) {
      dispatch({ type: "resend", status: "failed", text: sentence(refusal) });
    }
  }

  async end() {
    const { socket, dispatch } = this._options;
    dispatch({ type: "ending", status: "busy" });
    try {
      await socket.request({ type: "end" });
      dispatch({ type: "ending", status: "done" });
    } catch (refusal) {
      dispatch({ type: "ending", status: "failed", text: sentence(refusal) });
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
