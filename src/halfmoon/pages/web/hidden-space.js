// The hidden space: each point stands where the units of one hidden layer put it, in three
// dimensions; of the last hidden layer with the plane on which two classes are equally
// likely, and, if wanted, with the lines into which the layers bend the grid of the plane.
// It is turned by dragging and by the arrow keys.

import { cut, height, makeScene } from "./hidden-scene.js";
import { FONT, css, makeCanvas, tracePoint } from "./look.js";

/** @import { Act, Look, View } from "./types.js" */
/** @import { Place, Point, Scene } from "./hidden-scene.js" */
/** @typedef {(at: Place) => number[]} Projection to x, y, depth and nearness */
/** @typedef {{ turn: number, tilt: number, touched: boolean }} Turn */

const EYE = 7; // distance of the eye, in half sides of the cube
const CORNERS = [-1, 1].flatMap((a) =>
  [-1, 1].flatMap((b) => [-1, 1].map((c) => [a, b, c])),
);
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
      top !== 1 ? `unit ${unit + 1} (to ${top.toFixed(1)})` : `unit ${unit + 1}`,
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
