import { copyOf, part, setAttribute, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").Paper} Paper */

/** Documents that regulators sent, to be opened. @param {ParentNode} root @param {import("../../shared/phrases.js").Say} say */
export function papersView(root, say) {
  const list = part(root, "papers");
  return (/** @type {State} */ { scene: { papers = [] } }) => {
    show(list, papers.length > 0);
    for (const paper of papers.slice(list.childElementCount)) {
      const item = copyOf("paper-item");
      setAttribute(part(item, "link"), "href", `/g/documents/${paper.id}`);
      setText(part(item, "words"), say(`paper.${kindOf(paper)}`, { number: list.childElementCount + 1 }));
      list.append(item);
    }
  };
}

/** @param {Paper} paper */
function kindOf({ drawing, media_type: type }) {
  if (drawing) return "drawing";
  return type === "application/pdf" ? "pdf" : "picture";
}
