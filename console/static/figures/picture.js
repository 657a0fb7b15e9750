/** A chart as a PNG for a slide or a letter: its title and its period above it, dark on white. */

import { paint } from "./paint.js";

const SCALE = 2; // pixels to a unit: print needs twice what a screen does
const MARGIN = 24;
const HEAD = 60; // title and period, units

/** @param {HTMLElement} figure @returns {Promise<Blob | null>} */
export async function picture(figure) {
  const original = figure.querySelector(".chart-wide svg");
  if (!original) return null;
  const paper = document.createElement("div");
  paper.className = "unseen on-paper";
  const svg = /** @type {SVGSVGElement} */ (original.cloneNode(true));
  paper.append(svg);
  figure.append(paper);
  try {
    return await new Promise((resolve) => sheet(svg, figure.dataset).toBlob(resolve, "image/png"));
  } finally {
    paper.remove();
  }
}

/** @param {SVGSVGElement} svg @param {DOMStringMap} words `title` and `period` */
function sheet(svg, { title = "", period = "" }) {
  const { width, height } = svg.viewBox.baseVal;
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((width + 2 * MARGIN) * SCALE);
  canvas.height = Math.ceil((height + HEAD + 2 * MARGIN) * SCALE);
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(SCALE, SCALE);
  context.translate(MARGIN, MARGIN);
  const style = getComputedStyle(svg.parentElement ?? svg);
  context.fillStyle = style.getPropertyValue("--ink");
  context.font = `650 18px ${style.fontFamily}`;
  context.fillText(title, 0, 16, width);
  context.fillStyle = style.getPropertyValue("--soft");
  context.font = `400 13px ${style.fontFamily}`;
  context.fillText(period, 0, 38, width);
  context.translate(0, HEAD);
  paint(context, svg);
  return canvas;
}
