// The network: a picture of what each unit answers inside the unit, and weights as lines
// between them: the wider a line, the larger the weight; solid amber is positive, dashed
// violet negative. A weight is changed by dragging its line up or down.

import { outputsOf, readable, signedNumber } from "./layers.js";
import {
  FONT,
  classColour,
  css,
  drawBadge,
  fitText,
  makeCanvas,
  shadeOf,
  tracePoint,
} from "./look.js";
import { drawGrid, paintGrid, paintOutput, paintSigned } from "./maps.js";
import { listenToNetwork } from "./network-input.js";
import {
  arrangeNetwork,
  leftOut,
  onPath,
  outputTiles,
  unitTiles,
} from "./network-map.js";
import { pictureOf } from "./surface.js";

/** @import { Act, Frame, Look, Marks, View } from "./types.js" */
/** @import { NetworkState } from "./network-input.js" */
/** @import { NetworkMap, Tile } from "./network-map.js" */
/** @typedef {{ frame: Frame, look: Look, map: NetworkMap, lit: number | null, unit: number | null }} Drawing */
/** @typedef {(context: CanvasRenderingContext2D, drawing: Drawing) => void} Overlay */

const HEAD = 30; // pixels, of the layers' names
const BARE = 8;
const CROWD = 8; // units in a layer, beyond which they have no number
const MOST_WEIGHTS = 400; // the largest of them have lines
const FINEST_DASHED = 0.5; // of lines so fine no dashes are seen
const FEW_WEIGHTS = 24; // in a layer, beyond which lines are finer
const WIDEST = 9; // pixels, of a line
const NUMBERED = 30; // pixels, of a picture that has room for a number
const SMALL = 20; // pixels, below which a picture has no round corners
const OUTPUT_COLUMNS = 24;
const OUTPUT_ROWS = 18;

/**
 * The network's drawing. `heads` says whether the layers are named above it, and
 * `layerPlaces()` where from the left each of them stands; `overlay` draws something upon
 * the lines, such as one update in slow motion.
 * @param {{ act: Act, heads?: boolean, overlay?: Overlay }} settings
 * @returns {View & { layerPlaces: () => number[] }}
 */
export function makeNetwork({ act, heads = true, overlay }) {
  const canvas = makeCanvas("live-canvas", () => act.redraw());
  const stage = document.createElement("div");
  stage.className = "live-stage";
  stage.append(canvas.element);
  /** @type {HTMLCanvasElement[]} */
  const images = [];
  /** @type {NetworkState} */
  const state = { frame: null, map: null, drawn: null, over: null, held: null };
  let arranged = "";
  listenToNetwork(stage, state, act);

  /** @type {View["draw"]} */
  function draw(frame, look, { peek, pinned, chosen }) {
    const { context, width, height } = canvas;
    if (!width || !frame) return;
    state.frame = frame;
    const { sizes, inputNames, classNames } = frame;
    const shape = JSON.stringify([sizes, inputNames, classNames, width, height]);
    if (shape !== arranged || !state.map) {
      state.map = arrangeNetwork(frame, width, height, heads ? HEAD : BARE);
      arranged = shape;
      state.over = null;
      state.held = null;
    }
    context.clearRect(0, 0, width, height);
    const lit = state.held ? state.held.index : (state.over ?? chosen);
    const drawing = { frame, look, map: state.map, lit, unit: peek ?? pinned };
    state.drawn = drawLinks(context, drawing);
    overlay?.(context, drawing);
    drawTiles(context, images, drawing);
    if (heads) drawHeads(context, drawing);
    drawLabels(context, drawing);
    if (lit !== null) drawValue(context, drawing, lit);
  }

  function layerPlaces() {
    return (state.map?.layers ?? []).map((tiles) => {
      const all = tiles.map(({ x }) => x);
      return (Math.min(...all) + Math.max(...all)) / 2;
    });
  }

  return { element: stage, draw, layerPlaces };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing} drawing
 */
