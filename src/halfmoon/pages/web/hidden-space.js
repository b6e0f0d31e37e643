// The hidden space: each point stands where the hidden units put it, in three dimensions,
// with the plane on which two classes are equally likely. It is turned by dragging and by
// the arrow keys.

import { FONT, css, makeCanvas, tracePoint } from "./look.js";

const EYE = 7; // distance of the eye, in half sides of the cube
const CORNERS = [-1, 1].flatMap((a) =>
  [-1, 1].flatMap((b) => [-1, 1].map((c) => [a, b, c])),
);
const SIDES = [0, 1, 2].flatMap((k) => [
  { normal: [0, 1, 2].map((i) => (i === k ? -1 : 0)), offset: 1 },
  { normal: [0, 1, 2].map((i) => (i === k ? 1 : 0)), offset: 1 },
]);

export function makeHiddenSpace({ act }) {
  const canvas = makeCanvas("live-canvas", () => act.redraw());
  const stage = document.createElement("div");
  stage.className = "live-stage turn";
  stage.append(canvas.element);
  const view = { turn: 0.6, tilt: 0.32, touched: false };
  listenToTurns(stage, view, act);

  function draw(frame, look) {
    if (!canvas.width || !frame) return;
    const { context, width, height } = canvas;
    context.clearRect(0, 0, width, height);
    const scene = makeScene(frame);
    const project = makeProjection(view, width, height);
    drawCube(context, project, look, scene);
    const plates = scene.plates.map((plate) => cut(plate, scene));
    drawScene(context, project, look, frame, scene, plates);
  }

  // A slow turn while it trains, until the reader turns it.
  function drift(seconds) {
    if (!view.touched) view.turn += 0.12 * seconds;
  }

  return { element: stage, draw, drift };
}

// The three units whose weights to the outputs are largest, as axes from -1 to 1.
function chosenUnits({ theta, units, classes }) {
  const size = (unit) => {
    let sum = 0;
    for (let c = 0; c < classes; c += 1) {
      sum += theta[3 * units + unit * classes + c] ** 2;
    }
    return sum;
  };
  const all = Array.from({ length: units }, (_, unit) => unit);
  const first = all.sort((a, b) => size(b) - size(a)).slice(0, 3);
  return first.sort((a, b) => a - b);
}

function makeScene(frame) {
  const { hidden, units, y } = frame;
  const chosen = chosenUnits(frame);
  const top = hidden.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const points = [];
  for (let i = 0; i < y.length; i += 1) {
    const at = [0, 1, 2].map((k) => {
      return k < chosen.length ? hidden[i * units + chosen[k]] / top : 0;
    });
    points.push({ at, label: y[i], index: i });
  }
  return { chosen, points, top, plates: plates(frame, chosen, top) };
}

// Raw predictions of two classes are equal on normal . h + offset = 0. Units that are not
// shown stand at their mean over the points.
function plates(frame, chosen, top) {
  const { theta, units, classes } = frame;
  const found = [];
  for (let c = 0; c < classes; c += 1) {
    for (let other = 0; other < c; other += 1) {
      const raise = (unit) => rawWeight(theta, units, classes, unit, c, other);
      const normal = [0, 1, 2].map((k) => (k < chosen.length ? raise(chosen[k]) : 0));
      const offset = rest(frame, chosen, raise) / top;
      found.push({ normal, offset, c, other });
    }
  }
  return found;
}

function rawWeight(theta, units, classes, unit, c, other) {
  const row = 3 * units + unit * classes;
  return theta[row + c] - theta[row + other];
}

function rest({ hidden, units, y }, chosen, raise) {
  let sum = raise(units); // the row after the last unit's: the biases
  for (let unit = 0; unit < units; unit += 1) {
    if (chosen.includes(unit)) continue;
    let mean = 0;
    for (let i = 0; i < y.length; i += 1) mean += hidden[i * units + unit] / y.length;
    sum += mean * raise(unit);
  }
  return sum;
}

// The part of a plate inside the cube where its two classes lead all others: a polygon.
function cut(plate, { plates: all }) {
  const length = Math.hypot(...plate.normal);
  if (length === 0) return [];
  const n = plate.normal.map((value) => value / length);
  const middle = n.map((value) => (-value * plate.offset) / length);
  const helper = Math.abs(n[0]) < 0.8 ? [1, 0, 0] : [0, 1, 0];
  const u = unitLength(cross(n, helper));
  const v = cross(n, u);
  const far = 4;
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

function cross([a, b, c], [d, e, f]) {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

function unitLength(vector) {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function height({ normal, offset }, at) {
  return normal[0] * at[0] + normal[1] * at[1] + normal[2] * at[2] + offset;
}

// Keep the part of a polygon on the positive side of a plane.
function clip(polygon, plane) {
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

function edgeSign(k, i) {
  return k === 2 && i === 1 ? 1 : -1;
}

function drawScene(context, project, look, frame, scene, polygons) {
  const seen = scene.points.map((point) => ({ ...point, spot: project(point.at) }));
  seen.sort((a, b) => b.spot[2] - a.spot[2]);
  if (polygons.length !== 1) {
    for (const polygon of polygons) drawPlate(context, project, look, polygon);
    for (const point of seen) drawHidden(context, look, point);
    return;
  }
  // points behind the plane, then the plane, then those before it
  const [plate] = scene.plates;
  const eyeSide = Math.sign(height(plate, eyePlace(project)));
  const isBefore = ({ at }) => Math.sign(height(plate, at)) === eyeSide;
  for (const point of seen.filter((each) => !isBefore(each)))
    drawHidden(context, look, point);
  drawPlate(context, project, look, polygons[0]);
  for (const point of seen.filter(isBefore)) drawHidden(context, look, point);
}

// Where the eye is: depth grows along the gradient of the projection's depth.
function eyePlace(project) {
  const middle = project([0, 0, 0])[2];
  const away = [0, 1, 2].map((k) => {
    return project([0, 1, 2].map((i) => (i === k ? 1 : 0)))[2] - middle;
  });
  return away.map((value) => -EYE * value);
}

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

function drawHidden(context, look, { spot: [x, y, , near], label }) {
  tracePoint(context, label, x, y, 4 * near);
  context.fillStyle = css(look.classes[label]);
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 0.8;
  context.stroke();
}

const TURNS = {
  ArrowLeft: [-0.12, 0],
  ArrowRight: [0.12, 0],
  ArrowUp: [0, 0.1],
  ArrowDown: [0, -0.1],
};

function listenToTurns(stage, view, act) {
  let last = null;

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
    const degrees = (angle) => Math.round((angle * 180) / Math.PI);
    act.say(
      `Turned to ${degrees(view.turn)} degrees, tilted by ${degrees(view.tilt)}.`,
    );
  });
}
