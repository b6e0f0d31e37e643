// What stands in the hidden space: the points, the planes on which two classes are equally
// likely, and the bent grid.

import { firstUnit, hiddenUnits, outputsOf, weightLayers } from "./layers.js";
import { colourer } from "./points.js";

/** @import { Colour, Frame, Look } from "./types.js" */
/** @typedef {number[]} Place three coordinates from -1 to 1 */
/** @typedef {{ normal: number[], offset: number }} Side */
/** @typedef {Side & { c: number, other: number }} Plate */
/** @typedef {{ at: Place, label: number, colour: Colour }} Point */
/**
 * @typedef {object} Scene
 * @property {number[]} chosen the units on the axes, by their number in the layer
 * @property {Point[]} points
 * @property {number} top what an axis ends at
 * @property {Plate[]} plates
 * @property {Place[][]} grid lines
 */

const LITTLE = 0.5; // an answer
const EVERY = 4; // points of the pictures' grid between two lines
const SIDES = [0, 1, 2].flatMap((k) => [
  { normal: [0, 1, 2].map((i) => (i === k ? -1 : 0)), offset: 1 },
  { normal: [0, 1, 2].map((i) => (i === k ? 1 : 0)), offset: 1 },
]);

/**
 * The three units whose weights to the next layer are largest, as axes from -1 to 1.
 * @param {Frame} frame
 */
function chosenUnits(frame) {
  const { theta, hiddenLayer } = frame;
  const { start, from, to } = weightLayers(frame)[hiddenLayer];
  const size = (/** @type {number} */ unit) => {
    let sum = 0;
    for (let c = 0; c < to; c += 1) sum += theta[start + unit * to + c] ** 2;
    return sum;
  };
  const all = Array.from({ length: from }, (_, unit) => unit);
  const first = all.sort((a, b) => size(b) - size(a)).slice(0, 3);
  return first.sort((a, b) => a - b);
}

/**
 * @param {Frame} frame
 * @param {Look} look
 * @param {boolean} grid
 * @returns {Scene}
 */
export function makeScene(frame, look, grid) {
  const { hidden, sizes, hiddenLayer, hiddenEvery, y, task } = frame;
  const units = sizes[hiddenLayer];
  const chosen = chosenUnits(frame);
  const top = topOf(hidden, units, chosen);
  const colour = colourer(frame, look);
  /** @type {Point[]} */
  const points = [];
  for (let i = 0; i < hidden.length / units; i += 1) {
    const at = [0, 1, 2].map((k) => {
      return k < chosen.length ? hidden[i * units + chosen[k]] / top : 0;
    });
    const row = i * (hiddenEvery ?? 1);
    points.push({ at, label: task === "regression" ? 0 : y[row], colour: colour(row) });
  }
  const isLast = hiddenLayer === sizes.length - 2;
  const tells = isLast && task === "classification";
  return {
    chosen,
    points,
    top,
    plates: tells ? plates(frame, chosen, top) : [],
    grid: grid && frame.pictures ? bentGrid(frame, chosen, top) : [],
  };
}

/**
 * The largest answer of the chosen units; 1 where all are less and some not much less.
 * @param {Float32Array} hidden
 * @param {number} units
 * @param {number[]} chosen
 */
function topOf(hidden, units, chosen) {
  let most = 0;
  for (let i = 0; i < hidden.length; i += units) {
    for (const unit of chosen) most = Math.max(most, Math.abs(hidden[i + unit]));
  }
  return most < LITTLE ? most || 1 : Math.max(most, 1);
}

/**
 * Every few rows and columns of the plane, as the layer places them.
 * @param {Frame} frame
 * @param {number[]} chosen
 * @param {number} top
 */
function bentGrid(frame, chosen, top) {
  const { pictures, unitColumns, unitRows, hiddenLayer } = frame;
  const count = hiddenUnits(frame);
  const first = firstUnit(frame, hiddenLayer);
  const at = (/** @type {number} */ i) =>
    [0, 1, 2].map((k) =>
      k < chosen.length ? pictures[i * count + first + chosen[k]] / top : 0,
    );
  /** @type {Place[][]} */
  const lines = [];
  for (let row = 0; row < unitRows; row += EVERY) {
    lines.push(
      Array.from({ length: unitColumns }, (_, column) =>
        at(row * unitColumns + column),
      ),
    );
  }
  for (let column = 0; column < unitColumns; column += EVERY) {
    lines.push(
      Array.from({ length: unitRows }, (_, row) => at(row * unitColumns + column)),
    );
  }
  return lines;
}

