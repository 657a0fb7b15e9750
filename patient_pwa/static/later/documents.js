/** @typedef {{id: string, name: string, media_type: string, size: number}} Document as in `welcome` */

const LARGEST = 20 * 1024 * 1024; // bytes; the server refuses more

/**
 * Documents that the regulator sent, and those that the caller sends.
 * @param {import("../host.js").Host} host
 */
export function install(host) {
  const notice = host.part("arrived");
  const dialog = /** @type {HTMLDialogElement} */ (host.part("documents"));
  const list = /** @type {HTMLElement} */ (dialog.querySelector("ul"));
  const row = /** @type {HTMLTemplateElement} */ (dialog.querySelector("template"));
  /** @type {Set<string>} by id */
  const known = new Set();

  /** @param {Document} document */
  function add(document) {
    if (known.has(document.id)) return;
    known.add(document.id);
    list.prepend(entry(row, document));
    notice.hidden = false;
  }

  function open() {
    notice.hidden = true;
    for (const image of /** @type {NodeListOf<HTMLImageElement>} */ (list.querySelectorAll("img[data-source]"))) {
      image.src = String(image.dataset["source"]); // only now: fetching it tells the regulator that it was opened
    }
    if (dialog.open) return;
    dialog.showModal ? dialog.showModal() : dialog.setAttribute("open", "");
  }

  function close() {
    dialog.close ? dialog.close() : dialog.removeAttribute("open");
  }

  host.act("documents", open);
  host.act("close-documents", close);
  host.on("welcome", (frame) => (frame["documents"] ?? []).forEach(add));
  host.on("document", (frame) => add(frame["document"]));
  const attach = host.part("attach");
  host.watch(({ screen }) => {
    attach.style.setProperty("--bar", `${document.querySelector(".bar")?.clientHeight ?? 0}px`);
    if (screen !== "ended" && screen !== "unusable") return;
    notice.hidden = true;
    close();
  });

  const chooser = /** @type {HTMLInputElement} */ (attach.querySelector("input"));
  chooser.addEventListener("change", () => {
    for (const file of chooser.files ?? []) send(host, file);
    chooser.value = ""; // the same one may be chosen again
  });
}

/** @param {HTMLTemplateElement} row @param {Document} document */
function entry(row, { id, name, media_type }) {
  const made = /** @type {HTMLElement} */ (row.content.cloneNode(true));
  const address = `/j/documents/${id}`;
  const [words, image, link] = /** @type {[HTMLElement, HTMLImageElement, HTMLAnchorElement]} */ (
    ["p", "img", "a"].map((selector) => made.querySelector(selector))
  );
  words.textContent = name;
  link.href = address;
  link.download = name;
  if (media_type.startsWith("image/")) {
    image.hidden = false;
    image.alt = name;
    image.dataset["source"] = address;
  }
  return made;
}

/** @param {import("../host.js").Host} host @param {File} file */
function send(host, file) {
  const blob = file.size > LARGEST && file.type.startsWith("image/") ? smaller(file) : Promise.resolve(file);
  blob.then((made) => host.files?.send({ kind: "document", blob: made, name: file.name })).catch(() => {}); // the bar tells why
}

/**
 * A picture that is too heavy for the server: again as JPEG, of a size that shows all that a doctor looks for.
 * @param {Blob} blob @returns {Promise<Blob>} as it was when this browser can't
 */
export async function smaller(blob) {
  try {
    const picture = await createImageBitmap(blob);
    const scale = Math.min(1, 4096 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width * scale, picture.height * scale];
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((resolve) => canvas.toBlob((made) => resolve(made ?? blob), "image/jpeg", 0.85));
  } catch {
    return blob;
  }
}
