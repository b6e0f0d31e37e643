// Points of the plane are dragged, added, removed and picked, by pointer and by keyboard.

import { outputsOf } from "./layers.js";
import { leader } from "./leader.js";

/** @import { Act, Frame, Marks } from "./types.js" */
/**
 * What the pointer and the keys are doing; points by their number among those shown.
 * @typedef {object} SurfaceState
 * @property {Frame | null} frame
 * @property {Marks | null} marks
 * @property {number | null} held
 * @property {number | null} over
 * @property {[number, number] | null} cursor
 * @property {number | null} chosen
 */
/**
 * @typedef {object} Places
 * @property {(x: number) => number} x
 * @property {(y: number) => number} y
 * @property {(left: number, top: number) => [number, number]} back
 */
/** @typedef {SurfaceState & { frame: Frame }} Shown */

const REACH = 14; // pixels from a point within which it is taken
const FAR = 4; // pixels that a pointer may move within a click
const CORNERS_OF_CELL = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function within(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/**
 * A shown point's number among all rows.
 * @param {Frame} frame
 * @param {number} i
 */
function rowOf({ rowNumbers }, i) {
  return rowNumbers ? rowNumbers[i] : i;
}

/**
 * @param {Shown} state
 * @param {Places} place
 * @param {number} left
 * @param {number} top
 */
function nearest({ frame }, place, left, top) {
  const { X, y } = frame;
  let best = null;
  let least = REACH;
  for (let i = 0; i < y.length; i += 1) {
    const away = Math.hypot(place.x(X[2 * i]) - left, place.y(X[2 * i + 1]) - top);
    if (away < least) {
      least = away;
      best = i;
    }
  }
  return best;
}

/**
 * @param {SurfaceState} state
 * @returns {state is Shown}
 */
function isShown(state) {
  return Boolean(state.frame?.X);
}

/**
 * Where an event is on the stage, in pixels.
 * @param {HTMLElement} stage
 * @param {MouseEvent | Touch} event
 * @returns {[number, number]}
 */
function spotOn(stage, event) {
  const area = stage.getBoundingClientRect();
  return [event.clientX - area.left, event.clientY - area.top];
}

/**
 * @param {HTMLElement} stage
 * @param {SurfaceState} state
 * @param {Places} place
 * @param {Act} act
 */
export function listenToSurface(stage, state, place, act) {
  const gesture = listenToPointer(stage, state, place, act);
  stage.addEventListener("click", (event) => {
    const isClick = event.detail > 0 && !gesture.isMoved && !state.marks?.tool;
    if (!isShown(state) || !isClick) return;
    // a click's own place is rounded, so it might be nearer to another point
    const point = nearest(state, place, ...gesture.begin);
    if (point === null) act.add(...place.back(...gesture.begin));
    else act.pick?.(rowOf(state.frame, point));
  });
  // a finger on a point drags it; elsewhere it scrolls the page
  stage.addEventListener(
    "touchstart",
    (event) => {
      const spot = spotOn(stage, event.touches[0]);
      const isHeld = isShown(state) && nearest(state, place, ...spot) !== null;
      if (isHeld || state.marks?.tool) event.preventDefault();
    },
    { passive: false },
  );
  listenToKeys(stage, state, place, act);
}

/**
 * Points are dragged or drawn; what the pointer rests on is told.
 * @param {HTMLElement} stage
 * @param {SurfaceState} state
 * @param {Places} place
 * @param {Act} act
 */
function listenToPointer(stage, state, place, act) {
  const gesture = {
    begin: /** @type {[number, number]} */ ([0, 0]),
    isMoved: false, // then the click at the end adds nothing
    isDrawing: false,
  };
  stage.addEventListener("pointerdown", (event) => {
    gesture.isMoved = false;
    gesture.begin = spotOn(stage, event);
    if (!isShown(state) || event.button !== 0) return;
    state.cursor = null;
    gesture.isDrawing = Boolean(state.marks?.tool);
    if (!gesture.isDrawing) state.held = nearest(state, place, ...gesture.begin);
    if (!gesture.isDrawing && state.held === null) return;
    stage.setPointerCapture(event.pointerId);
    if (gesture.isDrawing) act.stroke?.(...place.back(...gesture.begin), true);
    else act.redraw();
  });
  stage.addEventListener("pointermove", (event) => {
    if (!isShown(state)) return;
    const [left, top] = spotOn(stage, event);
    const isFar = Math.hypot(left - gesture.begin[0], top - gesture.begin[1]) > FAR;
    if (gesture.isDrawing) act.stroke?.(...place.back(left, top), false);
    else if (state.held !== null) {
      gesture.isMoved ||= isFar;
      if (!gesture.isMoved || state.marks?.fixed) return;
      act.move(rowOf(state.frame, state.held), ...place.back(left, top));
    } else if (event.pointerType === "mouse") {
      restOn(stage, state, act, event, nearest(state, place, left, top));
    }
  });
  listenToEnds(stage, state, act, gesture);
  return gesture;
}

/**
 * The pointer rests on a point, or on none.
 * @param {HTMLElement} stage
 * @param {Shown} state
 * @param {Act} act
 * @param {PointerEvent} event
 * @param {number | null} over
 */
function restOn(stage, state, act, event, over) {
  stage.classList.toggle("grab", over !== null);
  if (over !== state.over) act.redraw();
  state.over = over;
  const target = over === null ? null : { row: rowOf(state.frame, over) };
  act.hover?.(target, event.clientX, event.clientY);
}

/**
 * @param {HTMLElement} stage
 * @param {SurfaceState} state
 * @param {Act} act
 * @param {{ isDrawing: boolean }} gesture
 */
function listenToEnds(stage, state, act, gesture) {
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, () => {
      gesture.isDrawing = false;
      state.held = null;
      act.redraw();
    });
  }
  stage.addEventListener("pointerleave", () => {
    state.over = null;
    act.hover?.(null, 0, 0);
    act.redraw();
  });
}

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * What the network says there, in words, if there is a map: between the map's points.
 * @param {Frame} frame
 * @param {number} x
 * @param {number} y
 */
