import assert from "node:assert/strict";
import { test } from "node:test";

import { sharpPhoto } from "../../media/client/photo.js";

const FRAME = new Blob(["frame"]);
const PHOTO = new Blob(["a photo"]);
/** @type {any} */
const TRACK = {};

/** @param {object} methods of an ImageCapture @param {number} [limit] ms */
function take(methods, limit) {
  const Capture = class {
    getPhotoCapabilities = async () => ({ imageWidth: { max: 4000 }, imageHeight: { max: 3000 } });
    takePhoto = async () => PHOTO;
    constructor() {
      Object.assign(this, methods);
    }
  };
  return sharpPhoto(TRACK, async () => FRAME, { Capture, ...(limit !== undefined && { limit }) });
}

test("takePhoto: the largest size that the phone names is asked for", async () => {
  /** @type {any[]} */
  const asked = [];
  const photo = await take({ takePhoto: async (/** @type {any} */ size) => (asked.push(size), PHOTO) });
  assert.equal(photo, PHOTO);
  assert.deepEqual(asked, [{ imageWidth: 4000, imageHeight: 3000 }]);
});

test("takePhoto: a phone that can't take the size it names takes its own", async () => {
  const takePhoto = async (/** @type {any} */ size) => {
    if (size) throw new Error("no such size");
    return PHOTO;
  };
  assert.equal(await take({ takePhoto }), PHOTO);
});

test("takePhoto: a phone that names no size takes its own", async () => {
  const getPhotoCapabilities = async () => {
    throw new Error("unknown");
  };
  assert.equal(await take({ getPhotoCapabilities }), PHOTO);
});

test("takePhoto hangs on some iPhones: after the limit a frame of the video serves", async () => {
  assert.equal(await take({ takePhoto: () => new Promise(() => {}) }, 5), FRAME);
  assert.equal(await take({ getPhotoCapabilities: () => new Promise(() => {}) }, 5), FRAME);
});

test("takePhoto: a failure, an empty photo and one that is too large become a frame of the video", async () => {
  const fails = async () => {
    throw new Error("camera busy");
  };
  assert.equal(await take({ takePhoto: fails }), FRAME);
  assert.equal(await take({ takePhoto: async () => new Blob([]) }), FRAME);
  assert.equal(await take({ takePhoto: async () => ({ size: 15_000_001 }) }), FRAME);
});

test("takePhoto: a browser without it sends a frame of the video", async () => {
  assert.equal(await sharpPhoto(TRACK, async () => FRAME, { Capture: undefined }), FRAME);
});
