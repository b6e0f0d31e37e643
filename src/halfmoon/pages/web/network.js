// The network: a picture of what each unit answers inside the unit, and weights as lines
// between them: the wider a line, the larger the weight; solid amber is positive, dashed
// violet negative. A weight is changed by dragging its line up or down.

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
import { spanOf } from "./surface.js";

const MOST_ROWS = 8; // of units in one column; more units stand in more columns
const MANY = 24; // units, from which on a column is longer
const REACH_OF_LINE = 9; // pixels from a line within which it is taken
const DRAG = 0.03; // change of a weight for each pixel
const COLUMNS = [0.12, 0.5, 0.86]; // of the layers, as shares of the width
const STEPS = 18; // of a curve, to find what is near it

export function makeNetwork({ act }) {
  const canvas = makeCanvas("live-canvas", () => act.redraw());
  const stage = document.createElement("div");
  stage.className = "live-stage";
  stage.append(canvas.element);
  const images = [];
  const state = { frame: null, map: null, over: null, held: null };
  listenToNetwork(stage, state, act);

  function draw(frame, look, { peek, pinned, chosen }) {
    const { context, width, height } = canvas;
    if (!width || !frame) return;
    state.frame = frame;
    state.map = arrange(frame, width, height);
    context.clearRect(0, 0, width, height);
    const lit = state.held ? state.held.index : (state.over ?? chosen);
    const unit = peek ?? pinned;
    drawLinks(context, state.map, frame, look, lit, unit);
    drawTiles(context, state.map, images, frame, look, unit);
    if (lit !== null) drawValue(context, state.map, frame, look, lit);
  }

  return { element: stage, draw };
}

// Where each unit stands, and each weight: { from, to, index } by its index in theta.
function arrange({ units, classes }, width, height) {
  const columns = Math.ceil(units / (units > MANY ? 10 : MOST_ROWS));
  const rows = Math.ceil(units / columns);
  const room = (height - 50) / (rows + 0.55);
  const most = columns > 1 ? 30 : 56;
  const tile = Math.min(most, 0.8 * room);
  const wide = 1.25 * tile;
  const middle = 30 + (height - 64) / 2;
  const spread = Math.min(room, 1.5 * tile);
  const hidden = [];
  for (let unit = 0; unit < units; unit += 1) {
    const column = Math.floor(unit / rows);
    const row = unit % rows;
    const inColumn = Math.min(rows, units - column * rows);
    const x = COLUMNS[1] * width + (column - (columns - 1) / 2) * 1.25 * wide;
    const y = middle + (row - (inColumn - 1) / 2) * spread;
    hidden.push({ x, y, wide, tall: tile });
  }
  const inputs = column(2, COLUMNS[0] * width, middle, height);
  const outputs = column(classes, COLUMNS[2] * width, middle, height);
  const low = height - 22;
  const ones = [COLUMNS[0] * width, COLUMNS[1] * width].map((x) => ({
    x,
    y: low,
    one: true,
  }));
  const map = { inputs, hidden, outputs, ones, width, height };
  return { ...map, links: links(map, units, classes) };
}

function column(count, x, middle, height) {
  const tall = Math.min(42, (0.68 * height) / count - 8);
  const spread = Math.min(2 * tall, (0.74 * height) / count);
  return Array.from({ length: count }, (_, i) => {
    const y = middle + (i - (count - 1) / 2) * spread;
    return { x, y, wide: 1.25 * tall, tall };
  });
}

// theta holds W1 (2, units), b1, W2 (units, classes), b2, row after row.
function links({ inputs, hidden, outputs, ones }, units, classes) {
  const found = [];
  const layers = [
    [[...inputs, ones[0]], hidden, 0, 0],
    [[...hidden, ones[1]], outputs, 3 * units, 1],
  ];
  for (const [sources, targets, start, layer] of layers) {
    sources.forEach((from, i) => {
      targets.forEach((to, j) => {
        const index = start + i * targets.length + j;
        const unit = layer === 0 ? j : from.one ? null : i;
        found.push({ from, to, index, unit, path: path(from, to) });
      });
    });
  }
  return found;
}