function drawLinks(context, { frame, look, map, lit, unit }) {
  const { theta, sizes } = frame;
  const isLitUnit = (/** @type {number | null} */ end) => unit !== null && end === unit;
  const least = map.links.length > MOST_WEIGHTS ? leastDrawn(frame, map) : 0;
  const drawn = least > 0 ? new Set() : null;
  const isQuiet = lit !== null || unit !== null;
  context.lineCap = "butt";
  for (const { index, layer, source, target, path } of map.links) {
    const w = theta[index];
    const isLit = index === lit || isLitUnit(source) || isLitUnit(target);
    if (Math.abs(w) < least && !isLit) continue;
    drawn?.add(index);
    const count = (sizes[layer - 1] + 1) * sizes[layer];
    const crowd = Math.max(0.35, Math.min(1, Math.sqrt(FEW_WEIGHTS / count)));
    const strength = Math.min(1, 0.35 + 0.25 * Math.abs(w));
    const [x0, y0, x1, y1, x2, y2, x3, y3] = path;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(x1, y1, x2, y2, x3, y3);
    context.strokeStyle = css(
      w < 0 ? look.violet : look.amber,
      isLit ? 1 : strength * crowd * (isQuiet ? 0.55 : 1),
    );
    const width = Math.min(WIDEST, 0.5 + 1.35 * Math.abs(w));
    context.lineWidth = width * (isLit ? 1 : crowd);
    context.setLineDash(w < 0 && (isLit || crowd > FINEST_DASHED) ? [9, 4] : []);
    context.stroke();
  }
  context.setLineDash([]);
  return drawn;
}

/**
 * How large a weight must be to be among the largest.
 * @param {Frame} frame
 * @param {NetworkMap} map
 */
function leastDrawn({ theta }, { links }) {
  const sizes = Float64Array.from(links, ({ index }) => Math.abs(theta[index])).sort();
  return Math.max(sizes[sizes.length - MOST_WEIGHTS], Number.MIN_VALUE);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement[]} images
 * @param {Drawing} drawing
 */
function drawTiles(context, images, { frame, look, map, unit: lit }) {
  let k = 0;
  const next = () => {
    images[k] ??= document.createElement("canvas");
    k += 1;
    return images[k - 1];
  };
  for (const [unit, tile] of unitTiles(map, frame)) {
    const image = next();
    const isPainted = paintUnit(image, frame, unit, look);
    drawTile(context, tile, isPainted ? image : null, look, unit === lit);
  }
  outputTiles(map, frame).forEach(([unit, tile], output) => {
    const image = next();
    if (frame.plane) {
      paintOutput(image, frame, output, OUTPUT_COLUMNS, OUTPUT_ROWS, look);
    }
    drawTile(context, tile, frame.plane ? image : null, look, unit === lit);
  });
}

/**
 * A unit's or an input's picture; returns whether there is one.
 * @param {HTMLCanvasElement} image
 * @param {Frame} frame
 * @param {number} unit
 * @param {Look} look
 */
function paintUnit(image, frame, unit, look) {
  const picture = frame.pictures ? pictureOf(frame, unit) : null;
  if (picture) {
    paintSigned(image, picture.values, picture, look);
    return true;
  }
  // of two inputs, their values: from left to right, and from bottom to top
  if (unit >= 0 || frame.sizes[0] !== 2) return false;
  paintGrid(image, 8, 8, (i) => {
    const along = unit === -1 ? i % 8 : 7 - Math.floor(i / 8);
    return shadeOf(look.shades.signed, along / 7);
  });
  return true;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Tile} tile
 * @param {HTMLCanvasElement | null} image
 * @param {Look} look
 * @param {boolean} isLit
 */
function drawTile(context, { x, y, wide, tall }, image, look, isLit) {
  const left = x - wide / 2;
  const top = y - tall / 2;
  if (tall < SMALL) {
    context.fillStyle = css(look.paper);
    context.fillRect(left, top, wide, tall);
    if (image) context.drawImage(image, left, top, wide, tall);
    context.strokeStyle = css(look.ink, isLit ? 1 : 0.6);
    context.lineWidth = isLit ? 2 : 0.8;
    context.strokeRect(left, top, wide, tall);
    return;
  }
  context.save();
  context.beginPath();
  context.roundRect(left, top, wide, tall, Math.min(6, 0.18 * tall));
  context.fillStyle = css(look.paper);
  context.fill();
  context.clip();
  if (image) drawGrid(context, image, left, top, wide, tall);
  context.restore();
  context.beginPath();
  context.roundRect(left, top, wide, tall, Math.min(6, 0.18 * tall));
  context.strokeStyle = css(look.ink, isLit ? 1 : 0.75);
  context.lineWidth = isLit ? 2.5 : 1.2;
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing} drawing
 */
