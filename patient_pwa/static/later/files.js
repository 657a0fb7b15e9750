import { delay } from "../../../signaling/client/backoff.js";

/** @typedef {{kind: "photo" | "document", blob: Blob, name?: string, command?: string}} Sending */
/** @typedef {{id: string, kind: "photo" | "document", name: string, at: number, size: number, error: string, ended: boolean}} Progress `error`: the server's code; bytes */

const CHUNK = 15_000; // bytes of one message
const WINDOW = 4 * CHUNK; // bytes under way without an acknowledgement: the picture needs the line too
const PACE = 60; // ms between two chunks; the relay takes 300 datagrams a second of one phone, video's feedback included
const POSTED = 60_000; // bytes of one POST
const OPENING = 1000; // ms for a channel to open
const STALLED = 10_000; // ms without progress, then the file is announced again
const ANSWER = 5000; // ms for an announcement

/** A file that is refused, or that nobody waits for any more; `code` as in `file_done`. */
export class Refused extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Sends files to the server, one after the other, and goes on after any cut where it was.
 */
export class Files {
  /**
   * @param {object} options
   * @param {(frame: {type: string, [field: string]: unknown}) => boolean} options.tell
   * @param {(label: string, protocol: string) => RTCDataChannel | null} options.open
   * @param {(file: Progress) => void} options.onProgress
   * @param {() => boolean} options.isOver whether the call is
   * @param {typeof fetch} [options.request]
   * @param {(ms: number) => Promise<void>} [options.wait]
   */
  constructor({ tell, open, onProgress, isOver, request = (...args) => fetch(...args), wait = sleep }) {
    this._options = { tell, open, onProgress, isOver, request, wait };
    /** @type {Promise<void>} the file before */
    this._before = Promise.resolve();
    /** @type {Transfer | null} */
    this._current = null;
  }

  /** @param {Sending} sending @returns {Promise<void>} once it is kept; rejects with Refused */
  send(sending) {
    const made = new Transfer(sending);
    this._options.onProgress(made.progress);
    const sent = this._before.then(() => this._send(made));
    this._before = sent.catch(() => {});
    return sent;
  }

  /** The server has so much of it. @param {{id: string, offset: number}} frame */
  at({ id, offset }) {
    if (id === this._current?.progress.id) this._advance(this._current, offset);
  }

  /** @param {{id: string, error?: string}} frame */
  done({ id, error }) {
    const file = this._current;
    if (!file || id !== file.progress.id) return;
    Object.assign(file.progress, error ? { error } : { at: file.progress.size });
    file.progress.ended = true;
    file.sign();
  }

  /** The connection or the server is another one: what was under way is lost. */
  again() {
    if (this._current) this._current.isStale = true;
    this._current?.sign();
  }

  /** @param {Transfer} file */
  async _send(file) {
    this._current = file;
    const { progress } = file;
    await file.prepare();
    for (let attempt = 0; !progress.ended; attempt++) {
      if (this._options.isOver()) Object.assign(progress, { ended: true, error: "ended" });
      else if ((await this._announce(file)) && (await this._transfer(file))) attempt = 0;
      if (!progress.ended) await this._options.wait(delay(attempt));
    }
    this._current = null;
    this._options.onProgress(progress);
    if (progress.error) throw new Refused(progress.error);
  }

  /** @param {Transfer} file @returns {Promise<boolean>} whether the server said where to begin */
  async _announce(file) {
    file.isStale = file.isHeard = false;
    if (!this._options.tell(file.frame())) return false;
    await file.until(() => file.isHeard || file.progress.ended, ANSWER);
    return file.isHeard && !file.progress.ended;
  }

  /** @param {Transfer} file @returns {Promise<boolean>} whether it went forward */
  async _transfer(file) {
    const { progress } = file;
    const before = progress.at;
    await this._byChannel(file);
    if (!progress.ended && !file.isStale && progress.at < progress.size) await this._byPost(file);
    if (progress.at >= progress.size) await file.until(() => progress.ended || file.isStale, STALLED);
    return progress.at > before;
  }

  /** @param {Transfer} file until it is through, or the channel is gone or stands still */
  async _byChannel(file) {
    const { progress } = file;
    const channel = this._options.open(`file:${progress.id}`, String(progress.at));
    if (!channel) return;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = CHUNK;
    channel.onopen = channel.onclose = channel.onbufferedamountlow = () => file.sign();
    await file.until(() => channel.readyState !== "connecting", OPENING);
    let sent = progress.at;
    const isFree = () => sent < progress.size && sent - progress.at < WINDOW && channel.bufferedAmount <= CHUNK;
    const isOver = () => channel.readyState !== "open" || progress.ended || file.isStale || progress.at >= progress.size;
    while ((await file.until(() => isFree() || isOver(), STALLED)) && !isOver()) {
      const chunk = await file.bytes(sent, CHUNK);
      if (isOver()) break;
      channel.send(chunk);
      sent += chunk.byteLength;
      await this._options.wait(PACE);
    }
    channel.onopen = channel.onclose = channel.onbufferedamountlow = null;
    channel.close();
  }

