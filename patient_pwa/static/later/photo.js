import { frameOf, sharpPhoto } from "../../../media/client/photo.js";

const LIMIT = 12_000; // ms: 8 s for the photo, then a frame of the video; the server waits 14 s
const RESTART = 3000; // ms; Android starts its preview anew after a photo
const SHOWN = 1500; // ms

/** @param {import("../host.js").Host} host */
export function install(host) {
  const { camera, control, publisher } = host;
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("video"));
  const notice = host.part("photo");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;

  async function take() {
    if (!camera.track) throw new DOMException("the camera is off", "NotAllowedError");
    clearTimeout(hiding);
    notice.hidden = false;
    camera.rest(LIMIT);
    try {
      return await sharpPhoto(camera.track, () => frameOf(video, document.createElement("canvas")));
    } finally {
      camera.rest(RESTART);
      hiding = setTimeout(() => (notice.hidden = true), SHOWN);
      void camera.restore(); // iPhones put the torch out
    }
  }

  host.watch(({ screen }) => {
    if (screen !== "live") notice.hidden = true;
  });
  control("photo", {
    limit: LIMIT,
    takes: (value) => value === true,
    able: () => camera.open && !publisher.paused,
    apply: async (_, command) => {
      if (!host.files) throw new Error("files can't be sent yet");
      const blob = await take();
      void host.files.send({ kind: "photo", blob, ...(command && { command }) }).catch(() => {});
    },
    reason: () => "needs_tap",
    capabilities: () => ({ photo: camera.open && !publisher.paused }),
  });
}
