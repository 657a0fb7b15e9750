/** A screen capture: the picture as it was received, whole, and upright as it is looked at. */

/** @typedef {HTMLVideoElement | HTMLCanvasElement} Source */

/** @param {Source} source */
export function sizeOf(source) {
  if (source instanceof HTMLVideoElement) return { width: source.videoWidth, height: source.videoHeight };
  return { width: source.width, height: source.height };
}

/** @param {Source} source @param {number} turn quarters clockwise @returns {HTMLCanvasElement} */
export function drawn(source, turn) {
  const canvas = document.createElement("canvas");
  copyTo(canvas, source, turn);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas takes the source's size @param {Source} source @param {number} [turn] quarters clockwise */
export function copyTo(canvas, source, turn = 0) {
  const { width, height } = sizeOf(source);
  Object.assign(canvas, turn % 2 ? { width: height, height: width } : { width, height });
  const context = canvas.getContext("2d");
  context?.translate(canvas.width / 2, canvas.height / 2);
  context?.rotate((turn * Math.PI) / 2);
  context?.drawImage(source, -width / 2, -height / 2);
}

// Of a video's picture nothing more is lost that an eye could see; a PNG would keep the codec's noise at five
// times the bytes, which a hospital's line carries for seconds.
const QUALITY = 0.95;

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function jpeg(canvas) {
  return new Promise((resolve, reject) => {
    const done = (/** @type {Blob | null} */ blob) => (blob ? resolve(blob) : reject(new Error("no JPEG of this picture")));
    canvas.toBlob(done, "image/jpeg", QUALITY);
  });
}
