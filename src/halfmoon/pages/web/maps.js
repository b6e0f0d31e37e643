// Maps as small images, a pixel a point of the grid: what the network predicts
// everywhere, what one unit answers, where no data are.

import { leader } from "./leader.js";
import { contextOf, css, shadeOf } from "./look.js";

/** @import { Frame, Look, Numbers } from "./types.js" */
/** @import { Image } from "./look.js" */
/** @typedef {Pick<Frame, "plane" | "columns" | "rows" | "sizes" | "task" | "range">} Prediction */

const LARGE = 100; // pixels, from which on an image is worth a careful drawing
const FINEST = 4; // pixels between the lines of a hatch

/**
 * An image of a grid; `shade(i)` is the i-th pixel, as a table of colours has it.
 * @param {Image} image
 * @param {number} columns
 * @param {number} rows
 * @param {(i: number) => number} shade
 */
export function paintGrid(image, columns, rows, shade) {
  if (image.width !== columns || image.height !== rows) {
    image.width = columns;
    image.height = rows;
  }
  const context = contextOf(image);
  const pixels = context.createImageData(columns, rows);
  const words = new Uint32Array(pixels.data.buffer);
  for (let i = 0; i < words.length; i += 1) words[i] = shade(i);
  context.putImageData(pixels, 0, 0);
}

/**
 * Draw it so that the outermost values lie on the edges of the area.
 * @param {CanvasRenderingContext2D} context
 * @param {Image} image
 * @param {number} left
 * @param {number} top
 * @param {number} width
 * @param {number} height
 */
export function drawGrid(context, image, left, top, width, height) {
  const stepX = width / (image.width - 1);
  const stepY = height / (image.height - 1);
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = width > LARGE ? "high" : "low";
  const w = width + stepX;
  context.drawImage(image, left - stepX / 2, top - stepY / 2, w, height + stepY);
  context.restore();
}

/**
 * What is predicted: the likeliest class, the paler, the less it is ahead; or the value;
 * or of one output alone, if one is given, its probability.
 * @param {Image} image
 * @param {Prediction} frame
 * @param {Look} look
 * @param {number | null} [output]
 */
export function paintPrediction(image, frame, look, output = null) {
  const { plane, columns, rows, sizes, task, range } = frame;
  const { shades } = look;
  if (output !== null) {
    paintOutput(image, frame, output, columns, rows, look);
    return;
  }
  if (task === "regression") {
    const share = shareOf(range);
    paintGrid(image, columns, rows, (i) => shadeOf(shades.values, share(plane[i])));
    return;
  }
  const classes = sizes[sizes.length - 1];
  paintGrid(image, columns, rows, (i) => {
    const [c, lead] = leader(plane, i, classes);
    return shadeOf(shades.leads[c % shades.leads.length], lead);
  });
}

/**
 * From a value to its share of the colour scale.
 * @param {[number, number] | undefined} range
 */
export function shareOf(range) {
  const [low, high] = range ?? [-1, 1];
  const span = high > low ? high - low : 1;
  return (/** @type {number} */ value) => (value - low) / span;
}

/**
 * One of several signed quantities on a grid, `span` having its full colour.
 * @param {Image} image
 * @param {Numbers} pictures
 * @param {{ columns: number, rows: number, count: number, index: number, span: number }} which
 * @param {Look} look
 */
export function paintSigned(
  image,
  pictures,
  { columns, rows, count, index, span },
  look,
) {
  const { signed } = look.shades;
  const scale = 0.5 / span;
  paintGrid(image, columns, rows, (i) =>
    shadeOf(signed, 0.5 + scale * pictures[i * count + index]),
  );
}

/**
 * One output's own map, on a grid of `columns` x `rows` taken from the plane's.
 * @param {Image} image
 * @param {Prediction} frame
 * @param {number} output
 * @param {number} columns
 * @param {number} rows
 * @param {Look} look
 */
export function paintOutput(image, frame, output, columns, rows, look) {
  const { plane, sizes, task, range } = frame;
  const outputs = sizes[sizes.length - 1];
  const isValue = task === "regression";
  const { classes, values } = look.shades;
  const shades = isValue ? values : classes[output % classes.length];
  const share = isValue ? shareOf(range) : (/** @type {number} */ p) => p;
  const across = frame.columns / columns;
  const down = frame.rows / rows;
  paintGrid(image, columns, rows, (i) => {
    const row = Math.floor((Math.floor(i / columns) + 0.5) * down);
    const at = row * frame.columns + Math.floor(((i % columns) + 0.5) * across);
    return shadeOf(shades, share(plane[at * outputs + output]));
  });
}

/**
 * Lines over an area where `gaps` is 1, as an image of the area's size.
 * @param {HTMLCanvasElement} image
 * @param {Uint8Array} gaps
 * @param {number} columns
 * @param {number} rows
 * @param {number} width
 * @param {number} height
 * @param {Look} look
 */
export function paintHatch(image, gaps, columns, rows, width, height, look) {
  const mask = document.createElement("canvas");
  paintGrid(mask, columns, rows, (i) => (gaps[i] ? 0xff000000 : 0));
  image.width = Math.round(width);
  image.height = Math.round(height);
  const context = contextOf(image);
  context.strokeStyle = css(look.ink, look.dark ? 0.34 : 0.26);
  context.lineWidth = 1;
  context.beginPath();
  for (let at = -image.height; at < image.width; at += 2 * FINEST) {
    context.moveTo(at, image.height);
    context.lineTo(at + image.height, 0);
  }
  context.stroke();
  context.globalCompositeOperation = "destination-in";
  context.imageSmoothingEnabled = false;
  context.drawImage(mask, 0, 0, image.width, image.height);
}
