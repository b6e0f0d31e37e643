// The points on the plane: one marker a row, in the colour of its class or of its value.

import { outputsOf } from "./layers.js";
import { leader } from "./leader.js";
import {
  classColour,
  colourOf,
  contextOf,
  css,
  mix,
  shadeOf,
  tracePoint,
} from "./look.js";
import { shareOf } from "./maps.js";

/** @import { Colour, Frame, Look } from "./types.js" */
/** @import { Canvas } from "./look.js" */
/** @import { Places, SurfaceState } from "./surface-input.js" */

const RADIUS = 4.6;
const MANY_POINTS = 300; // from which on they are smaller, down to a half

/**
 * @typedef {object} Style how large points are, and their colours
 * @property {number} radius
 * @property {number} share of the usual size
 * @property {string} rim
 * @property {(i: number) => Colour} colour
 */

/**
 * Draws the points. As rows stay where they are while a network learns, they are drawn
 * once, as an image; what changes from frame to frame is drawn upon it: rings around the
 * wrong ones, and those that the pointer or the reader has taken.
 */
export function makePoints() {
  const image = document.createElement("canvas");
  /** @type {unknown[]} what the image was made of */
  let made = [];
  return {
    /**
     * @param {Canvas} canvas
     * @param {Places} place
     * @param {SurfaceState} state
     * @param {Look} look
     * @param {boolean} bare
     */
    draw(canvas, place, state, look, bare) {
      const { frame } = state;
      if (!frame?.X) return;
      const { context, width, height, element } = canvas;
      const style = styleOf(frame, width, look);
      const { X, y, test, box } = frame;
      const now = [X, y, test ?? [], box, look, element.width, element.height];
      if (!now.every((each, k) => areAlike(each, made[k]))) {
        paintPoints(image, canvas, place, frame, style);
        made = now;
      }
      context.drawImage(image, 0, 0, width, height);
      if (!bare) drawErrors(context, place, frame, style, look);
      drawTaken(context, place, state, style, look);
    },
  };
}

/**
 * Whether two values are the same, or lists of the same numbers.
 * @param {any} value
 * @param {any} other
 */
function areAlike(value, other) {
  if (value === other) return true;
  if (value?.length === undefined || value.length !== other?.length) return false;
  for (let i = 0; i < value.length; i += 1) {
    if (value[i] !== other[i]) return false;
  }
  return true;
}

/**
 * @param {Frame} frame
 * @param {number} width
 * @param {Look} look
 * @returns {Style}
 */
function styleOf(frame, width, look) {
  const share = Math.min(1, Math.max(0.5, Math.sqrt(MANY_POINTS / frame.y.length)));
  const size = Math.min(6.5, Math.max(RADIUS - 0.8, (RADIUS * width) / 420));
  // in the dark the light rim is for the wrong ones; of values none is wrong
  const isDarkRim = look.dark && frame.task === "classification";
  return {
    share,
    radius: share * size,
    rim: css(isDarkRim ? look.paper : [255, 255, 255]),
    colour: colourer(frame, look),
  };
}

/**
 * @param {HTMLCanvasElement} image
 * @param {Canvas} canvas
 * @param {Places} place
 * @param {Frame} frame
 * @param {Style} style
 */
function paintPoints(image, { element, width }, place, frame, style) {
  image.width = element.width;
  image.height = element.height;
  const context = contextOf(image);
  const density = element.width / width;
  context.setTransform(density, 0, 0, density, 0, 0);
  for (let i = 0; i < frame.y.length; i += 1) {
    drawPoint(context, place, frame, i, style, style.radius, style.share ** 2);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Places} place
 * @param {Frame} frame
 * @param {number} i
 * @param {Style} style
 * @param {number} radius
 * @param {number} rim its width
 */
function drawPoint(context, place, frame, i, style, radius, rim) {
  const { X, test } = frame;
  const left = place.x(X[2 * i]);
  const top = place.y(X[2 * i + 1]);
  tracePoint(context, markerOf(frame, i), left, top, radius);
  context.fillStyle = css(style.colour(i));
  context.fill();
  context.strokeStyle = style.rim;
  context.lineWidth = rim;
  context.stroke();
  if (test?.[i]) drawHole(context, markerOf(frame, i), left, top, radius);
}

/**
 * Rings around the rows that are predicted to be of another class.
 * @param {CanvasRenderingContext2D} context
 * @param {Places} place
 * @param {Frame} frame
 * @param {Style} style
 * @param {Look} look
 */
function drawErrors(context, place, frame, { radius, share }, look) {
  const { X, y } = frame;
  context.strokeStyle = css(look.ink);
  context.lineWidth = 1.6 * share;
  for (let i = 0; i < y.length; i += 1) {
    if (!isWrong(frame, i)) continue;
    tracePoint(context, y[i], place.x(X[2 * i]), place.y(X[2 * i + 1]), radius);
    context.stroke();
  }
}

/**
 * Those that the pointer or the keyboard has taken, and the row that is looked at.
 * @param {CanvasRenderingContext2D} context
 * @param {Places} place
 * @param {SurfaceState} state
 * @param {Style} style
 * @param {Look} look
 */
function drawTaken(context, place, { frame, marks, held, over }, style, look) {
  if (!frame) return;
  const { X, rowNumbers } = frame;
  const picked = marks?.picked ?? null;
  const seen = picked !== null && rowNumbers ? rowNumbers.indexOf(picked) : picked;
  const radius = style.radius + 2.5;
  for (const i of new Set([held, over, seen])) {
    if (i === null || !(i in frame.y)) continue;
    drawPoint(context, place, frame, i, style, radius, 2);
    if (i !== seen) continue;
    const left = place.x(X[2 * i]);
    drawRing(context, left, place.y(X[2 * i + 1]), radius + 5, look);
  }
}

/**
 * The marker's number: all values have the first.
 * @param {Frame} frame
 * @param {number} i
 */
function markerOf({ task, y }, i) {
  return task === "regression" ? 0 : y[i];
}

/**
 * A row's colour: that of its class, or of its value.
 * @param {Frame} frame
 * @param {Look} look
 * @returns {(i: number) => Colour}
 */
export function colourer({ task, y, range }, look) {
  if (task !== "regression") return (i) => classColour(look, y[i]);
  const share = shareOf(range);
  const base = look.dark ? look.paper : look.ink;
  return (i) => mix(colourOf(shadeOf(look.shades.values, share(y[i]))), base, 0.12);
}

/**
 * Whether a row is predicted to be of another class.
 * @param {Frame} frame
 * @param {number} i
 */
function isWrong(frame, i) {
  if (frame.task === "regression" || !frame.predictions) return false;
  return leader(frame.predictions, i, outputsOf(frame))[0] !== frame.y[i];
}

/**
 * A test row is hollow.
 * @param {CanvasRenderingContext2D} context
 * @param {number} label
 * @param {number} left
 * @param {number} top
 * @param {number} radius
 */
function drawHole(context, label, left, top, radius) {
  tracePoint(context, label, left, top, 0.5 * radius);
  context.fillStyle = "#ffffff";
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} top
 * @param {number} radius
 * @param {Look} look
 */
function drawRing(context, left, top, radius, look) {
  for (const [width, colour] of /** @type {[number, Colour][]} */ ([
    [5, look.paper],
    [2.2, look.accent],
  ])) {
    context.beginPath();
    context.arc(left, top, radius, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = css(colour);
    context.stroke();
  }
}
