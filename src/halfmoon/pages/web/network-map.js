// Where each unit of the network stands in its drawing, and the way of each weight.

import { firstUnit, hiddenUnits, outputsOf, readable, weightLayers } from "./layers.js";

/** @import { Frame } from "./types.js" */
/**
 * The place of a unit's picture: its middle and its size.
 * @typedef {object} Tile
 * @property {number} x
 * @property {number} y
 * @property {number} wide
 * @property {number} tall
 * @property {boolean} [one] whether it is a bias's constant input
 */
/**
 * A weight: its index in theta, the units that it joins (null for an output and for a
 * constant), and the four points of its curve.
 * @typedef {object} Link
 * @property {number} index
 * @property {number} layer
 * @property {number | null} source
 * @property {number | null} target
 * @property {number[]} path
 */
/**
 * @typedef {object} NetworkMap
 * @property {Tile[][]} layers inputs, hidden layers, outputs; those that are shown
 * @property {Tile[]} ones
 * @property {Link[]} links
 * @property {number} width
 * @property {number} height
 * @property {boolean} isNarrow whether names stand beside inputs, and not above them
 */

const MOST_ENDS = 12; // inputs or outputs that are shown
const FOOT = 34; // pixels, of the constants
const NAME_ROOM = 15; // pixels, for the name of an input or output
const ENDS = [0.12, 0.86]; // of the layers, as shares of the width
const NAMED = [0.19, 0.8]; // where names need room
const SHORT = 3; // letters of a name that stands above its input
const MOST_ROWS = 8; // of units in one column
const MOST_COLUMNS = 12;
const LARGEST = 68; // pixels, of a unit's picture
const IN_COLUMNS = 30;
const SHAPE = 1.25; // of a picture: its width by its height
const GAP = 1.25;
const FILLED = 0.66; // of the room of a layer

/**
 * @param {Frame} frame
 * @param {number} width
 * @param {number} height
 * @param {number} top what is left free there
 * @returns {NetworkMap}
 */
export function arrangeNetwork(frame, width, height, top) {
  const { sizes, inputNames, classNames } = frame;
  const isNarrow = inputNames.some((name) => readable(name).length > SHORT);
  const areNamed = classNames.some((name) => name.length > SHORT);
  const left = (isNarrow ? NAMED : ENDS)[0] * width;
  const right = (areNamed ? NAMED : ENDS)[1] * width;
  const block = (right - left) / (sizes.length - 1);
  const free = height - top - FOOT;
  const middle = top + free / 2;
  const last = sizes.length - 1;
  const most = Math.min(MOST_ENDS, Math.max(2, Math.floor(free / NAME_ROOM)));
  const layers = sizes.map((count, layer) => {
    const x = left + layer * block;
    if (layer > 0 && layer < last) return hiddenTiles(count, x, block, middle, free);
    return endTiles(Math.min(count, most), x, middle, free);
  });
  const ones = layers.slice(0, -1).map((_, layer) => {
    return { x: left + layer * block, y: height - 22, wide: 18, tall: 18, one: true };
  });
  const links = makeLinks(frame, layers, ones);
  return { layers, ones, links, width, height, isNarrow };
}

/**
 * A few units stand in one column, more in as many as let their pictures be largest.
 * @param {number} count
 * @param {number} x
 * @param {number} block
 * @param {number} middle
 * @param {number} free pixels, from top to bottom
 */
function hiddenTiles(count, x, block, middle, free) {
  let best = { columns: 1, tall: 0 };
  const most = count > MOST_ROWS ? Math.min(count, MOST_COLUMNS) : 1;
  for (let columns = 1; columns <= most; columns += 1) {
    const tall = Math.min(
      columns > 1 ? IN_COLUMNS : LARGEST,
      0.8 * roomOf(Math.ceil(count / columns), free),
      (FILLED * block) / (columns * SHAPE * GAP),
    );
    if (tall > best.tall) best = { columns, tall };
  }
  const { columns, tall } = best;
  const rows = Math.ceil(count / columns);
  const spread = Math.min(roomOf(rows, free), 1.5 * tall);
  const wide = SHAPE * tall;
  return Array.from({ length: count }, (_, unit) => {
    const column = Math.floor(unit / rows);
    const inColumn = Math.min(rows, count - column * rows);
    return {
      x: x + (column - (columns - 1) / 2) * GAP * wide,
      y: middle + ((unit % rows) - (inColumn - 1) / 2) * spread,
      wide,
      tall,
    };
  });
}

