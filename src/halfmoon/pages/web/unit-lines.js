// The lines on which the units of a layer with two inputs are zero.

/** @typedef {[number, number, number, number]} Box */

/**
 * Their ends on the box, as a frame's `lines` holds them.
 * @param {Float64Array} theta
 * @param {number} units
 * @param {Box} box
 */
export function unitLines(theta, units, box) {
  const lines = new Float32Array(4 * units).fill(NaN);
  for (let unit = 0; unit < units; unit += 1) {
    const w1 = theta[unit];
    const w2 = theta[units + unit];
    const ends = lineInBox(w1, w2, theta[2 * units + unit], box);
    if (!ends) continue;
    const [[x0, y0], [x1, y1]] = ends;
    const isPositiveLeft = w2 * (x1 - x0) - w1 * (y1 - y0) > 0;
    lines.set(isPositiveLeft ? [x0, y0, x1, y1] : [x1, y1, x0, y0], 4 * unit);
  }
  return lines;
}

/**
 * The two points at which w1 x + w2 y + b = 0 leaves a box, or null.
 * @param {number} w1
 * @param {number} w2
 * @param {number} b
 * @param {Box} box
 */
function lineInBox(w1, w2, b, [x0, x1, y0, y1]) {
  const ends = [];
  for (const x of [x0, x1]) {
    const y = -(b + w1 * x) / w2;
    if (y >= y0 && y <= y1) ends.push([x, y]);
  }
  for (const y of [y0, y1]) {
    const x = -(b + w2 * y) / w1;
    if (x > x0 && x < x1) ends.push([x, y]);
  }
  return ends.length >= 2 ? ends.slice(0, 2) : null;
}
