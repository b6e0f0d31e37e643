// Curves over the updates on a logarithmic axis: the loss, and the learning rate times
// the curvature against 2, above which descent is unstable.

import { place } from "./history.js";
import { FONT, css, makeCanvas } from "./look.js";
import { countText, short } from "./numbers.js";
import { multiplesOf, roundAbove, roundBelow, roundNumbers } from "./round-numbers.js";

/** @import { Canvas } from "./look.js" */
/** @import { LessonFrame } from "./lesson.js" */
/** @import { Act, Look } from "./types.js" */
/** @typedef {[number, number]} Range */
/** @typedef {ReturnType<typeof scales>} Scales */

const EDGE = { left: 44, right: 12, top: 10, bottom: 26 };
const LIMIT = 2;
const LOWEST = 0.0005; // loss that has a place
const HIGHEST = 1000;

/** @param {{ kind: string, updates: number, act: Act }} settings */
export function makeCurve({ kind, updates, act }) {
  const canvas = makeCanvas("live-canvas", () => act.redraw());
  const stage = document.createElement("div");
  stage.className = "live-stage live-curve";
  stage.append(canvas.element);
  const isLoss = kind === "loss";

  /** @param {LessonFrame} frame @param {Look} look */
  function draw(frame, look) {
    if (!canvas.width || !frame) return;
    const { context, width, height } = canvas;
    context.clearRect(0, 0, width, height);
    const curve = isLoss ? frame.losses : frame.products;
    /** @type {Range} */
    const range = isLoss ? lossRange(curve, frame.loss) : [0, productTop(curve)];
    const at = scales(canvas, place(updates), range, isLoss);
    const ticks = isLoss ? roundNumbers(...range) : productTicks(range);
    drawAxes(canvas, at, look, ticks, updates);
    if (!isLoss) drawLimit(canvas, at, look);
    const now = isLoss ? frame.loss : frame.product;
    drawCurve(context, at, look, curve, place(frame.update), now);
  }

  return { element: stage, draw };
}

/**
 * @param {Float32Array} curve
 * @param {number} loss
 * @returns {Range}
 */
function lossRange(curve, loss) {
  let low = loss;
  let high = loss;
  for (let i = 0; i < curve.length; i += 3) {
    low = Math.min(low, curve[i + 1]);
    high = Math.max(high, curve[i + 2]);
  }
  // round numbers, so that the axis seldom moves
  const bottom = roundBelow(Math.max(LOWEST, 0.95 * low));
  const top = roundAbove(Math.min(HIGHEST, 1.05 * high));
  return [Math.min(bottom, 0.05), Math.max(top, 1)];
}

/** @param {Float32Array} curve */
function productTop(curve) {
  let high = 3;
  for (let i = 0; i < curve.length; i += 3) high = Math.max(high, curve[i + 2]);
  return Math.min(Math.ceil(high + 0.2), 12);
}

/**
 * @param {Canvas} canvas
 * @param {number} last
 * @param {Range} range
 * @param {boolean} isLog
 */
function scales({ width, height }, last, [low, high], isLog) {
  const left = EDGE.left;
  const right = width - EDGE.right;
  const bottom = height - EDGE.bottom;
  const tall = bottom - EDGE.top;
  /** @type {(value: number) => number} */
  const up = isLog
    ? (value) => Math.log(value / low) / Math.log(high / low)
    : (value) => (value - low) / (high - low);
  return {
    left,
    right,
    bottom,
    x: (/** @type {number} */ placed) => left + (placed / last) * (right - left),
    y: (/** @type {number} */ value) =>
      bottom - Math.min(1.02, Math.max(0, up(value))) * tall,
  };
}

/** @param {Range} range */
function productTicks([, high]) {
  return multiplesOf(high > 6 ? 2 : 1, 0, high);
}

/**
 * @param {Canvas} canvas
 * @param {Scales} at
 * @param {Look} look
 * @param {number[]} ticks
 * @param {number} updates
 */
function drawAxes({ context, width }, at, look, ticks, updates) {
  context.font = `11px ${FONT}`;
  context.fillStyle = css(look.faint);
  context.strokeStyle = css(look.line);
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of ticks) {
    const y = Math.round(at.y(value)) + 0.5;
    context.beginPath();
    context.moveTo(at.left, y);
    context.lineTo(at.right, y);
    context.stroke();
    context.fillText(short(value), at.left - 7, y);
  }
  context.textBaseline = "top";
  const marks = [0, 1, 10, 100, 1000, 10000].filter((update) => update <= updates);
  for (const update of marks) {
    const x = at.x(place(update));
    context.textAlign = x > width - 40 ? "right" : "center";
    context.fillText(countText(update), x, at.bottom + 8);
  }
}

/**
 * @param {Canvas} canvas
 * @param {Scales} at
 * @param {Look} look
 */
function drawLimit({ context }, at, look) {
  const y = at.y(LIMIT);
  context.setLineDash([6, 4]);
  context.strokeStyle = css(look.ink);
  context.lineWidth = 1.4;
  context.beginPath();
  context.moveTo(at.left, y);
  context.lineTo(at.right, y);
  context.stroke();
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scales} at
 * @param {Look} look
 * @param {Float32Array} curve
 * @param {number} now
 * @param {number} value
 */
function drawCurve(context, at, look, curve, now, value) {
  context.strokeStyle = css(look.accent);
  context.lineWidth = 1.8;
  context.lineJoin = "round";
  for (const [from, to, alpha] of [
    [-1, now, 1],
    [now, 99, 0.3],
  ]) {
    context.globalAlpha = alpha;
    context.beginPath();
    for (let i = 0; i < curve.length; i += 3) {
      if (curve[i] < from - 0.012 || curve[i] > to + 0.012) continue;
      const x = at.x(curve[i]);
      context.lineTo(x, at.y(curve[i + 2]));
      if (curve[i + 1] < curve[i + 2]) context.lineTo(x, at.y(curve[i + 1]));
    }
    if (alpha === 1 && Number.isFinite(value)) context.lineTo(at.x(now), at.y(value));
    context.stroke();
  }
  context.globalAlpha = 1;
  if (!Number.isFinite(value)) return;
  context.beginPath();
  context.arc(at.x(now), at.y(value), 4.5, 0, 2 * Math.PI);
  context.fillStyle = css(look.accent);
  context.fill();
  context.strokeStyle = css(look.paper);
  context.lineWidth = 2;
  context.stroke();
}
