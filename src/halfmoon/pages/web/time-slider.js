// The slider over the updates, in both directions. It runs on the curves' logarithmic
// axis; arrow keys go by one update, Page Up and Page Down by a tenth.

import { make } from "./controls.js";
import { place } from "./history.js";

const POSITIONS = 2000;

/** @typedef {{ update: number, end: number, seeking?: boolean }} Moment */

/**
 * `updates` is what its end stands for; a run may turn out to be longer.
 * @param {number} updates
 * @param {{ seek(update: number): void }} act
 */
export function makeTimelineSlider(updates, act) {
  const element = make("div", "live-time");
  const input = make("input");
  input.type = "range";
  input.min = "0";
  input.max = `${POSITIONS}`;
  input.value = "0";
  input.setAttribute("aria-label", "Updates");
  element.append(input);
  let now = 0;
  let dragging = false;
  /** @type {number | null} */
  let aim = null; // where keys have led, while the engine is on its way there

  /** @param {number} update */
  function position(update) {
    return Math.round((POSITIONS * place(update)) / place(updates));
  }
  /** @param {number} where */
  function updateAt(where) {
    return Math.round(10 ** ((where / POSITIONS) * place(updates)) - 1);
  }
  function fill() {
    input.style.setProperty("--part", `${(100 * Number(input.value)) / POSITIONS}%`);
  }

  input.addEventListener("input", () => {
    dragging = true;
    fill();
    act.seek(updateAt(Number(input.value)));
  });
  // nothing changes where the knob is put back, so "change" alone is not enough
  const rest = () => {
    dragging = false;
  };
  input.addEventListener("change", rest);
  for (const name of ["pointerup", "pointercancel"])
    window.addEventListener(name, rest);
  input.addEventListener("keydown", (event) => {
    const from = aim ?? now;
    const tenth = Math.max(10, Math.round(from / 10));
    /** @type {Record<string, number>} */
    const steps = {
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageUp: tenth,
      PageDown: -tenth,
      Home: -from,
      End: updates - from,
    };
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const goal = Math.min(updates, Math.max(0, from + steps[event.key]));
    act.seek(goal);
    aim = goal;
  });

  return {
    element,
    /** @param {number} count */
    reach(count) {
      updates = count;
    },
    /**
     * `sentence` is what a screen reader is told; null while the value runs; a frame is
     * `settled` if it holds all that the reader did.
     * @param {Moment} frame
     * @param {string | null} sentence
     * @param {boolean} settled
     */
    show(frame, sentence, settled) {
      now = frame.update;
      if (settled && !frame.seeking) aim = null;
      if (!dragging) {
        input.value = `${position(now)}`;
        fill();
      }
      element.style.setProperty(
        "--known",
        `${(100 * position(frame.end)) / POSITIONS}%`,
      );
      if (sentence && !frame.seeking) input.setAttribute("aria-valuetext", sentence);
    },
  };
}