  /** @param {Transfer} file until it is through, or the network is gone */
  async _byPost(file) {
    const { progress } = file;
    while (!progress.ended && progress.at < progress.size) {
      const headers = { "content-type": "application/octet-stream", "upload-offset": String(progress.at) };
      const body = await file.bytes(progress.at, POSTED);
      const reply = await this._options.request(`/j/files/${progress.id}`, { method: "POST", headers, body }).catch(() => null);
      if (!reply?.ok) return;
      const { offset } = await reply.json();
      if (offset <= progress.at) return;
      this._advance(file, offset);
    }
  }

  /** @param {Transfer} file @param {number} offset */
  _advance(file, offset) {
    file.isHeard = true;
    file.progress.at = offset;
    this._options.onProgress(file.progress);
    file.sign();
  }
}

/** One file on its way. */
class Transfer {
  /** @param {Sending} sending */
  constructor({ kind, blob, name = "", command = "" }) {
    /** @type {Progress} */
    this.progress = { id: hex(crypto.getRandomValues(new Uint8Array(16))), kind, name, at: 0, size: blob.size, error: "", ended: false };
    this.isHeard = false; // the server said how much it has
    this.isStale = false; // and may have another opinion now
    this._blob = blob;
    this._command = command;
    this._sha256 = "";
    this._sign = () => {};
  }

  async prepare() {
    this._sha256 = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await this._blob.arrayBuffer())));
  }

  frame() {
    const { id, kind, name, size } = this.progress;
    const media_type = this._blob.type.split(";")[0];
    return { type: "file", id, kind, media_type, size, sha256: this._sha256, name, command: this._command };
  }

  /** @param {number} from @param {number} count bytes */
  bytes(from, count) {
    return this._blob.slice(from, from + count).arrayBuffer();
  }

  /** Something changed: whoever waits looks again. */
  sign() {
    this._sign();
  }

  /** @param {() => boolean} condition @param {number} within ms @returns {Promise<boolean>} whether it came true */
  until(condition, within) {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      /** @param {boolean} value */
      const settle = (value) => {
        clearTimeout(timer);
        this._sign = () => {};
        resolve(value);
      };
      const timer = setTimeout(() => settle(false), within);
      this._sign = () => condition() && settle(true);
    });
  }
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const SHOWN = 6000; // ms that an end stays on the screen

/** @param {import("../host.js").Host} host */
export function install(host) {
  const bar = host.part("sending");
  const meter = /** @type {HTMLProgressElement} */ (bar.querySelector("progress"));
  const shown = /** @type {Map<string, Progress>} */ (new Map());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;

  /** @param {Progress} file */
  function show(file) {
    shown.set(file.id, file);
    const all = [...shown.values()];
    const under = all.filter(({ ended }) => !ended);
    const failed = all.filter(({ error }) => error);
    meter.max = all.reduce((sum, { size }) => sum + size, 0) || 1;
    meter.value = all.reduce((sum, { at, size, ended }) => sum + (ended ? size : at), 0);
    const words = under.length ? "under-way" : (failed[0] && sentence(failed[0].error)) || "sent";
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll("[data-says]"))) {
      part.hidden = part.dataset.says !== words;
    }
    meter.hidden = !under.length;
    bar.classList.toggle("fault", words !== "under-way" && words !== "sent");
    bar.hidden = false;
    clearTimeout(hiding);
    if (under.length) return;
    hiding = setTimeout(() => {
      bar.hidden = true;
      shown.clear();
    }, SHOWN);
  }

  const files = new Files({
    tell: (frame) => host.tell(/** @type {any} */ (frame)),
    open: (label, protocol) => host.publisher.channel(label, protocol),
    onProgress: show,
    isOver: () => ["ended", "moved", "unusable"].includes(host.state().screen),
  });
  host.files = files;
  host.on("file_at", (frame) => files.at(/** @type {any} */ (frame)));
  host.on("file_done", (frame) => files.done(/** @type {any} */ (frame)));
  host.on("welcome", () => files.again());
}

/** @param {string} error the server's code @returns {string} which sentence of the page tells it */
function sentence(error) {
  if (error === "day_quota") return "quota";
  return ["too_large", "quota", "bad_file"].includes(error) ? error : "lost";
}
