/**
 * A drawing of the regulator's on the caller's own picture: shown at once, and kept among the documents.
 * @param {import("../host.js").Host} host
 */
export function install(host) {
  const box = host.part("drawing");
  const image = /** @type {HTMLImageElement} */ (box.querySelector("img"));
  const lay = (/** @type {boolean} */ open) => {
    box.hidden = !open;
    if (!open) image.removeAttribute("src");
  };
  host.act("drawing-close", () => lay(false));
  // Those of `welcome` were shown before: the list has them.
  host.on("document", (frame) => {
    const { id, drawing } = /** @type {{id: string, drawing?: boolean}} */ (frame["document"]);
    if (!drawing) return;
    image.src = `/j/documents/${id}`;
    lay(true);
    navigator.vibrate?.(200);
  });
  host.watch(({ screen }) => screen !== "live" && lay(false));
}
