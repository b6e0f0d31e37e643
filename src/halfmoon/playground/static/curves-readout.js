// The numbers of the curves, run by run: at the update below the pointer, or else where
// the run stands. They are the curves in text.

import { make } from "./controls.js";
import {
  fillTable,
  keepInOrder,
  makeHeadCell,
  makePlainButton,
  setText,
} from "./elements.js";
import { countText, lossText, scoreText } from "./numbers.js";

/** @import { Curves, View } from "./curves-panel.js" */
/** @import { PlaygroundFrame, RunInfo, State } from "./playground.js" */

/** @param {(id: string) => void} toggle shows or hides a run's curves */
export function makeReadout(toggle) {
  const caption = make("caption", "");
  const element = make("table", "pg-readout");
  fillTable(
    element,
    ["Run", "Update", "Training", "Test"].map(makeReadoutHead),
    [],
    caption,
  );
  const body = element.tBodies[0];
  /** @type {Map<string, ReturnType<typeof makeRow>>} */
  const rows = new Map();

  /**
   * @param {State} state
   * @param {Curves[]} curves
   * @param {PlaygroundFrame} frame
   * @param {View & {hidden: Set<string>}} view
   */
  function show(state, curves, frame, { shows, hovered, hidden }) {
    const score = state.score_name;
    const scoreOf = (/** @type {number} */ value) => scoreText(value, score);
    const what = shows === "loss" ? "Loss" : score === "accuracy" ? "Accuracy" : "R²";
    setText(caption, `${what} of each run`);
    const format = shows === "loss" ? lossText : scoreOf;
    const ids = curves.map(({ id }) => id);
    const shown = keepInOrder(body, rows, ids, (id) => makeRow(() => toggle(id)));
    curves.forEach((run, i) => {
      const known = state.runs.find(({ id }) => id === run.id);
      const isOn = hovered === null && known?.current;
      const values = isOn ? valuesNow(frame, shows) : valuesAt(run, shows, hovered);
      shown[i].show(run, known, hidden.has(run.id), [
        values.length ? countText(values[0]) : "–",
        format(values[1]),
        format(values[2]),
      ]);
    });
  }
  return { element, show };
}

/**
 * A column's head, with a line as its curves are drawn.
 * @param {string} name
 * @param {number} i
 */
function makeReadoutHead(name, i) {
  const cell = makeHeadCell(name, "col", "pg-label");
  if (i >= 2) cell.prepend(make("span", i === 2 ? "pg-line" : "pg-line dashed"));
  return cell;
}

/** @param {() => void} press */
function makeRow(press) {
  const mark = make("span", "pg-run-mark");
  const text = make("span", "pg-cut");
  const button = makePlainButton("pg-run", press, mark, text);
  const cells = [make("td"), make("td"), make("td")];
  const element = make("tr", "", makeHeadCell(button, "row"), ...cells);
  return {
    element,
    /**
     * @param {Curves} curves
     * @param {RunInfo | undefined} run
     * @param {boolean} isHidden
     * @param {string[]} values
     */
    show({ colour }, run, isHidden, values) {
      mark.style.background = colour;
      setText(text, run?.name ?? "this run");
      button.setAttribute("aria-pressed", `${!isHidden}`);
      button.title = run?.changed || "Show or hide these curves";
      values.forEach((value, i) => setText(cells[i], value));
    },
  };
}

/**
 * Update, training and test value of the run that is on.
 * @param {PlaygroundFrame} frame
 * @param {string} shows
 */
function valuesNow(frame, shows) {
  return [frame.update, frame[`train_${shows}`], frame[`test_${shows}`]];
}

/**
 * The same where a run was measured next to an update; without one, at its end.
 * @param {Curves} curves
 * @param {string} shows
 * @param {number | null} update
 */
function valuesAt({ updates, values }, shows, update) {
  const i = nearestIndex(updates, update ?? Infinity);
  if (i < 0) return [];
  return [updates[i], values[`train_${shows}`][i], values[`test_${shows}`][i]];
}

/**
 * The index of the number next to `value` in an ascending list; -1 in an empty one.
 * @param {ArrayLike<number>} list
 * @param {number} value
 */
function nearestIndex(list, value) {
  let low = 0;
  let high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle;
    else high = middle;
  }
  const isLower = value - list[low] <= list[high] - value;
  return isLower ? Math.min(low, list.length - 1) : high;
}
