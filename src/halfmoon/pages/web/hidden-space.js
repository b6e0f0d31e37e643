// The hidden space: each point stands where the units of one hidden layer put it, in three
// dimensions; of the last hidden layer with the plane on which two classes are equally
// likely, and, if wanted, with the lines into which the layers bend the grid of the plane.
// It is turned by dragging and by the arrow keys.

import { firstUnit, hiddenUnits, outputsOf, weightLayers } from "./layers.js";
import { FONT, css, makeCanvas, tracePoint } from "./look.js";
import { colourer } from "./surface.js";

/** @import { Act, Colour, Frame, Look, View } from "./types.js" */
/** @typedef {number[]} Place three coordinates from -1 to 1 */
/** @typedef {{ normal: number[], offset: number }} Side */
/** @typedef {Side & { c: number, other: number }} Plate */
/** @typedef {{ at: Place, label: number, colour: Colour }} Point */
/** @typedef {(at: Place) => number[]} Projection to x, y, depth and nearness */
/** @typedef {{ turn: number, tilt: number, touched: boolean }} Turn */
/**
 * @typedef {object} Scene
 * @property {number[]} chosen the units on the axes, by their number in the layer
 * @property {Point[]} points
 * @property {number} top what an axis ends at
 * @property {Plate[]} plates
 * @property {Place[][]} grid lines
 */

const EYE = 7; // distance of the eye, in half sides of the cube
const EVERY = 4; // points of the pictures' grid between two lines
const CORNERS = [-1, 1].flatMap((a) =>
  [-1, 1].flatMap((b) => [-1, 1].map((c) => [a, b, c])),
);
const SIDES = [0, 1, 2].flatMap((k) => [
  { normal: [0, 1, 2].map((i) => (i === k ? -1 : 0)), offset: 1 },
  { normal: [0, 1, 2].map((i) => (i === k ? 1 : 0)), offset: 1 },
]);

/**
 * @param {{ act: Act, grid?: boolean }} settings whether the bent grid is drawn
 * @returns {View & { drift: (seconds: number) => void }}
 */
