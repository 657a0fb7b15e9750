/** A screen capture: the picture as it was received, not as it is shown. */

/** @typedef {HTMLVideoElement | HTMLCanvasElement} Source */

/** @param {Source} source */
export function sizeOf(source) {
  if (source instanceof HTMLVideoElement) return { width: source.videoWidth, height: source.videoHeight };
  return { width: source.width, height: source.height };
}

/** @param {Source} source @returns {HTMLCanvasElement} */
export function drawn(source) {
  const canvas = Object.assign(document.createElement("canvas"), sizeOf(source));
  canvas.getContext("2d")?.drawImage(source, 0, 0);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function png(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no PNG of this picture"))), "image/png");
  });
}
