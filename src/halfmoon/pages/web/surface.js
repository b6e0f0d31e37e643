// The plane: what the network predicts everywhere, the line where it is undecided, the
// line of each hidden unit, and the points.

import { traceZero } from "./contours.js";
import { leader } from "./leader.js";
import {
  FONT,
  css,
  drawGrid,
  makeCanvas,
  mix,
  paintGrid,
  signedColour,
  tracePoint,
} from "./look.js";
import { listenToSurface, within } from "./surface-input.js";

const RADIUS = 4.6;
const MOST_LINES = 8;

export function makeSurface({ bare, act }) {
  const canvas = makeCanvas("live-canvas", () => act.redraw());
  const stage = document.createElement("div");
  stage.className = "live-stage";
  stage.append(canvas.element);
  const image = document.createElement("canvas");
  const state = { frame: null, peek: null, held: null, over: null, cursor: null };
  const place = makePlaces(canvas, state);
  listenToSurface(stage, state, place, act);

  function draw(frame, look, { peek, pinned, chosen }) {
    state.frame = frame;
    const { context, width, height } = canvas;
    if (!width || !frame) return;
    const unit = peek ?? pinned;
    context.clearRect(0, 0, width, height);
    if (bare) {
      context.fillStyle = css(look.dark ? look.tint : [255, 255, 255]);
      context.fillRect(0, 0, width, height);
    } else if (unit === null) {
      drawPrediction(canvas, image, frame, look);
    } else {
      drawUnit(canvas, image, frame, look, unit);
    }
    if (!bare)
      drawUnitLines(canvas, place, frame, look, unit ?? unitOfWeight(frame, chosen));
    drawPoints(canvas, place, state, look, bare);
    drawNames(canvas, look);
    if (state.cursor) drawCursor(canvas, place, state.cursor, look);
  }

  return { element: stage, draw };
}

// The hidden unit into which a weight leads, or null.
function unitOfWeight({ units }, index) {
  return index !== null && index < 3 * units ? index % units : null;
}

// From coordinates of the plane to pixels, and back.
function makePlaces(canvas, state) {
  return {
    x: (x) => {
      const [x0, x1] = state.frame.box;
      return ((x - x0) / (x1 - x0)) * canvas.width;
    },
    y: (y) => {
      const [, , y0, y1] = state.frame.box;
      return ((y1 - y) / (y1 - y0)) * canvas.height;
    },
    back: (left, top) => {
      const [x0, x1, y0, y1] = state.frame.box;
      const x = x0 + (left / canvas.width) * (x1 - x0);
      const y = y1 - (top / canvas.height) * (y1 - y0);
      return [within(x, x0, x1), within(y, y0, y1)];
    },
  };
}

function drawPrediction(canvas, image, frame, look) {
  const { context, width, height } = canvas;
  const { plane, classes, columns, rows } = frame;
  const base = look.dark ? look.paper : [255, 255, 255];
  const strength = look.dark ? 0.48 : 0.47;
  paintGrid(image, columns, rows, (i) => {
    const [c, lead] = leader(plane, i, classes);
    return mix(base, look.classes[c], strength * lead);
  });
  drawGrid(context, image, 0, 0, width, height);
  context.strokeStyle = css(look.ink);
  context.lineWidth = 2.2;
  context.lineCap = "round";
  for (let c = classes === 2 ? 1 : 0; c < classes; c += 1) {
    const lead = (i) => {
      const [best, ahead] = leader(plane, i, classes);
      if (best === c) return ahead;
      return plane[i * classes + c] - plane[i * classes + best];
    };
    traceZero(context, lead, columns, rows, width, height);
    context.stroke();
  }
}

function drawUnit(canvas, image, frame, look, unit) {
  const { pictures, units, unitColumns, unitRows } = frame;
  const span = spanOf(pictures);
  paintGrid(image, unitColumns, unitRows, (i) =>
    signedColour(look, pictures[i * units + unit], span),
  );
  drawGrid(canvas.context, image, 0, 0, canvas.width, canvas.height);
}

export function spanOf(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

// The line on which a unit's input is zero; its number stands where the unit is positive.
function drawUnitLines(canvas, place, frame, look, lit) {
  const { theta, units } = frame;
  const { context } = canvas;
  for (let unit = 0; unit < units; unit += 1) {
    if (units > MOST_LINES && unit !== lit) continue;
    const w1 = theta[unit];
    const w2 = theta[units + unit];
    const ends = lineInBox(w1, w2, theta[2 * units + unit], frame.box);
    if (!ends) continue;
    const [[x0, y0], [x1, y1]] = ends.map(([x, y]) => [place.x(x), place.y(y)]);
    context.strokeStyle = css(look.ink, unit === lit ? 0.95 : 0.5);
    context.lineWidth = unit === lit ? 2 : 1.2;
    context.setLineDash(unit === lit ? [] : [5, 5]);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.setLineDash([]);
    const norm = Math.hypot(w1, w2);
    const at = [x0 + 0.9 * (x1 - x0), y0 + 0.9 * (y1 - y0)];
    const side = [(12 * w1) / norm, (-12 * w2) / norm];
    drawBadge(context, look, `${unit + 1}`, at[0] + side[0], at[1] + side[1]);
  }
}

function drawBadge(context, look, text, x, y, font = `600 11px ${FONT}`) {
  context.font = font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = css(look.paper, 0.85);
  context.strokeText(text, x, y);
  context.fillStyle = css(look.ink);
  context.fillText(text, x, y);
}

// The two points at which w1 x + w2 y + b = 0 leaves a box, or null.
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

function drawPoints(canvas, place, state, look, bare) {
  const { X, y, predictions, classes } = state.frame;
  const { context, width } = canvas;
  const radius = Math.min(6.5, Math.max(RADIUS - 0.8, (RADIUS * width) / 420));
  for (let i = 0; i < y.length; i += 1) {
    const left = place.x(X[2 * i]);
    const top = place.y(X[2 * i + 1]);
    const held = i === state.held || i === state.over;
    tracePoint(context, y[i], left, top, held ? radius + 2.5 : radius);
    context.fillStyle = css(look.classes[y[i]]);
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = held ? 2 : 1;
    context.stroke();
    if (bare || leader(predictions, i, classes)[0] === y[i]) continue;
    context.strokeStyle = css(look.ink);
    context.lineWidth = 1.6;
    context.stroke();
  }
}

function drawNames({ context, width, height }, look) {
  for (const [text, x, y] of [
    ["x₁ →", width - 24, height - 13],
    ["x₂ ↑", 24, 13],
  ]) {
    drawBadge(context, look, text, x, y, `italic 13px Georgia, serif`);
  }
}

function drawCursor(canvas, place, [x, y], look) {
  const { context } = canvas;
  const left = place.x(x);
  const top = place.y(y);
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]) {
    context.moveTo(left + 6 * dx, top + 6 * dy);
    context.lineTo(left + 15 * dx, top + 15 * dy);
  }
  for (const [width, colour] of [
    [5, look.paper],
    [2, look.ink],
  ]) {
    context.lineWidth = width;
    context.strokeStyle = css(colour);
    context.stroke();
  }
}
