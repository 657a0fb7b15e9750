import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { situation } from "../situation.js";
import { doorView } from "./door.js";
import { papersView } from "./papers.js";
import { shotsView } from "./shots.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/**
 * @param {Document} root
 * @param {Say} say
 * @param {object} doing
 * @param {() => void} doing.enter
 * @param {() => void} doing.toggleCamera
 * @param {() => void} doing.flip
 * @param {(id: string, video: HTMLVideoElement) => () => void} doing.watch
 * @param {(id: string) => void} doing.enlarge
 * @returns {(state: State) => void}
 */
export function pageView(root, say, doing) {
  const watching = part(root, "watching");
  const door = doorView(root, say, doing.enter);
  const camera = cameraView(watching, say, doing);
  const shots = shotsView(watching, say, doing);
  const papers = papersView(watching, say);
  part(watching, "fullscreen").addEventListener("click", () => void toggleFullscreen(root, watching));
  show(part(watching, "fullscreen"), root.fullscreenEnabled);
  return (state) => {
    const isInside = state.step === "inside";
    if (isInside && watching.hidden) root.title = `${state.invitation.centre} · VisioRegul`;
    show(watching, isInside);
    door(state);
    camera(state);
    shots(state);
    papers(state);
    if (!isInside) return;
    const now = situation(state);
    setAttribute(watching, "data-state", now);
    setText(part(watching, "centre"), state.invitation.centre);
    setText(part(watching, "state"), say(`state.${now}`));
    setText(part(watching, "count"), say("watching", { count: state.watchers }));
  };
}

/** @param {HTMLElement} root @param {Say} say @param {{toggleCamera: () => void, flip: () => void}} doing */
function cameraView(root, say, { toggleCamera, flip }) {
  const button = part(root, "camera");
  button.addEventListener("click", toggleCamera);
  part(root, "flip").addEventListener("click", flip);
  return (/** @type {State} */ { camera, invitation }) => {
    const isOn = camera.status === "on";
    const label = { off: "camera.show", starting: "camera.starting", on: "camera.stop" }[camera.status];
    show(button, invitation.role === "seen");
    setText(part(root, "camera-label"), say(label));
    setAttribute(button, "aria-pressed", String(isOn));
    show(part(root, "flip"), isOn && camera.canFlip);
    show(part(root, "own"), isOn);
    setAttribute(part(root, "own"), "data-facing", camera.facing);
    setText(part(root, "camera-words"), camera.trouble && say(`camera.${camera.trouble}`));
    show(part(root, "camera-news"), camera.trouble !== "");
  };
}

/** @param {Document} root @param {HTMLElement} stage */
function toggleFullscreen(root, stage) {
  return (root.fullscreenElement ? root.exitFullscreen() : stage.requestFullscreen()).catch(() => undefined);
}
