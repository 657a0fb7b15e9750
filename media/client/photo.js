const LIMIT = 8000; // ms; `takePhoto` never answers on some iPhones
const LARGEST = 15_000_000; // bytes that the server takes
const QUALITY = 0.92;

/**
 * The sharpest picture that the phone gives: of the sensor's own size, else a frame of the video.
 * @param {MediaStreamTrack} track
 * @param {() => Promise<Blob>} frame
 * @param {{Capture?: any, limit?: number}} [options] `Capture` as `ImageCapture`, which Firefox and older iPhones lack
 * @returns {Promise<Blob>}
 */
export async function sharpPhoto(track, frame, { Capture = Reflect.get(globalThis, "ImageCapture"), limit = LIMIT } = {}) {
  const photo = Capture && (await within(limit, largest(new Capture(track))).catch(() => undefined));
  return photo?.size && photo.size <= LARGEST ? photo : frame();
}

/** @param {any} capture an ImageCapture @returns {Promise<Blob>} */
async function largest(capture) {
  const { imageWidth, imageHeight } = await capture.getPhotoCapabilities().catch(() => ({}));
  if (!imageWidth?.max || !imageHeight?.max) return capture.takePhoto();
  const size = { imageWidth: imageWidth.max, imageHeight: imageHeight.max };
  return capture.takePhoto(size).catch(() => capture.takePhoto()); // some name a size that they can't take
}

/**
 * What the video shows, whole. Rejects while it shows nothing.
 * @param {HTMLVideoElement} video
 * @param {HTMLCanvasElement} canvas to draw on
 * @returns {Promise<Blob>} a JPEG
 */
export function frameOf(video, canvas) {
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
  });
}

/** @template T @param {number} limit ms @param {Promise<T>} work @returns {Promise<T>} */
async function within(limit, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
