// The plane: what the network predicts everywhere, the line where it is undecided, the
// line of each unit of the first hidden layer, and the points.

import { traceZero } from "./contours.js";
import {
  firstUnit,
  hiddenUnits,
  outputOfUnit,
  outputsOf,
  placeOfUnit,
  placeOfWeight,
  readable,
} from "./layers.js";
import { leader } from "./leader.js";
import { css, drawBadge, fitText, makeCanvas } from "./look.js";
import { drawGrid, paintHatch, paintPrediction, paintSigned } from "./maps.js";
import { makePoints } from "./points.js";
import { listenToSurface, within } from "./surface-input.js";

/** @import { Act, Colour, Frame, Look, Marks, Numbers, View } from "./types.js" */
/** @import { Canvas } from "./look.js" */
/** @import { Places, SurfaceState } from "./surface-input.js" */

const MOST_LINES = 8;
const LEAST_SPAN = 0.5; // of what a unit answers, for its full colours
const FAINTEST = 0.25; // of the largest answer in a layer: a unit's full colour
const LEVELS = 8; // of equal value

/**
 * The plane with its points; where it is `bare`, without what is predicted; with the
 * `names` of its axes inside.
 * @param {{ bare: boolean, act: Act, names?: boolean }} settings
 * @returns {View}
 */
export function makeSurface({ bare, act, names = true }) {
  const canvas = makeCanvas("live-canvas", () => act.redraw());
  const stage = document.createElement("div");
  stage.className = "live-stage";
  stage.append(canvas.element);
  const image = document.createElement("canvas");
  const hatching = makeHatching();
  const points = makePoints();
  /** @type {SurfaceState} */
  const state = {
    frame: null,
    held: null,
    over: null,
    cursor: null,
    chosen: null,
    marks: null,
  };
  const place = makePlaces(canvas, state);
  listenToSurface(stage, state, place, act);

  /** @type {View["draw"]} */
  function draw(frame, look, marks) {
    state.frame = frame;
    state.marks = marks;
    const { context, width, height } = canvas;
    if (!width || !frame) return;
    context.clearRect(0, 0, width, height);
    if (bare) {
      context.fillStyle = css(look.dark ? look.tint : [255, 255, 255]);
      context.fillRect(0, 0, width, height);
    } else {
      drawMap(canvas, image, hatching, place, frame, look, marks);
    }
    points.draw(canvas, place, state, look, bare);
    if (names) drawNames(canvas, frame, look);
    if (state.cursor) drawCursor(canvas, place, state.cursor, look);
  }

  return { element: stage, draw };
}

/**
 * From coordinates of the plane to pixels, and back.
 * @param {Canvas} canvas
 * @param {SurfaceState} state
 * @returns {Places}
 */
function makePlaces(canvas, state) {
  const box = () => state.frame?.box ?? [0, 1, 0, 1];
  return {
    x: (x) => {
      const [x0, x1] = box();
      return ((x - x0) / (x1 - x0)) * canvas.width;
    },
    y: (y) => {
      const [, , y0, y1] = box();
      return ((y1 - y) / (y1 - y0)) * canvas.height;
    },
    back: (left, top) => {
      const [x0, x1, y0, y1] = box();
      const x = x0 + (left / canvas.width) * (x1 - x0);
      const y = y1 - (top / canvas.height) * (y1 - y0);
      return [within(x, x0, x1), within(y, y0, y1)];
    },
  };
}

/**
 * The prediction, or what one unit answers; where no data are; the units' lines.
 * @param {Canvas} canvas
 * @param {HTMLCanvasElement} image
 * @param {ReturnType<typeof makeHatching>} hatching
 * @param {Places} place
 * @param {Frame} frame
 * @param {Look} look
 * @param {Marks} marks
 */
