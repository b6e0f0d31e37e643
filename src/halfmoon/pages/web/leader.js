// The likeliest of several classes.

/**
 * The likeliest class at the i-th point of a map of probabilities, and how far it is
 * ahead of the next one.
 * @param {Float32Array | Float64Array} map
 * @param {number} i
 * @param {number} classes
 * @returns {[number, number]}
 */
export function leader(map, i, classes) {
  let best = 0;
  let first = -1;
  let second = -1;
  for (let c = 0; c < classes; c += 1) {
    const p = map[i * classes + c];
    if (p > first) {
      second = first;
      first = p;
      best = c;
    } else if (p > second) {
      second = p;
    }
  }
  return [best, first - second];
}
