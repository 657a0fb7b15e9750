/** Pictures that are no video, drawn over it: the phone's stills, and its photo while it sends nothing else. */

/** @typedef {{id: string, kind: string, at: number}} Photo */
/** @typedef {{call: {captures: Photo[], phone: {participant: string, way: string | null} | null}}} Photographed of the room, or of a guest's page */
/** @typedef {Omit<import("./state.js").Jpeg, "shownAt">} Told */

const PARTICIPANT = 32; // characters that a still's frame begins with; see signaling/PROTOCOL.md
const TIME = 8; // bytes, ms since the epoch

/**
 * @param {ArrayBuffer} data a binary frame
 * @returns {{participant: string, at: number, jpeg: Uint8Array<ArrayBuffer>} | null} null for what is no still
 */
export function parseStill(data) {
  if (data.byteLength <= PARTICIPANT + TIME) return null;
  const participant = new TextDecoder().decode(new Uint8Array(data, 0, PARTICIPANT));
  const at = Number(new DataView(data).getBigUint64(PARTICIPANT));
  return { participant, at, jpeg: new Uint8Array(data, PARTICIPANT + TIME) };
}

export class Jpegs {
  /**
   * @param {object} options
   * @param {HTMLCanvasElement} options.canvas
   * @param {(jpeg: Told) => void} options.onShown
   * @param {(capture: string) => Promise<Blob>} options.readCapture
   */
  constructor({ canvas, onShown, readCapture }) {
    this._canvas = canvas;
    this._onShown = onShown;
    this._readCapture = readCapture;
    this._newest = 0;
    this._shown = 0;
    this._photo = "";
  }

  /** @param {ArrayBuffer} data @param {string} camera the participant whose stills are shown */
  async still(data, camera) {
    const still = parseStill(data);
    if (!still || still.participant !== camera) return;
    const { participant, at, jpeg } = still;
    await this._draw(new Blob([jpeg], { type: "image/jpeg" }), { kind: "stills", participant, at });
  }

  /** The newest photo of a phone that has no other way, once. @param {Photographed} state */
  async follow({ call }) {
    const photo = call.captures.filter((one) => one.kind === "photo").pop();
    if (!photo || call.phone?.way !== "photo" || photo.id === this._photo) return;
    this._photo = photo.id;
    const blob = await this._readCapture(photo.id).catch(() => null);
    if (!blob) return void (this._photo = ""); // asked again at the next change
    await this._draw(blob, { kind: "photo", participant: call.phone.participant, at: photo.at });
  }

  /** Decoding takes its time: an older picture never follows a newer one. @param {Blob} blob @param {Omit<Told, "width" | "height">} told */
  async _draw(blob, told) {
    const number = ++this._newest;
    const bitmap = await createImageBitmap(blob).catch(() => null);
    if (!bitmap || number < this._shown) return;
    this._shown = number;
    const { width, height } = bitmap;
    if (this._canvas.width !== width || this._canvas.height !== height) Object.assign(this._canvas, { width, height });
    this._canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    this._onShown({ ...told, width, height });
  }
}