function predictionAt(frame, x, y) {
  const { box, plane, columns, rows, task, classNames } = frame;
  if (!plane) return "";
  const outputs = outputsOf(frame);
  const [x0, x1, y0, y1] = box;
  const across = ((x - x0) / (x1 - x0)) * (columns - 1);
  const down = ((y1 - y) / (y1 - y0)) * (rows - 1);
  const column = Math.min(Math.floor(across), columns - 2);
  const row = Math.min(Math.floor(down), rows - 2);
  const p = new Float64Array(outputs);
  for (const [i, j] of CORNERS_OF_CELL) {
    const share = (1 - Math.abs(across - column - i)) * (1 - Math.abs(down - row - j));
    const at = (row + j) * columns + column + i;
    for (let c = 0; c < outputs; c += 1) p[c] += share * plane[at * outputs + c];
  }
  if (task === "regression") return `: predicted ${inWords(p[0])}`;
  const [c] = leader(p, 0, outputs);
  return `: class ${classNames[c]}, ${(100 * p[c]).toFixed(0)}%`;
}

/**
 * How far an arrow key moves the cursor: a round part of the range.
 * @param {number} low
 * @param {number} high
 */
function stepOf(low, high) {
  return 10 ** Math.floor(Math.log10(high - low)) / 20;
}

/**
 * Where the cursor is, as exactly as it moves.
 * @param {{ frame: Frame, cursor: [number, number] }} state
 */
function inWordsAt({ frame: { box }, cursor: [x, y] }) {
  const digits = (/** @type {number} */ low, /** @type {number} */ high) =>
    Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(high - low))));
  const [x0, x1, y0, y1] = box;
  return `${x.toFixed(digits(x0, x1))}, ${y.toFixed(digits(y0, y1))}`;
}

