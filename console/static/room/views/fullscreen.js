import { part } from "../../shared/dom.js";

/** The stage fills the screen, or no longer. @param {Document} root @returns {() => void} */
export function fullscreenSwitch(root) {
  const stage = part(root, "stage");
  const toggle = () => {
    if (root.fullscreenElement) void root.exitFullscreen();
    else void stage.requestFullscreen().catch(() => undefined); // refused outside a tap: the picture stays as it is
  };
  root.querySelector('[data-control="fullscreen"] button')?.addEventListener("click", toggle);
  return toggle;
}