export function makeHiddenSpace({ act, grid = false }) {
  const canvas = makeCanvas("live-canvas", () => act.redraw());
  const stage = document.createElement("div");
  stage.className = "live-stage turn";
  stage.append(canvas.element);
  const view = { turn: 0.6, tilt: 0.32, touched: false };
  listenToTurns(stage, view, act);

  /** @type {View["draw"]} */
  function draw(frame, look) {
    if (!canvas.width || !frame?.hidden?.length) return;
    const { context, width, height } = canvas;
    context.clearRect(0, 0, width, height);
    const scene = makeScene(frame, look, grid);
    const project = makeProjection(view, width, height);
    drawCube(context, project, look, scene);
    drawBentGrid(context, project, look, scene);
    const plates = scene.plates.map((plate) => cut(plate, scene));
    drawScene(context, project, look, scene, plates);
  }

  /**
   * A slow turn while it trains, until the reader turns it.
   * @param {number} seconds
   */
  function drift(seconds) {
    if (!view.touched) view.turn += 0.12 * seconds;
  }

  return { element: stage, draw, drift };
}

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
function makeScene(frame, look, grid) {
  const { hidden, sizes, hiddenLayer, y, task } = frame;
  const units = sizes[hiddenLayer];
  const chosen = chosenUnits(frame);
  const top = hidden.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const colour = colourer(frame, look);
  /** @type {Point[]} */
  const points = [];
  for (let i = 0; i < hidden.length / units; i += 1) {
    const at = [0, 1, 2].map((k) => {
      return k < chosen.length ? hidden[i * units + chosen[k]] / top : 0;
    });
    points.push({ at, label: task === "regression" ? 0 : y[i], colour: colour(i) });
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
function cut(plate, { plates: all }) {
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
function height({ normal, offset }, at) {
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

// Drawing

/**
 * @param {Turn} view
 * @param {number} width
 * @param {number} tall
 * @returns {Projection}
 */
function makeProjection({ turn, tilt }, width, tall) {
  const size = 0.26 * Math.min(width, 1.15 * tall);
  return ([x, y, z]) => {
    const a = x * Math.cos(turn) - y * Math.sin(turn);
    const b = x * Math.sin(turn) + y * Math.cos(turn);
    const depth = b * Math.cos(tilt) - z * Math.sin(tilt);
    const up = b * Math.sin(tilt) + z * Math.cos(tilt);
    const near = EYE / (EYE + depth);
    return [width / 2 + size * near * a, 0.48 * tall - size * near * up, depth, near];
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Projection} project
 * @param {Look} look
 * @param {Scene} scene
 */
function drawCube(context, project, look, { chosen, top }) {
  context.lineWidth = 1;
  CORNERS.forEach((from, i) => {
    CORNERS.forEach((to, j) => {
      const apart = from.filter((value, k) => value !== to[k]).length;
      if (j <= i || apart !== 1) return;
      const [x0, y0, d0] = project(from);
      const [x1, y1, d1] = project(to);
      context.strokeStyle = css(look.faint, d0 + d1 > 0 ? 0.25 : 0.55);
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
    });
  });
  context.font = `11px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = css(look.faint);
  chosen.forEach((unit, k) => {
    // at the middle of an edge, a little outside
    const at = [0, 1, 2].map((i) =>
      i === k ? 0 : i === 2 ? -1.16 : 1.16 * edgeSign(k, i),
    );
    const [x, y] = project(at);
    context.fillText(
      top > 1 ? `unit ${unit + 1} (to ${top.toFixed(1)})` : `unit ${unit + 1}`,
      x,
      y,
    );
  });
}

/**
 * @param {number} k
 * @param {number} i
 */
function edgeSign(k, i) {
  return k === 2 && i === 1 ? 1 : -1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Projection} project
 * @param {Look} look
 * @param {Scene} scene
 */
function drawBentGrid(context, project, look, { grid }) {
  context.strokeStyle = css(look.faint, 0.45);
  context.lineWidth = 0.8;
  for (const line of grid) {
    context.beginPath();
    for (const at of line) {
      const [x, y] = project(at);
      context.lineTo(x, y);
    }
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Projection} project
 * @param {Look} look
 * @param {Scene} scene
 * @param {Place[][]} polygons
 */
function drawScene(context, project, look, scene, polygons) {
  const seen = scene.points.map((point) => ({ ...point, spot: project(point.at) }));
  seen.sort((a, b) => b.spot[2] - a.spot[2]);
  if (polygons.length !== 1) {
    for (const polygon of polygons) drawPlate(context, project, look, polygon);
    for (const point of seen) drawHidden(context, point);
    return;
  }
  // points behind the plane, then the plane, then those before it
  const [plate] = scene.plates;
  const eyeSide = Math.sign(height(plate, eyePlace(project)));
  const isBefore = (/** @type {Point} */ { at }) =>
    Math.sign(height(plate, at)) === eyeSide;
  for (const point of seen.filter((each) => !isBefore(each)))
    drawHidden(context, point);
  drawPlate(context, project, look, polygons[0]);
  for (const point of seen.filter(isBefore)) drawHidden(context, point);
}

/**
 * Where the eye is: depth grows along the gradient of the projection's depth.
 * @param {Projection} project
 */
function eyePlace(project) {
  const middle = project([0, 0, 0])[2];
  const away = [0, 1, 2].map((k) => {
    return project([0, 1, 2].map((i) => (i === k ? 1 : 0)))[2] - middle;
  });
  return away.map((value) => -EYE * value);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Projection} project
 * @param {Look} look
 * @param {Place[]} polygon
 */
function drawPlate(context, project, look, polygon) {
  if (polygon.length < 3) return;
  context.beginPath();
  for (const corner of polygon) {
    const [x, y] = project(corner);
    context.lineTo(x, y);
  }
  context.closePath();
  context.fillStyle = css(look.ink, look.dark ? 0.2 : 0.12);
  context.fill();
  context.strokeStyle = css(look.ink, 0.8);
  context.lineWidth = 1.4;
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Point & { spot: number[] }} point
 */
function drawHidden(context, { spot: [x, y, , near], label, colour }) {
  tracePoint(context, label, x, y, 4 * near);
  context.fillStyle = css(colour);
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 0.8;
  context.stroke();
}

/** @type {Record<string, [number, number]>} */
const TURNS = {
  ArrowLeft: [-0.12, 0],
  ArrowRight: [0.12, 0],
  ArrowUp: [0, 0.1],
  ArrowDown: [0, -0.1],
};

/**
 * @param {HTMLElement} stage
 * @param {Turn} view
 * @param {Act} act
 */
function listenToTurns(stage, view, act) {
  /** @type {[number, number] | null} */
  let last = null;

  /**
   * @param {number} turn
   * @param {number} tilt
   */
  function turnBy(turn, tilt) {
    view.touched = true;
    view.turn += turn;
    view.tilt = Math.max(-1.4, Math.min(1.4, view.tilt + tilt));
    act.redraw();
  }

  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.addEventListener("pointerdown", (event) => {
    last = [event.clientX, event.clientY];
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!last) return;
    turnBy(0.01 * (event.clientX - last[0]), 0.008 * (event.clientY - last[1]));
    last = [event.clientX, event.clientY];
  });
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, () => {
      last = null;
    });
  }
  stage.addEventListener("keydown", (event) => {
    const turn = TURNS[event.key];
    if (!turn || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    turnBy(...turn);
    const degrees = (/** @type {number} */ angle) =>
      Math.round((angle * 180) / Math.PI);
    act.say(
      `Turned to ${degrees(view.turn)} degrees, tilted by ${degrees(view.tilt)}.`,
    );
  });
}
