/** A tool beside the picture. @param {ParentNode} root @param {string} name @returns {HTMLElement} its button */
export function tool(root, name) {
  return /** @type {HTMLElement} */ (root.querySelector(`[data-tool="${name}"]`));
}