/**
 * Raw predictions of two classes are equal on normal . h + offset = 0. Units that are not
 * shown stand at their mean over the points.
 * @param {Frame} frame
 * @param {number[]} chosen
 * @param {number} top
 */
function plates(frame, chosen, top) {
  const { theta } = frame;
  const classes = outputsOf(frame);
  const { start } = weightLayers(frame)[frame.hiddenLayer];
  /** @type {Plate[]} */
  const found = [];
  for (let c = 0; c < classes; c += 1) {
    for (let other = 0; other < c; other += 1) {
      const raise = (/** @type {number} */ unit) => {
        const row = start + unit * classes;
        return theta[row + c] - theta[row + other];
      };
      const normal = [0, 1, 2].map((k) => (k < chosen.length ? raise(chosen[k]) : 0));
      const offset = rest(frame, chosen, raise) / top;
      found.push({ normal, offset, c, other });
    }
  }
  return found;
}

/**
 * @param {Frame} frame
 * @param {number[]} chosen
 * @param {(unit: number) => number} raise
 */
function rest({ hidden, sizes, hiddenLayer }, chosen, raise) {
  const units = sizes[hiddenLayer];
  const n = hidden.length / units;
  let sum = raise(units); // the row after the last unit's: the biases
  for (let unit = 0; unit < units; unit += 1) {
    if (chosen.includes(unit)) continue;
    let mean = 0;
    for (let i = 0; i < n; i += 1) mean += hidden[i * units + unit] / n;
    sum += mean * raise(unit);
  }
  return sum;
}

/**
 * The part of a plate inside the cube where its two classes lead all others: a polygon.
 * @param {Plate} plate
 * @param {Scene} scene
 */
export function cut(plate, { plates: all }) {
  const length = Math.hypot(...plate.normal);
  if (length === 0) return [];
  const n = plate.normal.map((value) => value / length);
  const middle = n.map((value) => (-value * plate.offset) / length);
  const helper = Math.abs(n[0]) < 0.8 ? [1, 0, 0] : [0, 1, 0];
  const u = unitLength(cross(n, helper));
  const v = cross(n, u);
  const far = 4;
  /** @type {Place[]} */
  let polygon = [
    [far, far],
    [-far, far],
    [-far, -far],
    [far, -far],
  ].map(([a, b]) => middle.map((value, i) => value + a * u[i] + b * v[i]));
  for (const side of SIDES) polygon = clip(polygon, side);
  for (const each of all) {
    // elsewhere a third class leads
    if (each === plate || (each.c !== plate.c && each.other !== plate.c)) continue;
    const sign = each.c === plate.c ? 1 : -1;
    const half = {
      normal: each.normal.map((w) => sign * w),
      offset: sign * each.offset,
    };
    polygon = clip(polygon, half);
  }
  return polygon;
}

/**
 * @param {number[]} first
 * @param {number[]} second
 */
function cross([a, b, c], [d, e, f]) {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

/** @param {number[]} vector */
function unitLength(vector) {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/**
 * @param {Side} side
 * @param {Place} at
 */
export function height({ normal, offset }, at) {
  return normal[0] * at[0] + normal[1] * at[1] + normal[2] * at[2] + offset;
}

/**
 * The part of a polygon on the positive side of a plane.
 * @param {Place[]} polygon
 * @param {Side} plane
 */
function clip(polygon, plane) {
  /** @type {Place[]} */
  const kept = [];
  polygon.forEach((from, i) => {
    const to = polygon[(i + 1) % polygon.length];
    const a = height(plane, from);
    const b = height(plane, to);
    if (a >= 0) kept.push(from);
    if (a >= 0 !== b >= 0) {
      kept.push(from.map((value, k) => value + (a / (a - b)) * (to[k] - value)));
    }
  });
  return kept;
}
