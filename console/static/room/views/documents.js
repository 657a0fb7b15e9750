import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";
import { papers } from "../documents.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../documents.js").Paper} Paper */
/** @typedef {import("../documents.js").Documents} Documents */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/** @param {Document} root @param {Say} say @param {string} language @param {Documents} documents */
export function documentsView(root, say, language, documents) {
  const fold = /** @type {HTMLDetailsElement} */ (part(root, "documents"));
  const list = part(root, "documents-list");
  /** @type {Map<string, HTMLElement>} */
  const items = new Map();
  let known = 0;
  const choose = chooser(root, documents);
  takeDropped(root, documents);
  const render = (/** @type {State} */ state) => {
    const all = papers(state);
    show(fold, (state.call.phone !== null || all.length > 0) && !state.call.ended);
    setText(part(root, "documents-count"), all.length ? String(all.length) : "");
    showFailure(root, state, say);
    setText(part(root, "documents-news"), news(all, say));
    if (all.length > known) fold.open = true; // something has just come: it is what the regulator waits for
    known = all.length;
    for (const [index, paper] of all.entries()) {
      const item = items.get(paper.key) ?? newItem(paper.key, documents);
      items.set(paper.key, item);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
      update(item, paper, say, language);
    }
    for (const [key, item] of items) {
      if (all.some((paper) => paper.key === key)) continue;
      item.remove();
      items.delete(key);
    }
  };
  return { render, choose };
}

/** @param {ParentNode} root @param {State} state @param {Say} say */
function showFailure(root, { call }, say) {
  const failure = call.fileFailure?.kind === "document" ? call.fileFailure : null;
  show(part(root, "document-failure"), failure !== null);
  if (failure) setText(part(root, "document-failure-text"), failureWords(failure, say));
}

/** @param {Paper[]} all @param {Say} say */
function news([newest], say) {
  return newest ? say(`document.${newest.status}`, { percent: Math.round(newest.share * 100) }) : "";
}

/** @param {{kind: string, reason: string}} failure @param {Say} say */
export function failureWords({ kind, reason }, say) {
  return say(`${kind}.broken`, { reason: say.has(`file.${reason}`) ? say(`file.${reason}`) : reason });
}

/** @param {ParentNode} root @param {Documents} documents @returns {() => void} */
function chooser(root, documents) {
  const file = /** @type {HTMLInputElement} */ (part(root, "document-file"));
  part(root, "document-choose").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    documents.send(file.files ?? []);
    file.value = ""; // the same file may be sent again
  });
  return () => file.click();
}

/** A file dropped beside the target would replace the room by the file: the whole window is the target. @param {Document} root @param {Documents} documents */
function takeDropped(root, documents) {
  const hint = part(root, "drop");
  const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(hint, true);
  });
  addEventListener("dragleave", (event) => !event.relatedTarget && show(hint, false));
  addEventListener("drop", (event) => {
    show(hint, false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    documents.send(event.dataTransfer?.files ?? []);
  });
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (files?.length) documents.send(files);
  });
}

/** @param {string} key @param {Documents} documents */
function newItem(key, documents) {
  const item = copyOf("document-item");
  part(item, "retry").addEventListener("click", () => void documents.store(key));
  return item;
}

/** @param {HTMLElement} item @param {Paper} paper @param {Say} say @param {string} language */
function update(item, { document, name, size, status, share, text, drawing }, say, language) {
  const link = part(item, "open");
  setAttribute(item, "data-status", status);
  show(link, document !== null);
  show(part(item, "name"), document === null);
  if (document) setAttribute(link, "href", `/documents/${document}`);
  setText(document ? link : part(item, "name"), drawing ? say("document.drawing") : name || say("document.unnamed"));
  setText(part(item, "size"), say("document.size", { size: kilobytes(size, language) }));
  const percent = { percent: Math.round(share * 100) };
  setText(part(item, "state"), status === "failed" && text ? text : say(`document.${status}`, percent));
  show(part(item, "retry"), status === "failed");
}

/** @param {number} bytes @param {string} language */
function kilobytes(bytes, language) {
  return new Intl.NumberFormat(language).format(Math.max(1, Math.round(bytes / 1000)));
}