function drawHeads(context, { frame, map, look }) {
  const last = frame.sizes.length - 1;
  context.font = `12px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = css(look.faint);
  map.ones.forEach(({ x }, layer) => {
    const text = last > 2 ? `layer ${layer}` : "hidden units";
    context.fillText(layer === 0 ? "inputs" : text, x, 2);
  });
  const outputs = outputsOf(frame) > 1 ? "outputs" : "output";
  context.fillText(outputs, map.layers[last][0].x, 2);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing} drawing
 */
function drawLabels(context, drawing) {
  const { frame, map, look } = drawing;
  drawInputNames(context, drawing);
  map.layers.slice(1, -1).forEach((tiles) => {
    if (tiles.length > CROWD || tiles[0].tall < NUMBERED) return;
    tiles.forEach(({ x, y, wide, tall }, i) => {
      drawBadge(context, look, `${i + 1}`, x - wide / 2 + 8, y - tall / 2 + 9);
    });
  });
  drawOutputs(context, drawing);
  context.font = `11px ${FONT}`;
  context.fillStyle = css(look.faint);
  leftOut(frame, map).forEach((count, end) => {
    if (count <= 0) return;
    const tiles = map.layers[end === 0 ? 0 : map.layers.length - 1];
    const { x, y, wide, tall } = tiles[tiles.length - 1];
    const side = end === 0 ? -1 : 1;
    context.textAlign = end === 0 ? "right" : "left";
    context.fillText(`${count} more`, x + side * (wide / 2 + 6), y + tall / 2 + 9);
  });
  context.textAlign = "center";
  context.font = `600 11px ${FONT}`;
  for (const { x, y } of map.ones) {
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    context.fillStyle = css(look.tint);
    context.fill();
    context.strokeStyle = css(look.ink, 0.75);
    context.lineWidth = 1.2;
    context.stroke();
    context.fillStyle = css(look.ink);
    context.fillText("1", x, y + 0.5);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing} drawing
 */
function drawInputNames(context, { frame, map, look }) {
  context.font = map.isNarrow ? `12px ${FONT}` : "italic 14px Georgia, serif";
  context.textAlign = map.isNarrow ? "right" : "center";
  context.textBaseline = "middle";
  context.fillStyle = css(look.ink);
  map.layers[0].forEach(({ x, y, wide, tall }, i) => {
    const name = readable(frame.inputNames[i]);
    if (map.isNarrow) {
      const end = x - wide / 2 - 6;
      context.fillText(fitText(context, name, end - 2), end, y);
    } else {
      context.fillText(name, x, y - tall / 2 - 10);
    }
  });
}

/**
 * The classes' markers, and their names where these are more than a number.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing} drawing
 */
function drawOutputs(context, { frame, map, look }) {
  const { classNames } = frame;
  if (classNames.length === 0) return;
  context.font = `12px ${FONT}`;
  context.textAlign = "left";
  const areNamed = classNames.some((name) => !/^\d*$/.test(name));
  map.layers[map.layers.length - 1].forEach(({ x, y, wide }, c) => {
    const left = x + wide / 2 + 13;
    tracePoint(context, c, left, y, 5.5);
    context.fillStyle = css(classColour(look, c));
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1;
    context.stroke();
    if (!areNamed) return;
    const name = fitText(context, classNames[c], map.width - left - 12);
    context.fillStyle = css(look.ink);
    context.fillText(name, left + 10, y + 0.5);
  });
}

/**
 * The value of one weight, in a bubble at its line.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing} drawing
 * @param {number} index
 */
function drawValue(context, { frame, map, look }, index) {
  const link = map.links.find((each) => each.index === index);
  if (!link) return;
  const [x, y] = onPath(link.path, 0.5);
  const w = frame.theta[index];
  const text = signedNumber(w, 2);
  context.font = `600 12px ${FONT}`;
  const wide = context.measureText(text).width + 14;
  context.beginPath();
  context.roundRect(x - wide / 2, y - 11, wide, 22, 11);
  context.fillStyle = css(look.paper);
  context.fill();
  context.strokeStyle = css(w < 0 ? look.violet : look.amber);
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = css(look.ink);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y + 0.5);
}
