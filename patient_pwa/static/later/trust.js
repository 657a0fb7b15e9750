/**
 * The stop button within what lies over the picture: the camera is on there too.
 * @param {import("../host.js").Host} host
 */
export function install(host) {
  const button = /** @type {HTMLElement} */ (document.querySelector(".bar [data-act=hangup]"));
  host.act("stop", () => {
    for (const sheet of /** @type {NodeListOf<HTMLDialogElement>} */ (document.querySelectorAll("dialog[open]"))) {
      sheet.close ? sheet.close() : sheet.removeAttribute("open");
    }
    button.click();
  });
}
