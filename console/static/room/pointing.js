/** From a click on the stage to a place in the picture, and back. Pure. */

/** @typedef {{left: number, top: number, width: number, height: number}} Box px */

/**
 * Where the picture lies in the box that shows it whole (`object-fit: contain`).
 *
 * @param {Box} box @param {{width: number, height: number}} size of the picture @returns {Box}
 */
export function pictureBox(box, { width, height }) {
  const scale = Math.min(box.width / width, box.height / height);
  const [shownWidth, shownHeight] = [width * scale, height * scale];
  return {
    left: box.left + (box.width - shownWidth) / 2,
    top: box.top + (box.height - shownHeight) / 2,
    width: shownWidth,
    height: shownHeight,
  };
}

/**
 * @param {Box} picture @param {{x: number, y: number}} point
 * @returns {[number, number] | null} shares of the picture, null beside it
 */
export function placeIn(picture, { x, y }) {
  const across = (x - picture.left) / picture.width;
  const down = (y - picture.top) / picture.height;
  const inside = across >= 0 && across <= 1 && down >= 0 && down <= 1;
  return inside ? [rounded(across), rounded(down)] : null;
}

/** @param {number} share */
const rounded = (share) => Math.round(share * 1e4) / 1e4;