/**
 * A number with three digits and more, as far as they matter.
 * @param {number} value
 */
function inWords(value) {
  return `${Number(value.toPrecision(3))}`;
}

/**
 * What a row is, in words.
 * @param {Frame} frame
 * @param {number} i
 */
function truthOf({ task, classNames, y }, i) {
  return task === "regression" ? `value ${inWords(y[i])}` : `class ${classNames[y[i]]}`;
}

/** @typedef {Shown & { cursor: [number, number] }} Pointed */

/**
 * @param {HTMLElement} stage
 * @param {SurfaceState} state
 * @param {Places} place
 * @param {Act} act
 */
function listenToKeys(stage, state, place, act) {
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.addEventListener("keydown", (event) => {
    if (!isShown(state) || event.ctrlKey || event.metaKey || event.altKey) return;
    const [x0, x1, y0, y1] = state.frame.box;
    state.cursor ??= [(x0 + x1) / 2, (y0 + y1) / 2];
    if (!answerKey(/** @type {Pointed} */ (state), event, place, act)) return;
    event.preventDefault();
    act.redraw();
  });
  stage.addEventListener("blur", () => {
    state.held = null;
    state.cursor = null;
    act.redraw();
  });
}

/**
 * @param {Pointed} at
 * @param {KeyboardEvent} event
 * @param {Places} place
 * @param {Act} act
 * @returns {boolean} whether the key means anything here
 */
function answerKey(at, event, place, act) {
  const point = nearest(at, place, place.x(at.cursor[0]), place.y(at.cursor[1]));
  const { key } = event;
  if (key in ARROWS) moveCursor(at, ARROWS[key], event.shiftKey, act);
  else if (key === "PageDown") choosePoint(at, 1, act);
  else if (key === "PageUp") choosePoint(at, -1, act);
  else if (key === "Enter" || key === " ") lift(at, point, act);
  else if (key === "Escape") at.held = null;
  else if (key === "Delete" && point !== null) {
    at.held = null;
    act.remove(rowOf(at.frame, point));
  } else return false;
  return true;
}

/**
 * Move the cursor, and the point that is held with it.
 * @param {Pointed} at
 * @param {[number, number]} direction
 * @param {boolean} fine
 * @param {Act} act
 */
function moveCursor(at, [dx, dy], fine, act) {
  const [x0, x1, y0, y1] = at.frame.box;
  const part = fine ? 0.2 : 1;
  const x = within(at.cursor[0] + part * stepOf(x0, x1) * dx, x0, x1);
  const y = within(at.cursor[1] + part * stepOf(y0, y1) * dy, y0, y1);
  at.cursor = [x, y];
  if (at.held !== null && !at.marks?.fixed) act.move(rowOf(at.frame, at.held), x, y);
  act.say(`${inWordsAt(at)}${predictionAt(at.frame, x, y)}`);
}

/**
 * Go to the next point or to the one before.
 * @param {Pointed} at
 * @param {number} step
 * @param {Act} act
 */
function choosePoint(at, step, act) {
  const { X, y } = at.frame;
  const before = at.chosen ?? (step > 0 ? -1 : 0);
  const i = (before + step + y.length) % y.length;
  at.chosen = i;
  at.cursor = [X[2 * i], X[2 * i + 1]];
  const point = `Point ${i + 1} of ${y.length}, ${truthOf(at.frame, i)}`;
  act.say(`${point}, at ${inWordsAt(at)}.`);
}

/**
 * Take the point below the cursor, put down the one that is held, or add one.
 * @param {Pointed} at
 * @param {number | null} point below the cursor
 * @param {Act} act
 */
function lift(at, point, act) {
  if (at.held !== null) {
    at.held = null;
    act.say("Put down.");
  } else if (point === null) {
    act.add(...at.cursor);
  } else {
    act.pick?.(rowOf(at.frame, point));
    if (at.marks?.fixed) return;
    at.held = point;
    act.say(`Holding point ${point + 1}: move it with the arrow keys.`);
  }
}
