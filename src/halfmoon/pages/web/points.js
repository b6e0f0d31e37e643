// The points on the plane: one marker a row, in the colour of its class or of its value.

import { outputsOf } from "./layers.js";
import { leader } from "./leader.js";
import { classColour, colourOf, css, mix, shadeOf, tracePoint } from "./look.js";
import { shareOf } from "./maps.js";

/** @import { Colour, Frame, Look } from "./types.js" */
/** @import { Canvas } from "./look.js" */
/** @import { Places, SurfaceState } from "./surface-input.js" */

const RADIUS = 4.6;
const MANY_POINTS = 300; // from which on they are smaller, down to a half

/**
 * @param {Canvas} canvas
 * @param {Places} place
 * @param {SurfaceState} state
 * @param {Look} look
 * @param {boolean} bare
 */
export function drawPoints({ context, width }, place, state, look, bare) {
  const { frame, marks } = state;
  if (!frame || !frame.X) return;
  const { X, y, test, rowNumbers } = frame;
  const share = Math.min(1, Math.max(0.5, Math.sqrt(MANY_POINTS / y.length)));
  const radius = share * Math.min(6.5, Math.max(RADIUS - 0.8, (RADIUS * width) / 420));
  const colour = colourer(frame, look);
  const picked = marks?.picked ?? null;
  // in the dark the light rim is for the wrong ones; of values none is wrong
  const isDarkRim = look.dark && frame.task === "classification";
  const rim = css(isDarkRim ? look.paper : [255, 255, 255]);
  for (let i = 0; i < y.length; i += 1) {
    const left = place.x(X[2 * i]);
    const top = place.y(X[2 * i + 1]);
    const isPicked = picked !== null && (rowNumbers ? rowNumbers[i] : i) === picked;
    const held = i === state.held || i === state.over || isPicked;
    const label = frame.task === "regression" ? 0 : y[i];
    const size = held ? radius + 2.5 : radius;
    tracePoint(context, label, left, top, size);
    context.fillStyle = css(colour(i));
    context.fill();
    context.strokeStyle = rim;
    context.lineWidth = held ? 2 : share ** 2;
    context.stroke();
    if (!bare && isWrong(frame, i)) {
      context.strokeStyle = css(look.ink);
      context.lineWidth = 1.6 * share;
      context.stroke();
    }
    if (test?.[i]) drawHole(context, label, left, top, size);
    if (isPicked) drawRing(context, left, top, size + 5, look);
  }
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
