import { part } from "../shared/dom.js";

/** Films under a cover: nothing of them is fetched before the click that plays them. @param {ParentNode} root */
export function films(root) {
  for (const film of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-part=film]"))) {
    const video = /** @type {HTMLVideoElement} */ (film.querySelector("video"));
    part(film, "film-show").addEventListener("click", () => {
      film.dataset["seen"] = "true";
      video.focus();
      video.play().catch(() => {}); // its own controls say why
    });
  }
}
