// Round numbers: 1, 2 and 5 times powers of ten, where an axis ends and along it.

const ROUND = [1, 2, 5];
const AXIS_ENDS = [1, 1.5, 2, 3, 4, 5, 6, 8]; // finer, so that curves fill their axis
const FEW_TICKS = 6; // numbers on a logarithmic axis

/**
 * The round number at or above a positive one.
 * @param {number} value
 * @param {number[]} steps from 1 to 10
 */
export function roundAbove(value, steps = ROUND) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (steps.find((step) => step * power >= value) ?? 10);
}

/**
 * The round number at or below a positive one.
 * @param {number} value
 */
export function roundBelow(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (ROUND.findLast((step) => step * power <= value) ?? 1);
}

/**
 * Multiples of a step from `low` to `high`.
 * @param {number} step
 * @param {number} low
 * @param {number} high
 */
export function multiplesOf(step, low, high) {
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k += 1) found.push(k * step);
  return found;
}

/**
 * Round numbers along a logarithmic axis; of many the powers of ten alone.
 * @param {number} low
 * @param {number} high
 */
export function roundNumbers(low, high) {
  const first = Math.floor(Math.log10(low));
  const count = Math.max(0, Math.ceil(Math.log10(high)) - first + 1);
  const powers = Array.from({ length: count }, (_, i) => 10 ** (first + i));
  const isInside = (/** @type {number} */ value) => {
    return value >= 0.999 * low && value <= 1.001 * high;
  };
  const all = powers.flatMap((power) => ROUND.map((step) => step * power));
  const inside = all.filter(isInside);
  return inside.length > FEW_TICKS ? powers.filter(isInside) : inside;
}

/**
 * The ends of an axis that holds all values: whole steps, so that it seldom moves.
 * @param {ArrayLike<number>[]} lists
 * @param {boolean} isLog
 * @returns {[number, number]}
 */
export function axisRange(lists, isLog) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i += 1) {
      if (!Number.isFinite(list[i]) || (isLog && list[i] <= 0)) continue;
      low = Math.min(low, list[i]);
      high = Math.max(high, list[i]);
    }
  }
  if (low > high) return isLog ? [0.01, 1] : [0, 1];
  if (isLog) return [roundBelow(low), roundAbove(high, AXIS_ENDS)];
  return [
    low < 0 ? -roundAbove(-low, AXIS_ENDS) : 0,
    high > 0 ? roundAbove(high, AXIS_ENDS) : 1,
  ];
}
