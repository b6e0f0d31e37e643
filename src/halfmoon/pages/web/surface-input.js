// Points of the plane are dragged, added and removed, by pointer and by keyboard.

import { leader } from "./leader.js";

const REACH = 14; // pixels from a point within which it is taken
const CORNERS_OF_CELL = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];

export function within(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

function nearest(state, place, left, top) {
  const { X, y } = state.frame;
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

export function listenToSurface(stage, state, place, act) {
  const spot = (event) => {
    const area = stage.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };

  let dragged = false; // then the click at the end adds nothing
  stage.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (!state.frame || event.button !== 0) return;
    state.held = nearest(state, place, ...spot(event));
    state.cursor = null;
    if (state.held === null) return;
    stage.setPointerCapture(event.pointerId);
    act.redraw();
  });
  stage.addEventListener("pointermove", (event) => {
    if (!state.frame) return;
    const at = spot(event);
    if (state.held === null) {
      const over = event.pointerType === "mouse" ? nearest(state, place, ...at) : null;
      stage.classList.toggle("grab", over !== null);
      if (over !== state.over) act.redraw();
      state.over = over;
    } else {
      dragged = true;
      act.move(state.held, ...place.back(...at));
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, () => {
      state.held = null;
      act.redraw();
    });
  }
  stage.addEventListener("pointerleave", () => {
    state.over = null;
    act.redraw();
  });
  stage.addEventListener("click", (event) => {
    if (!state.frame || event.detail === 0 || dragged) return;
    const at = spot(event);
    if (nearest(state, place, ...at) === null) act.add(...place.back(...at));
  });
  // a finger on a point drags it; elsewhere it scrolls the page
  stage.addEventListener(
    "touchstart",
    (event) => {
      const onPoint = state.frame && nearest(state, place, ...spot(event.touches[0]));
      if (typeof onPoint === "number") event.preventDefault();
    },
    { passive: false },
  );
  listenToKeys(stage, state, place, act);
}

const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

// What the network says there, in words, if there is one: between the map's points.
function predictionAt({ box, plane, columns, rows, classes }, x, y) {
  if (!plane) return "";
  const [x0, x1, y0, y1] = box;
  const across = ((x - x0) / (x1 - x0)) * (columns - 1);
  const down = ((y1 - y) / (y1 - y0)) * (rows - 1);
  const column = Math.min(Math.floor(across), columns - 2);
  const row = Math.min(Math.floor(down), rows - 2);
  const p = new Float64Array(classes);
  for (const [i, j] of CORNERS_OF_CELL) {
    const share = (1 - Math.abs(across - column - i)) * (1 - Math.abs(down - row - j));
    const at = (row + j) * columns + column + i;
    for (let c = 0; c < classes; c += 1) p[c] += share * plane[at * classes + c];
  }
  const [c] = leader(p, 0, classes);
  return `: class ${c}, ${(100 * p[c]).toFixed(0)}%`;
}

function listenToKeys(stage, state, place, act) {
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");

  function moved([dx, dy], fine) {
    const [x0, x1, y0, y1] = state.frame.box;
    const step = fine ? 0.01 : 0.05;
    const x = within(state.cursor[0] + step * dx, x0, x1);
    const y = within(state.cursor[1] + step * dy, y0, y1);
    state.cursor = [x, y];
    if (state.held !== null) act.move(state.held, x, y);
    act.say(`${x.toFixed(2)}, ${y.toFixed(2)}${predictionAt(state.frame, x, y)}`);
  }

  function under() {
    return nearest(state, place, place.x(state.cursor[0]), place.y(state.cursor[1]));
  }

  function choose(step) {
    const { X, y } = state.frame;
    state.chosen = ((state.chosen ?? (step > 0 ? -1 : 0)) + step + y.length) % y.length;
    const i = state.chosen;
    state.cursor = [X[2 * i], X[2 * i + 1]];
    act.say(
      `Point ${i + 1} of ${y.length}, class ${y[i]}, at ` +
        `${state.cursor[0].toFixed(2)}, ${state.cursor[1].toFixed(2)}.`,
    );
  }

  function lift() {
    if (state.held !== null) {
      state.held = null;
      act.say("Put down.");
      return;
    }
    const i = under();
    if (i === null) {
      act.add(...state.cursor);
      return;
    }
    state.held = i;
    act.say(`Holding point ${i + 1}: move it with the arrow keys.`);
  }

  function erase(i) {
    state.held = null;
    act.remove(i);
  }

  function answer(event) {
    if (event.key in ARROWS) moved(ARROWS[event.key], event.shiftKey);
    else if (event.key === "PageDown") choose(1);
    else if (event.key === "PageUp") choose(-1);
    else if (event.key === "Enter" || event.key === " ") lift();
    else if (event.key === "Escape") state.held = null;
    else if (event.key === "Delete" && under() !== null) erase(under());
    else return false;
    return true;
  }

  stage.addEventListener("keydown", (event) => {
    if (!state.frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const [x0, x1, y0, y1] = state.frame.box;
    state.cursor ??= [(x0 + x1) / 2, (y0 + y1) / 2];
    if (!answer(event)) return;
    event.preventDefault();
    act.redraw();
  });
  stage.addEventListener("blur", () => {
    state.held = null;
    state.cursor = null;
    act.redraw();
  });
}