function drawMap(
  canvas,
  image,
  hatching,
  place,
  frame,
  look,
  { peek, pinned, chosen },
) {
  const unit = peek ?? pinned;
  const picture = unit === null ? null : pictureOf(frame, unit);
  if (picture) {
    paintSigned(image, picture.values, picture, look);
    drawGrid(canvas.context, image, 0, 0, canvas.width, canvas.height);
  } else {
    const output = unit === null ? null : outputOfUnit(frame, unit);
    drawPrediction(canvas, image, frame, look, output);
  }
  if (frame.gaps) hatching.draw(canvas, frame.gaps, frame, look);
  if (frame.border) drawBorder(canvas, place, frame.border, look);
  if (!frame.lines) return;
  const into = chosen === null ? null : placeOfWeight(frame, chosen);
  drawUnitLines(
    canvas,
    place,
    frame,
    look,
    unit ?? (into?.layer === 1 ? into.to : null),
  );
}

/**
 * @param {Canvas} canvas
 * @param {HTMLCanvasElement} image
 * @param {Frame} frame
 * @param {Look} look
 * @param {number | null} output of which alone it is, or null
 */
function drawPrediction(canvas, image, frame, look, output) {
  if (!frame.plane) return;
  paintPrediction(image, frame, look, output);
  drawGrid(canvas.context, image, 0, 0, canvas.width, canvas.height);
  if (frame.task === "regression") drawLevels(canvas, frame);
  else drawTies(canvas, frame, look);
}

/**
 * The lines where two classes tie.
 * @param {Canvas} canvas
 * @param {Frame} frame
 * @param {Look} look
 */
function drawTies({ context, width, height }, frame, look) {
  const { plane, columns, rows } = frame;
  const classes = outputsOf(frame);
  context.strokeStyle = css(look.ink);
  context.lineWidth = 2.2;
  context.lineCap = "round";
  const ahead = new Float32Array(columns * rows);
  for (let c = classes === 2 ? 1 : 0; c < classes; c += 1) {
    for (let i = 0; i < ahead.length; i += 1) {
      const [best, lead] = leader(plane, i, classes);
      ahead[i] = best === c ? lead : plane[i * classes + c] - plane[i * classes + best];
    }
    traceZero(context, (i) => ahead[i], columns, rows, width, height);
    context.stroke();
  }
}

/**
 * The true border of two classes, as a dotted line.
 * @param {Canvas} canvas
 * @param {Places} place
 * @param {Numbers} border
 * @param {Look} look
 */
function drawBorder({ context }, place, border, look) {
  context.beginPath();
  for (let i = 0; i < border.length; i += 2) {
    context.lineTo(place.x(border[i]), place.y(border[i + 1]));
  }
  strokeDotted(context, look);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Look} look
 */
