/** The few ways in which views touch the document. Nothing is written that is there already. */

/**
 * @param {ParentNode} root
 * @param {string} name of its `data-part`
 * @returns {HTMLElement}
 */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`no part ${name} on this page`);
  return /** @type {HTMLElement} */ (found);
}

/** @param {Element} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {HTMLElement} node @param {boolean} visible */
export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

/** @param {Element} node @param {string} name @param {string} value */
export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** @param {string} id of a `<template>` @returns {HTMLElement} a copy of its only element */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
}

/** What the server wrote into the page for its script. @param {string} id @returns {any} */
export function pageData(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}
