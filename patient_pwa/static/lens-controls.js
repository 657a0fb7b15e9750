/** @typedef {import("../../media/client/camera.js").Camera} Camera */

/**
 * The controls of the lens in use, which the caller's own screen has too.
 * @param {import("./control.js").Control} control
 * @param {Camera} camera
 * @param {() => boolean} wanted whether the camera should be on
 */
export function addLensControls(control, camera, wanted) {
  const can = () => camera.abilities();
  const why = () => {
    const { camera: facing } = camera.values();
    return facing === null ? "needs_tap" : facing === "user" ? "lens" : "unsupported";
  };
  control.add("camera", {
    takes: (value) => value === "environment" || value === "user",
    able: (value) => (value ? can().facing.includes(value) : can().facing.length > 1),
    apply: (facing) => {
      if (!wanted()) throw new DOMException("the camera is off", "NotAllowedError");
      return camera.flip(facing);
    },
    value: () => camera.values().camera,
    reason: () => (camera.open ? "unsupported" : "needs_tap"),
    capabilities: () => ({ ...can(), position: globalThis.isSecureContext && "geolocation" in navigator }),
  });
  control.add("torch", {
    takes: (value) => typeof value === "boolean",
    able: () => can().torch,
    apply: (on) => camera.torch(on),
    value: () => camera.values().torch,
    reason: why,
  });
  control.add("zoom", {
    ofLens: true,
    takes: (value) => Number.isFinite(value) && within(value, can().zoom),
    able: () => Boolean(can().zoom),
    apply: (zoom) => camera.zoom(zoom),
    value: () => camera.values().zoom,
    reason: why,
  });
}

/** @param {number} value @param {[number, number, number] | null} reach */
const within = (value, reach) => !reach || (value >= reach[0] && value <= reach[1]);