/**
 * @param {number} rows
 * @param {number} free
 */
function roomOf(rows, free) {
  return (free + 14) / (rows + 0.55);
}

/**
 * Inputs or outputs.
 * @param {number} count
 * @param {number} x
 * @param {number} middle
 * @param {number} free pixels, from top to bottom
 */
function endTiles(count, x, middle, free) {
  const tall = Math.max(8, Math.min(48, (0.84 * free) / count - 8));
  const spread = Math.min(2 * tall, (0.92 * free) / count);
  return Array.from({ length: count }, (_, i) => {
    const y = middle + (i - (count - 1) / 2) * spread;
    return { x, y, wide: SHAPE * tall, tall };
  });
}

/**
 * @param {Frame} frame
 * @param {Tile[][]} layers
 * @param {Tile[]} ones
 */
function makeLinks(frame, layers, ones) {
  /** @type {Link[]} */
  const found = [];
  weightLayers(frame).forEach(({ start, from, to }, layer) => {
    const below = firstUnit(frame, layer);
    const above = firstUnit(frame, layer + 1);
    const add = (/** @type {Tile} */ tile, /** @type {number} */ row) => {
      layers[layer + 1].forEach((end, j) => {
        const unit = layer === 0 ? -1 - row : below + row;
        found.push({
          index: start + row * to + j,
          layer: layer + 1,
          source: tile.one ? null : unit,
          target: above + j,
          path: makePath(tile, end),
        });
      });
    };
    layers[layer].forEach(add);
    add(ones[layer], from);
  });
  return found;
}

/**
 * From the right of one picture to the left of the next.
 * @param {Tile} from
 * @param {Tile} to
 */
function makePath(from, to) {
  const x0 = from.x + from.wide / 2;
  const x1 = to.x - to.wide / 2;
  const bend = 0.45 * (x1 - x0);
  return [x0, from.y, x0 + bend, from.y, x1 - bend, to.y, x1, to.y];
}

/**
 * The point that lies at a share of a path.
 * @param {number[]} path
 * @param {number} share
 */
export function onPath([x0, y0, x1, y1, x2, y2, x3, y3], share) {
  const rest = 1 - share;
  const a = rest ** 3;
  const b = 3 * rest * rest * share;
  const c = 3 * rest * share * share;
  const d = share ** 3;
  return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3];
}

/**
 * Each shown unit and input with its place: its number, and its tile.
 * @param {NetworkMap} map
 * @param {Frame} frame
 * @returns {[number, Tile][]}
 */
export function unitTiles({ layers }, frame) {
  const inputs = layers[0].map(
    (tile, i) => /** @type {[number, Tile]} */ ([-1 - i, tile]),
  );
  const hidden = layers.slice(1, -1).flat();
  return [
    ...inputs,
    ...hidden.map((tile, i) => /** @type {[number, Tile]} */ ([i, tile])),
  ];
}

/**
 * Each shown output with its place.
 * @param {NetworkMap} map
 * @param {Frame} frame
 * @returns {[number, Tile][]}
 */
export function outputTiles({ layers }, frame) {
  const first = hiddenUnits(frame);
  return layers[layers.length - 1].map((tile, i) => [first + i, tile]);
}

/**
 * How many inputs and outputs are not shown.
 * @param {Frame} frame
 * @param {NetworkMap} map
 */
export function leftOut(frame, { layers }) {
  return [
    frame.sizes[0] - layers[0].length,
    outputsOf(frame) - layers[layers.length - 1].length,
  ];
}
