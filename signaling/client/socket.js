import { delay } from "./backoff.js";

/** @typedef {{type: string, ref?: number, [field: string]: any}} Frame a JSON frame of signaling/PROTOCOL.md */
/** @typedef {"connecting" | "open" | "lost" | "refused"} SocketState */
/** @typedef {{code: string, message: string, permanent: boolean}} Refusal what a request rejects with */
/** @typedef {{resolve: (frame: Frame) => void, reject: (why: Refusal) => void, timer: any}} Waiting */

const REFUSED = [4401, 4404, 4410]; // not ours, no such session, ended: coming back is useless
const PING_EVERY = 10_000;
const DEAD_AFTER = 25_000; // without any frame
const CONNECT_WITHIN = 10_000;
const PROOF_WITHIN = 5_000; // of life, once the network or the page came back

/** A WebSocket that comes back by itself, for ever, and answers requests by their `ref`. */
export class Socket {
  /**
   * @param {object} options
   * @param {string} options.url
   * @param {() => Frame} options.first the first frame of each connection
   * @param {(frame: Frame) => void} options.onFrame every frame but pongs and answers to requests
   * @param {(data: ArrayBuffer) => void} [options.onBinary] every binary frame
   * @param {(state: SocketState, code?: number) => void} options.onState with the close code when refused
   * @param {(attempt: number) => number} [options.backoff]
   * @param {typeof WebSocket} [options.WebSocketClass]
   */
  constructor({ url, first, onFrame, onBinary, onState, backoff = delay, WebSocketClass = WebSocket }) {
    this._options = { url, first, onFrame, onBinary, onState, backoff, WebSocketClass };
    /** @type {WebSocket | null} */
    this._line = null;
    /** @type {Map<number, Waiting>} */
    this._waiting = new Map();
    this._ref = 0;
    this._attempt = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._retry = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._ping = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._deadline = undefined;
    this._deadlineAt = Infinity;
    this._heardAt = 0;
  }

  /** Bytes that have not left yet. */
  get backlog() {
    return this._line?.bufferedAmount ?? 0;
  }

  /** Milliseconds since the last frame of the server's. */
  get quiet() {
    return performance.now() - this._heardAt;
  }

  /** Once is enough; again is harmless. */
  open() {
    if (!this._line && !this._retry) this._connect();
  }

  /**
   * @param {Frame} frame
   * @returns {boolean} whether it left; nothing is kept for later
   */
  send(frame) {
    if (this._line?.readyState !== 1) return false;
    this._line.send(JSON.stringify(frame));
    return true;
  }

  /**
   * @param {ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob} data a binary frame
   * @returns {boolean} whether it left; nothing is kept for later
   */
  sendBinary(data) {
    if (this._line?.readyState !== 1) return false;
    this._line.send(data);
    return true;
  }

  /**
   * @param {Frame} frame sent with a `ref` of its own
   * @returns {Promise<Frame>} the `answer` or `ok`; rejects with a Refusal
   */
  request(frame, timeoutMs = 10_000) {
    const ref = ++this._ref;
    return new Promise((resolve, reject) => {
      if (!this.send({ ...frame, ref })) return reject(refusal("lost", "no connection"));
      const timer = setTimeout(() => this._settle(ref)?.reject(refusal("timeout", "no answer")), timeoutMs);
      this._waiting.set(ref, { resolve, reject, timer });
    });
  }

  /** The network or the page came back: try now, or make the line prove that it lives. @param {number} [within] ms */
  wake(within = PROOF_WITHIN) {
    this._attempt = 0;
    if (this._retry) return this._connect();
    if (!this._line) return;
    this.send({ type: "ping" });
    if (performance.now() + within < this._deadlineAt) this._expect(within); // asked twice, it gets no more time
  }

  close() {
    this._drop();
    clearTimeout(this._retry);
    this._retry = undefined;
  }

  _connect() {
    this.close();
    this._options.onState("connecting");
    const line = new this._options.WebSocketClass(this._options.url);
    this._line = line;
    line.binaryType = "arraybuffer";
    this._expect(CONNECT_WITHIN);
    line.onopen = () => {
      this._expect(DEAD_AFTER);
      this.send(this._options.first());
      this._ping = setInterval(() => this.send({ type: "ping" }), PING_EVERY);
      this._options.onState("open");
    };
    line.onmessage = (event) => this._receive(event.data);
    line.onclose = (event) => this._lost(event.code);
  }

  /** @param {string | ArrayBuffer} data */
  _receive(data) {
    this._attempt = 0; // a server that speaks; one that only accepts and closes is not hammered
    this._heardAt = performance.now();
    this._expect(DEAD_AFTER);
    if (typeof data !== "string") return this._options.onBinary?.(data);
    const frame = parse(data);
    if (!frame || frame.type === "pong") return;
    const waiting = frame.ref === undefined ? undefined : this._settle(frame.ref);
    if (!waiting) this._options.onFrame(frame);
    else if (frame.type === "error") waiting.reject(refusal(frame.code, frame.message, frame.permanent));
    else waiting.resolve(frame);
  }

  /** @param {number} code */
  _lost(code) {
    this._drop();
    if (REFUSED.includes(code)) return this._options.onState("refused", code);
    this._retry = setTimeout(() => this._connect(), this._options.backoff(this._attempt++));
    this._options.onState("lost");
  }

  /** Leave the line without waiting for its farewell, which a dead network never brings. */
  _drop() {
    clearInterval(this._ping);
    clearTimeout(this._deadline);
    const line = this._line;
    this._line = null;
    if (line) {
      line.onopen = line.onmessage = line.onclose = null;
      line.close();
    }
    for (const ref of [...this._waiting.keys()]) this._settle(ref)?.reject(refusal("lost", "connection lost"));
  }

  /** @param {number} within ms */
  _expect(within) {
    clearTimeout(this._deadline);
    this._deadlineAt = performance.now() + within;
    this._deadline = setTimeout(() => this._lost(1006), within);
  }

  /** @param {number} ref */
  _settle(ref) {
    const waiting = this._waiting.get(ref);
    this._waiting.delete(ref);
    clearTimeout(waiting?.timer);
    return waiting;
  }
}

/** @returns {Refusal} */
function refusal(/** @type {string} */ code, /** @type {string} */ message, permanent = false) {
  return { code, message, permanent };
}

/**
 * @param {string} data
 * @returns {Frame | undefined} undefined for what is no frame
 */
export function parse(data) {
  try {
    const frame = JSON.parse(data);
    return typeof frame?.type === "string" ? frame : undefined;
  } catch {
    return undefined;
  }
}