// The four points of a curve from the right of one unit to the left of the next.
function path(from, to) {
  const x0 = from.x + (from.one ? 9 : from.wide / 2);
  const x1 = to.x - to.wide / 2;
  const bend = 0.45 * (x1 - x0);
  return [x0, from.y, x0 + bend, from.y, x1 - bend, to.y, x1, to.y];
}

function onPath([x0, y0, x1, y1, x2, y2, x3, y3], share) {
  const rest = 1 - share;
  const a = rest ** 3;
  const b = 3 * rest * rest * share;
  const c = 3 * rest * share * share;
  const d = share ** 3;
  return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3];
}

function drawLinks(context, map, frame, look, lit, peek) {
  const crowd = frame.units > MOST_ROWS ? 0.45 : 1;
  context.lineCap = "butt";
  for (const link of map.links) {
    const w = frame.theta[link.index];
    const isLit = link.index === lit || (peek !== null && link.unit === peek);
    const quiet = (lit !== null || peek !== null) && !isLit;
    const strength = Math.min(1, 0.35 + 0.25 * Math.abs(w));
    const [x0, y0, ...rest] = link.path;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(...rest);
    context.strokeStyle = css(
      w < 0 ? look.violet : look.amber,
      isLit ? 1 : strength * crowd * (quiet ? 0.55 : 1),
    );
    context.lineWidth = Math.min(10, 0.5 + 1.35 * Math.abs(w)) * (isLit ? 1 : crowd);
    context.setLineDash(w < 0 ? [9, 4] : []);
    context.stroke();
  }
  context.setLineDash([]);
}

function drawTiles(context, map, images, frame, look, peek) {
  const { units, classes, columns, rows, plane, unitColumns, unitRows } = frame;
  const tiles = [...map.inputs, ...map.hidden, ...map.outputs];
  while (images.length < tiles.length) images.push(document.createElement("canvas"));
  const span = spanOf(frame.pictures);
  const base = look.dark ? look.paper : [255, 255, 255];
  tiles.forEach((tile, k) => {
    const image = images[k];
    const unit = k - 2;
    if (k < 2) {
      paintGrid(image, 8, 8, (i) => signedColour(look, ramp(i, k), 1));
    } else if (unit < units) {
      const value = (i) => frame.pictures[i * units + unit];
      paintGrid(image, unitColumns, unitRows, (i) =>
        signedColour(look, value(i), span),
      );
    } else {
      const c = unit - units;
      const thin = (i) => {
        const row = Math.floor(((Math.floor(i / 24) + 0.5) * rows) / 18);
        return row * columns + Math.floor((((i % 24) + 0.5) * columns) / 24);
      };
      const p = (i) => plane[thin(i) * classes + c];
      paintGrid(image, 24, 18, (i) => mix(base, look.classes[c], 0.75 * p(i)));
    }
    drawTile(context, tile, image, look, peek !== null && unit === peek);
  });
  drawHeads(context, map, look);
  drawLabels(context, map, frame, look);
}

// An input's own picture: its value from left to right, or from bottom to top.
function ramp(i, input) {
  const along = input === 0 ? i % 8 : 7 - Math.floor(i / 8);
  return (along - 3.5) / 3.5;
}

function drawTile(context, { x, y, wide, tall }, image, look, isLit) {
  const left = x - wide / 2;
  const top = y - tall / 2;
  context.save();
  context.beginPath();
  context.roundRect(left, top, wide, tall, Math.min(6, 0.18 * tall));
  context.fillStyle = css(look.paper);
  context.fill();
  context.clip();
  drawGrid(context, image, left, top, wide, tall);
  context.restore();
  context.beginPath();
  context.roundRect(left, top, wide, tall, Math.min(6, 0.18 * tall));
  context.strokeStyle = css(look.ink, isLit ? 1 : 0.75);
  context.lineWidth = isLit ? 2.5 : 1.2;
  context.stroke();
}

