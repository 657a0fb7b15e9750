/** A chart's SVG painted on a canvas, with the colours that it has on the page: the few shapes that
 * `console/charts/canvas.py` writes. The pages' content policy loads no picture out of text. */

const TILE = 6; // of a pattern, in units of the drawing
const SHARP = 4; // pixels to such a unit, so that patterns stay clear in print

/** @param {CanvasRenderingContext2D} context its units are those of the drawing @param {SVGSVGElement} svg */
export function paint(context, svg) {
  for (const shape of svg.children) {
    const draw = SHAPES[shape.tagName];
    if (!draw) continue;
    context.save();
    draw(context, shape, getComputedStyle(shape));
    context.restore();
  }
}

/** @type {Record<string, (context: CanvasRenderingContext2D, shape: Element, style: CSSStyleDeclaration) => void>} */
const SHAPES = {
  rect(context, shape, style) {
    const path = new Path2D();
    path.rect(number(shape, "x"), number(shape, "y"), number(shape, "width"), number(shape, "height"));
    put(context, path, shape, style);
  },
  line(context, shape, style) {
    const path = new Path2D();
    path.moveTo(number(shape, "x1"), number(shape, "y1"));
    path.lineTo(number(shape, "x2"), number(shape, "y2"));
    put(context, path, shape, style);
  },
  path(context, shape, style) {
    put(context, new Path2D(shape.getAttribute("d") ?? ""), shape, style);
  },
  text(context, shape, style) {
    const [x, y, words] = [number(shape, "x"), number(shape, "y"), shape.textContent ?? ""];
    context.font = `${style.fontWeight} ${number(shape, "font-size")}px ${style.fontFamily}`;
    context.textAlign = ALIGNED[shape.getAttribute("text-anchor") ?? "start"] ?? "left";
    if (style.stroke !== "none") {
      outline(context, style);
      context.strokeText(words, x, y);
    }
    context.fillStyle = style.fill;
    context.fillText(words, x, y);
  },
};

/** @type {Record<string, CanvasTextAlign>} */
const ALIGNED = { start: "left", middle: "center", end: "right" };

/** @param {CanvasRenderingContext2D} context @param {Path2D} path @param {Element} shape
 * @param {CSSStyleDeclaration} style */
function put(context, path, shape, style) {
  const pattern = /^url\("?#(.+?)"?\)$/.exec(shape.getAttribute("fill") ?? "");
  const fill = pattern ? hatched(context, shape, pattern[1] ?? "") : style.fill;
  if (fill && fill !== "none" && shape.tagName !== "line") {
    context.fillStyle = fill;
    context.fill(path);
  }
  if (style.stroke !== "none") {
    outline(context, style);
    context.stroke(path);
  }
}

/** @param {CanvasRenderingContext2D} context @param {CSSStyleDeclaration} style */
function outline(context, style) {
  context.strokeStyle = style.stroke;
  context.lineWidth = parseFloat(style.strokeWidth);
  context.lineJoin = "round";
  if (style.strokeDasharray !== "none") {
    context.setLineDash(style.strokeDasharray.split(",").map((length) => parseFloat(length)));
  }
}

/** @param {CanvasRenderingContext2D} context @param {Element} shape @param {string} id */
function hatched(context, shape, id) {
  const line = shape.closest("svg")?.querySelector(`[id="${CSS.escape(id)}"] path`);
  const tile = document.createElement("canvas");
  tile.width = tile.height = TILE * SHARP;
  const drawn = tile.getContext("2d");
  if (!line || !drawn) return null;
  drawn.scale(SHARP, SHARP);
  const style = getComputedStyle(line);
  outline(drawn, style);
  drawn.stroke(new Path2D(line.getAttribute("d") ?? ""));
  const pattern = context.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / SHARP));
  return pattern;
}

/** @param {Element} shape @param {string} name */
function number(shape, name) {
  return Number(shape.getAttribute(name) ?? 0);
}
