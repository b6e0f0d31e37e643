// The pointer on the network: it rests on units and weights, drags a weight, or is
// pressed on one to type its value.

import { onPath, outputTiles, unitTiles } from "./network-map.js";

/** @import { Act, Frame } from "./types.js" */
/** @import { NetworkMap } from "./network-map.js" */
/**
 * @typedef {object} NetworkState
 * @property {Frame | null} frame
 * @property {NetworkMap | null} map
 * @property {Set<number> | null} drawn the weights that have a line, where not all have
 * @property {number | null} over the weight that the pointer rests on
 * @property {{ index: number, y: number, value: number, moved: boolean } | null} held
 */

const REACH_OF_LINE = 9; // pixels from a line within which it is taken
const CLICK_MOVES = 2; // pixels that a click may move
const DRAG = 0.03; // change of a weight for each pixel
const STEPS = 18; // of a curve, to find what is near it

/**
 * @param {NetworkState} state
 * @param {number} x
 * @param {number} y
 */
function linkAt({ map, drawn }, x, y) {
  let best = null;
  let least = REACH_OF_LINE;
  for (const { index, path } of map?.links ?? []) {
    if (drawn && !drawn.has(index)) continue;
    if (x < path[0] - REACH_OF_LINE || x > path[6] + REACH_OF_LINE) continue;
    for (let k = 1; k < STEPS; k += 1) {
      const [px, py] = onPath(path, k / STEPS);
      const away = Math.hypot(px - x, py - y);
      if (away < least) {
        least = away;
        best = index;
      }
    }
  }
  return best;
}

/**
 * @param {NetworkState} state
 * @param {number} x
 * @param {number} y
 */
function unitAt({ map, frame }, x, y) {
  if (!map || !frame) return null;
  const tiles = [...unitTiles(map, frame), ...outputTiles(map, frame)];
  const found = tiles.find(
    ([, tile]) =>
      Math.abs(tile.x - x) < tile.wide / 2 + 2 &&
      Math.abs(tile.y - y) < tile.tall / 2 + 2,
  );
  if (!found) return null;
  const [unit] = found;
  return unit >= 0 || frame.inputPictures ? unit : null;
}

/**
 * @param {HTMLElement} stage
 * @param {NetworkState} state
 * @param {Act} act
 */
export function listenToNetwork(stage, state, act) {
  /** @returns {[number, number]} */
  const spot = (/** @type {MouseEvent | Touch} */ event) => {
    const area = stage.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };

  /** @param {PointerEvent} event */
  function hover(event) {
    const at = spot(event);
    const unit = unitAt(state, ...at);
    const weight = unit === null ? linkAt(state, ...at) : null;
    stage.classList.toggle("lift", weight !== null);
    stage.classList.toggle("press", unit !== null);
    if (weight !== state.over) act.redraw();
    state.over = weight;
    act.peek(unit, false);
    const target = unit !== null ? { unit } : weight !== null ? { weight } : null;
    act.hover?.(target, event.clientX, event.clientY);
  }

  stage.addEventListener("pointerdown", (event) => {
    if (!state.map || !state.frame || event.button !== 0) return;
    const at = spot(event);
    const unit = unitAt(state, ...at);
    if (unit !== null) {
      act.peek(unit, true);
      return;
    }
    const index = linkAt(state, ...at);
    act.choose(index);
    if (index === null) return;
    const value = state.frame.theta[index];
    state.held = { index, y: at[1], value, moved: false };
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!state.map) return;
    if (state.held === null) {
      if (event.pointerType === "mouse") hover(event);
      return;
    }
    const { held } = state;
    const up = held.y - spot(event)[1];
    held.moved ||= Math.abs(up) > CLICK_MOVES;
    if (held.moved) act.weight(held.index, held.value + DRAG * up);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, (event) => {
      const isClick = state.held && !state.held.moved && name === "pointerup";
      state.held = null;
      act.redraw();
      const { pointerType } = /** @type {PointerEvent} */ (event);
      if (isClick && pointerType === "mouse") act.type?.();
    });
  }
  stage.addEventListener("pointerleave", () => {
    state.over = null;
    act.peek(null, false);
    act.hover?.(null, 0, 0);
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