const HEADS = ["inputs", "hidden units", "outputs"];

function drawHeads(context, { width }, look) {
  context.font = `12px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = css(look.faint);
  HEADS.forEach((text, i) => context.fillText(text, COLUMNS[i] * width, 2));
}

function drawLabels(context, map, frame, look) {
  context.font = `italic 14px Georgia, serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = css(look.ink);
  map.inputs.forEach(({ x, y, tall }, i) => {
    context.fillText(i === 0 ? "x₁" : "x₂", x, y - tall / 2 - 10);
  });
  context.font = `600 11px ${FONT}`;
  if (frame.units <= MOST_ROWS) {
    map.hidden.forEach(({ x, y, wide, tall }, i) => {
      context.fillText(`${i + 1}`, x + wide / 2 - 1, y - tall / 2 - 7);
    });
  }
  map.outputs.forEach(({ x, y, wide }, c) => {
    tracePoint(context, c, x + wide / 2 + 13, y, 5.5);
    context.fillStyle = css(look.classes[c]);
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1;
    context.stroke();
  });
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

// The value of one weight, in a bubble at its line.
function drawValue(context, map, frame, look, index) {
  const link = map.links.find((each) => each.index === index);
  if (!link) return;
  const [x, y] = onPath(link.path, 0.5);
  const w = frame.theta[index];
  const text = `${w < 0 ? "−" : "+"}${Math.abs(w).toFixed(2)}`;
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

// Pointer

function linkAt({ map }, x, y) {
  let best = null;
  let least = REACH_OF_LINE;
  for (const link of map.links) {
    for (let k = 1; k < STEPS; k += 1) {
      const [px, py] = onPath(link.path, k / STEPS);
      const away = Math.hypot(px - x, py - y);
      if (away < least) {
        least = away;
        best = link.index;
      }
    }
  }
  return best;
}

function unitAt({ map }, x, y) {
  const unit = map.hidden.findIndex(
    (tile) =>
      Math.abs(tile.x - x) < tile.wide / 2 + 2 &&
      Math.abs(tile.y - y) < tile.tall / 2 + 2,
  );
  return unit < 0 ? null : unit;
}

function listenToNetwork(stage, state, act) {
  const spot = (event) => {
    const area = stage.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };

  function hover(event) {
    const at = spot(event);
    const unit = unitAt(state, ...at);
    const link = unit === null ? linkAt(state, ...at) : null;
    stage.classList.toggle("lift", link !== null);
    stage.classList.toggle("press", unit !== null);
    if (link !== state.over) act.redraw();
    state.over = link;
    act.peek(unit, false);
  }

  stage.addEventListener("pointerdown", (event) => {
    if (!state.map || event.button !== 0) return;
    const at = spot(event);
    const unit = unitAt(state, ...at);
    if (unit !== null) {
      act.peek(unit, true);
      return;
    }
    const index = linkAt(state, ...at);
    act.choose(index);
    if (index === null) return;
    state.held = { index, y: at[1], value: state.frame.theta[index] };
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!state.map) return;
    if (state.held === null) {
      if (event.pointerType === "mouse") hover(event);
      return;
    }
    const [, y] = spot(event);
    act.weight(state.held.index, state.held.value + DRAG * (state.held.y - y));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, () => {
      state.held = null;
      act.redraw();
    });
  }
  stage.addEventListener("pointerleave", () => {
    state.over = null;
    act.peek(null, false);
    act.redraw();
  });
  stage.addEventListener(
    "touchstart",
    (event) => {
      const at = spot(event.touches[0]);
      if (state.map && linkAt(state, ...at) !== null) event.preventDefault();
    },
    { passive: false },
  );
}
