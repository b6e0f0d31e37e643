// Beside the pointer: the live number of what it rests on, and how it comes about.

import { make } from "./controls.js";
import { capital } from "./elements.js";
import { mathText } from "./math-text.js";
import { lossText, short } from "./numbers.js";

/** @import { Panel, Store } from "./playground.js" */

const REST = 180; // milliseconds until it appears
const FROM_POINTER = 14;

/**
 * @param {Store} store
 * @returns {Panel}
 */
export function makeTooltip(store) {
  const element = make("div", "pg-leaf pg-tooltip");
  element.hidden = true;
  element.setAttribute("aria-hidden", "true"); // the views say it in words
  /** @type {object | null} */
  let target = null;
  /** @type {number | undefined} */
  let waiting;
  let place = [0, 0];

  store.act.hover = (over, left, top) => {
    place = [left, top];
    if (JSON.stringify(over) === JSON.stringify(target)) {
      if (!element.hidden) move();
      return;
    }
    target = over;
    element.hidden = true;
    clearTimeout(waiting);
    if (over) waiting = setTimeout(() => store.want(), REST);
  };

  function move() {
    const [left, top] = place;
    const { offsetWidth: width, offsetHeight: height } = element;
    const isRight = left + FROM_POINTER + width < innerWidth;
    const isBelow = top + FROM_POINTER + height < innerHeight;
    const x = isRight ? left + FROM_POINTER : Math.max(0, left - FROM_POINTER - width);
    const y = isBelow ? top + FROM_POINTER : top - FROM_POINTER - height;
    element.style.transform = `translate(${x}px, ${y}px)`;
  }

  function asked() {
    const row = store.marks.picked;
    return row === null ? target : { row, ...target };
  }

  return {
    element,
    wants: () => (target ? { hover: asked() } : null),
    draw(frame) {
      const isThis = JSON.stringify(frame.hover?.asked) === JSON.stringify(asked());
      if (!target || !isThis) {
        element.hidden = true;
        return;
      }
      fill(element, frame.hover);
      element.hidden = false;
      move();
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {any} told
 */
function fill(element, told) {
  const lines = told.lines ?? linesOfRow(told);
  const made = lines.map((/** @type {any} */ { name, formula, value }) => {
    const parts = [name, formula, value === null ? "" : short(value)];
    const text = parts.filter((part) => part !== "").join(" = ");
    return make("div", "pg-math", mathText(text));
  });
  element.replaceChildren(make("strong", "", capital(told.title)), ...made);
}

/** @param {any} told */
function linesOfRow({ truth, outputs, loss }) {
  const values = outputs.map((/** @type {any} */ { name, value }) => {
    return { name: outputs.length > 1 ? `p(${name})` : name, formula: "", value };
  });
  const isNumber = typeof truth === "number";
  return [
    { name: "truth", formula: isNumber ? short(truth) : truth, value: null },
    ...values,
    { name: "loss", formula: lossText(loss), value: null },
  ];
}