export function strokeDotted(context, look) {
  context.lineCap = "round";
  context.setLineDash([0, 6]);
  for (const [width, colour] of /** @type {[number, Colour][]} */ ([
    [5, look.paper],
    [3, look.ink],
  ])) {
    context.lineWidth = width;
    context.strokeStyle = css(colour);
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * Lines of equal value.
 * @param {Canvas} canvas
 * @param {Frame} frame
 */
function drawLevels({ context, width, height }, { plane, columns, rows, range }) {
  const [low, high] = range ?? [-1, 1];
  context.strokeStyle = css([255, 255, 255], 0.6);
  context.lineWidth = 1;
  for (let k = 1; k < LEVELS; k += 1) {
    const level = low + (k / LEVELS) * (high - low);
    traceZero(context, (i) => plane[i] - level, columns, rows, width, height);
    context.stroke();
  }
}

/**
 * What one unit or input answers on the plane, among which other pictures; null if the
 * frame does not tell.
 * @param {Frame} frame
 * @param {number} unit
 */
export function pictureOf(frame, unit) {
  const { pictures, inputPictures, sizes } = frame;
  const isInput = unit < 0;
  const values = isInput ? inputPictures : pictures;
  if (!values) return null;
  const index = isInput ? -1 - unit : unit;
  const cells = frame.unitColumns * frame.unitRows;
  const count = isInput ? values.length / cells : hiddenUnits(frame);
  if (index >= count) return null;
  const spans = spansOf(values, count);
  let span = Math.max(LEAST_SPAN, spans[index]);
  if (!isInput) {
    const { layer } = placeOfUnit(frame, unit);
    const first = firstUnit(frame, layer);
    const others = spans.subarray(first, first + sizes[layer]);
    span = Math.max(span, FAINTEST * Math.max(...others));
  }
  return {
    values,
    count,
    index,
    span,
    columns: frame.unitColumns,
    rows: frame.unitRows,
  };
}

/** @type {WeakMap<Numbers, Float32Array>} */
const knownSpans = new WeakMap();

/**
 * The largest answer of each of so many units.
 * @param {Numbers} values
 * @param {number} count
 */
function spansOf(values, count) {
  const known = knownSpans.get(values);
  if (known) return known;
  const spans = new Float32Array(count);
  for (let i = 0; i < values.length; i += 1) {
    const size = Math.abs(values[i]);
    if (size > spans[i % count]) spans[i % count] = size;
  }
  knownSpans.set(values, spans);
  return spans;
}

// The hatching is made once for as long as gaps, size and colours stay.
function makeHatching() {
  const image = document.createElement("canvas");
  /** @type {unknown[]} */
  let made = [];
  return {
    /**
     * @param {Canvas} canvas
     * @param {Uint8Array} gaps
     * @param {Frame} frame
     * @param {Look} look
     */
    draw({ context, width, height }, gaps, { columns, rows }, look) {
      const now = [gaps, width, height, look];
      if (gaps.length !== columns * rows) return; // of a plane on another grid
      if (now.some((each, i) => each !== made[i])) {
        paintHatch(image, gaps, columns, rows, width, height, look);
      }
      made = now;
      context.drawImage(image, 0, 0, width, height);
    },
  };
}

/**
 * The line on which a unit's input is zero; its number stands where the unit is positive.
 * @param {Canvas} canvas
 * @param {Places} place
 * @param {Frame} frame
 * @param {Look} look
 * @param {number | null} lit
 */
function drawUnitLines({ context }, place, { lines }, look, lit) {
  if (!lines) return;
  const units = lines.length / 4;
  for (let unit = 0; unit < units; unit += 1) {
    if (units > MOST_LINES && unit !== lit) continue;
    const [a, b, c, d] = lines.subarray(4 * unit, 4 * unit + 4);
    if (Number.isNaN(a)) continue;
    const [x0, y0, x1, y1] = [place.x(a), place.y(b), place.x(c), place.y(d)];
    const length = Math.hypot(x1 - x0, y1 - y0);
    context.strokeStyle = css(look.ink, unit === lit ? 0.95 : 0.5);
    context.lineWidth = unit === lit ? 2 : 1.2;
    context.setLineDash(unit === lit ? [] : [5, 5]);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.setLineDash([]);
    // the positive side is on the left of the way; pixels count downwards
    const x = x0 + 0.9 * (x1 - x0) + (12 * (y1 - y0)) / length;
    const y = y0 + 0.9 * (y1 - y0) - (12 * (x1 - x0)) / length;
    drawBadge(context, look, `${unit + 1}`, x, y);
  }
}

/**
 * @param {Canvas} canvas
 * @param {Frame} frame
 * @param {Look} look
 */
function drawNames({ context, width, height }, { axes }, look) {
  const font = "italic 13px Georgia, serif";
  context.font = font;
  const [across, up] = axes.map((name) => fitText(context, readable(name), width / 2));
  drawBadge(context, look, `${across} →`, width - 8, height - 13, font, "right");
  drawBadge(context, look, `${up} ↑`, 8, 13, font, "left");
}

/**
 * @param {Canvas} canvas
 * @param {Places} place
 * @param {[number, number]} cursor
 * @param {Look} look
 */
function drawCursor({ context }, place, [x, y], look) {
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
  for (const [width, colour] of /** @type {[number, Colour][]} */ ([
    [5, look.paper],
    [2, look.ink],
  ])) {
    context.lineWidth = width;
    context.strokeStyle = css(colour);
    context.stroke();
  }
}
